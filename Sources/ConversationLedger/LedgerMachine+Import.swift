import ConversationCoding
import Conversations
import EventStore
import Projections

extension LedgerMachine {
  /// Records the rows of a conversation's history that are not there yet.
  mutating func record(
    _ history: ImportedConversation,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    try requireOrdinary(history.conversation)
    var outcomes: [RowOutcome] = []
    var chain: [UInt64]?
    for row in history.rows {
      do {
        outcomes.append(try record(row, of: history.conversation, &chain, batch))
      } catch let refusal as Refusal {
        outcomes.append(.refused(refusal.sentence))
      } catch is DestroyedKey {
        outcomes.append(.refused(DestroyedKey.sentence))
      } catch  where outcomes.contains(where: \.isAppended) {
        // What was recorded before the fault stands, so the rest is answered and not thrown.
        outcomes.append(.refused("the storage failed, import again: \(error)"))
      }
    }
    return .recorded(outcomes)
  }

  private mutating func record(
    _ row: ImportedRow,
    of conversation: ConversationID,
    _ chain: inout [UInt64]?,
    _ batch: PendingBatch,
  ) throws -> RowOutcome {
    let head = try state.head(of: conversation)
    let key = try idempotencyKeyBytes(row.key)
    let fingerprint = row.fingerprint
    guard let first = row.events.first else { return .duplicate }
    if let head {
      if let known = try knownByPlace(row, head, &chain) ?? known(row, head, key) { return known }
      for older in row.olderKeys where try known(row, head, Array(older.utf8)) == .duplicate {
        return .duplicate
      }
    }
    for event in row.events { try event.body.requireShortNames() }
    let slot = try slot(for: first, head)
    let terms = AppendTerms(
      key: key,
      fingerprint: fingerprint,
      occurredAt: row.occurredAt,
      isImported: true,
    )
    let appended = try append(
      row.events,
      to: conversation,
      after: head,
      slot: slot,
      terms,
      batch,
    )
    chain?.append(contentsOf: appended.first.position...appended.last.position)
    _ = remembered(answer(to: row, appended.last), terms, appended, batch)
    let place = KeyPlace(.conversation(start: appended.first.streamStart), key)
    state.answers[place]?.row = row.contentHash(in: conversation)
    return .appended(events: row.events.count)
  }

  /// The answer to a later command under the row's key: one was given only if the row was exported
  /// from a ledger that had it as a command.
  private func answer(to row: ImportedRow, _ header: RecordHeader) -> LedgerAnswer {
    guard row.exportedFingerprint != nil, let event = row.events.first else {
      return .recorded([.duplicate])
    }
    let state = state.overlay.head(start: header.streamStart)?.state
    return .first(header, event.body, state.map(Standing.init))
  }

  /// The slot of the conversation's key; a row that neither starts a conversation nor finds one is
  /// refused.
  private func slot(for first: NewConversationEvent, _ head: Head?) throws -> UInt64 {
    try first.event.requirePlace(isBeginning: head == nil)
    if let head {
      try state.registry.requireUnerased(head.conversation, head.state)
      return head.keySlot
    }
    if case .started(_, _, let visitor) = first.event {
      try state.registry.requireUnerased(visitor)
    }
    let slot = state.nextKeySlot
    try state.keys.provision(upTo: slot)
    return slot
  }

  /// An imported event in the terms of this log: where the human stretch began that a hand-back
  /// ends is a position here, not one of the source.
  func placed(_ event: ConversationEvent, after state: Conversation?) -> ConversationEvent {
    guard case .agentHandedBack(let agent, let bot, _) = event else { return event }
    return .agentHandedBack(agent, to: bot, since: state?.controlSince ?? 0)
  }

  /// Whether a row came before under a key, or another one did.
  private func known(_ row: ImportedRow, _ head: Head, _ key: [UInt8]) throws -> RowOutcome? {
    let place = KeyPlace(.conversation(start: head.start), key)
    if let remembered = try remembered(at: place) {
      // A command's answer bears no content hash; what is exported of one bears its fingerprint.
      let isSame =
        remembered.row.map { $0 == row.contentHash(in: head.conversation) }
        ?? (remembered.fingerprint == row.fingerprint)
      return isSame ? .duplicate : .conflict(at: remembered.position)
    }
    guard let position = try state.position(of: place) else { return nil }
    let record = try state.log.record(at: position)
    let body = try state.keys.open(record).map(EventBody.init(decoding:))
    return row.isRecorded(as: record.header, body) ? .duplicate : .conflict(at: position)
  }

  /// Whether a row that names its place in the conversation finds its event there, on disk or in a
  /// batch on its way there.
  private func knownByPlace(
    _ row: ImportedRow,
    _ head: Head,
    _ chain: inout [UInt64]?,
  ) throws -> RowOutcome? {
    guard let number = row.place, number > 0, number <= head.streamPosition else { return nil }
    let positions = try chain ?? state.chain(of: head)
    chain = positions
    guard number <= positions.count else { return nil }
    let position = positions[number - 1]
    let (header, body) = try state.event(at: position)
    return row.isPlaced(as: header, body) ? .duplicate : .conflict(at: position)
  }
}

extension RowOutcome {
  /// Whether the row's events were appended.
  fileprivate var isAppended: Bool {
    if case .appended = self { true } else { false }
  }
}
