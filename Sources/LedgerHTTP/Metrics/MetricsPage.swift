import ConversationLedger

extension MetricsText {
  /// Adds what the ledger says of itself.
  mutating func add(_ ledger: LedgerStatistics) {
    add(.gauge, "log_position", "Position of the last event in the log.", ledger.position)
    add(
      "commit_flush_seconds",
      "Time to write and flush one commit.",
      ledger.commits.seconds,
    )
    add("commit_events", "Events in one commit.", ledger.commits.events)
    add(
      .gauge,
      "command_queue_length",
      "Commands that wait for the writer.",
      ledger.queuedProposals,
    )
    add(
      .gauge,
      "views_lag_events",
      "Events the written views are behind; the rest is folded in memory.",
      ledger.position - min(ledger.position, ledger.viewsPosition),
    )
    add(.gauge, "map_used_bytes", "Bytes of the log's map in use.", ledger.usedBytes)
    add(.gauge, "map_size_bytes", "Bytes the log's map can hold.", ledger.mapBytes)
    add(
      .gauge,
      "clock_behind_seconds",
      "Seconds the clock is behind the log's last record; every new one gets that time.",
      ledger.clockBehindSeconds,
    )
    add(.gauge, "log_readers", "Reader slots of the log in use.", ledger.readers)
    add(.gauge, "log_readers_limit", "Reader slots of the log.", ledger.readerLimit)
  }

  /// Adds what the server counts of its calls.
  mutating func add(_ counts: ServerMeters.Counts) {
    add("append_seconds", "Time from a command to its flushed answer.", counts.appendSeconds)
    let answers = counts.answers.map { ("\($0.key)", $0.value) }
    add(
      .counter,
      "http_answers_total",
      "Calls answered, by status.",
      by: "status",
      Dictionary(uniqueKeysWithValues: answers),
    )
    add(.counter, "refusals_total", "Calls refused, by code.", by: "code", counts.problems)
    add(.gauge, "scrub_position", "Position the slow check has come to.", counts.scrubPosition)
    add(.counter, "scrub_rounds_total", "Rounds of the slow check.", counts.scrubRounds)
    add(.counter, "scrub_findings_total", "Damaged records it found.", counts.scrubFindings)
  }

  /// Adds what the live streams say of themselves.
  mutating func add(_ feed: EventFeedState.Statistics) {
    add(.gauge, "followers", "Readers of live streams.", feed.followers)
    add(.counter, "followed_events_total", "Events read for followers.", feed.published)
    var dropped: [String: UInt64] = [:]
    for reason in DropReason.allCases { dropped[reason.rawValue] = feed.dropped[reason] ?? 0 }
    add(
      .counter,
      "followers_dropped_total",
      "Readers of live streams that were dropped, by reason.",
      by: "reason",
      dropped,
    )
  }

  /// Adds what the server counts of its connections.
  mutating func add(_ connections: Connections.Statistics) {
    add(.gauge, "connections", "Connections that are open.", connections.open)
    add(
      .gauge,
      "waiting_bytes",
      "Bytes of large answers and streams that wait for their readers.",
      connections.waitingBytes,
    )
    add(
      .counter,
      "connections_unread_total",
      "Connections closed because nobody read what waited for them.",
      connections.unread,
    )
  }

  /// Adds what the server counts of costly questions.
  mutating func add(_ questions: CostlyQuestions.Statistics) {
    add(.gauge, "questions_running", "Costly questions that are answered.", questions.running)
    add(.gauge, "questions_waiting", "Costly questions that wait.", questions.waiting)
    add(
      .counter,
      "questions_cut_off_total",
      "Costly questions that took longer than they may.",
      questions.cutOff,
    )
  }

  /// Adds what the couriers to the agent desks say of themselves.
  mutating func add(_ desks: [String: DeskProgress], behind head: UInt64) {
    guard !desks.isEmpty else { return }
    let lags = desks.mapValues { head - min(head, $0.position) }
    add(.gauge, "desk_lag_events", "Events an agent desk is behind.", by: "desk", lags)
    add(
      .counter,
      "desk_posts_accepted_total",
      "Posts an agent desk accepted.",
      by: "desk",
      desks.mapValues(\.accepted),
    )
    add(
      .counter,
      "desk_posts_failed_total",
      "Posts an agent desk did not accept; each is tried again.",
      by: "desk",
      desks.mapValues(\.failed),
    )
  }
}
