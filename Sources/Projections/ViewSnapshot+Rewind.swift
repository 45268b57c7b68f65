package import Conversations
package import EventStore

/// What happened behind the position of a look back.
package struct LaterEvents: Sendable {
  /// Where conversations that began later begin.
  var starts: [UInt64] = []
  /// The conversations that have a later event, as they became.
  package var heads: [Head] = []
}

/// A look back that would cost more than it may.
package struct TooFarBack: Error {}

/// How far a look back may go.
package struct RewindLimits: Sendable {
  /// The most events that are taken back.
  ///
  /// As many as are folded at most when a ledger is opened: a tenth of a second.
  package var events: UInt64 = 131_072
  /// The most events of the conversations they belong to that are folded anew.
  package var chainEvents = 1 << 20

  package init() {}
}

extension ViewSnapshot {
  /// The same as it was at an earlier position: what happened since is taken back.
  ///
  /// Costs a look at each header since, and for each conversation they belong to a fold of its
  /// own chain, from its start or from what the views have.
  ///
  /// - Parameters:
  ///   - position: The earlier position.
  ///   - log: The log.
  ///   - limits: How much it may cost.
  ///   - pause: Called now and then; throws if it shall end.
  /// - Returns: The snapshot of then, with the registry of now, and the end of the registry's
  ///   stream then.
  /// - Throws: `TooFarBack`; what `pause` throws, or what reading the log or the views throws.
  package func rewound(
    to position: UInt64,
    in log: EventLog,
    limits: RewindLimits,
    _ pause: () throws -> Void,
  ) throws -> (snapshot: ViewSnapshot, administration: Totals.Tail) {
    guard self.position - position <= limits.events else { throw TooFarBack() }
    let span = try SpanSince(position, through: self.position, of: log, pause)
    var (past, later) = (overlay, LaterEvents())
    later.starts = span.starts.filter { overlay.head(start: $0) == nil }
    var fold = ChainFold(log: log, allowance: limits.chainEvents)
    for (start, last) in span.lastBefore.sorted(by: { $0.key < $1.key }) {
      try pause()
      guard let head = try head(start: start) else { continue }
      later.heads.append(head)
      let written = try views?.head(start: start, through: overlay.position)
      guard let old = try fold.head(behind: last, over: written, pause) else { continue }
      past.put(back: old, written: written)
    }
    later.heads += try span.starts.compactMap { try head(start: $0) }
    let snapshot = ViewSnapshot(
      past,
      views,
      registry,
      position == 0 ? 0 : try log.record(at: position).header.recordedAt,
      at: position,
      without: later,
    )
    return (snapshot, span.administration ?? overlay.totals.administration)
  }

  /// The conversations of an inbox that changed since, if this is a look back.
  package func newer(where isWanted: (Head) -> Bool) -> Int { later.heads.count(where: isWanted) }

  /// The same with the registry of its own moment.
  package func with(_ registry: Registry) -> ViewSnapshot {
    ViewSnapshot(overlay, views, registry, time, at: position, without: later)
  }

  /// A conversation as it was at an earlier position, folded from its own chain.
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - position: The earlier position.
  ///   - log: The log.
  ///   - pause: Called now and then; throws if it shall end.
  /// - Returns: The head; `nil` if it had not begun.
  /// - Throws: What `pause` throws, or what reading the log or the views throws.
  package func head(
    of conversation: ConversationID,
    at position: UInt64,
    in log: EventLog,
    _ pause: () throws -> Void,
  ) throws -> Head? {
    guard let head = try head(of: conversation), head.start <= position else { return nil }
    guard head.lastPosition > position else { return head }
    let written = try views?.head(start: head.start, through: overlay.position)
    var fold = ChainFold(log: log, allowance: .max)
    let last = try fold.position(notBehind: position, from: head.lastPosition, pause)
    return try fold.head(behind: last, over: written, pause)
  }
}

/// What is to be taken back.
private struct SpanSince {
  /// Where conversations that began in the span begin.
  private(set) var starts: [UInt64] = []
  /// The position of the last event before the span, by the first one of its conversation.
  private(set) var lastBefore: [UInt64: UInt64] = [:]
  /// The end of the registry's stream before the span; `nil` if the span has none of it.
  private(set) var administration: Totals.Tail?

  init(
    _ position: UInt64,
    through end: UInt64,
    of log: EventLog,
    _ pause: () throws -> Void,
  ) throws {
    var next = position + 1
    while next <= end {
      try pause()
      let stop = min(end, next + 8_191)
      try log.forEachKeyedHeader(from: next, through: stop) { header, _ in take(header, position) }
      next = stop + 1
    }
  }

  private mutating func take(_ header: RecordHeader, _ position: UInt64) {
    if header.stream == administrationStream {
      guard administration == nil else { return }
      administration = Totals.Tail(last: header.previous, count: header.streamPosition - 1)
    } else if header.isOfConversation {
      if header.streamStart == header.position {
        starts.append(header.position)
      } else if header.streamStart <= position, lastBefore[header.streamStart] == nil {
        lastBefore[header.streamStart] = header.previous
      }
    }
  }
}

/// Folds heads from the chains of their conversations: headers alone, nothing is opened.
private struct ChainFold {
  let log: EventLog
  /// How many events may still be looked at.
  var allowance: Int

  /// The head of a conversation behind one of its events.
  ///
  /// - Parameters:
  ///   - last: The position of the event.
  ///   - written: A head of the conversation; one that is not later is gone on from.
  ///   - pause: Called now and then.
  /// - Returns: The head; `nil` if the stream is none of a conversation.
  /// - Throws: `TooFarBack` if it takes more than is allowed.
  mutating func head(
    behind last: UInt64,
    over written: Head?,
    _ pause: () throws -> Void,
  ) throws -> Head? {
    var head = written.flatMap { $0.lastPosition <= last ? $0 : nil }
    var positions: [UInt64] = []
    try walk(backFrom: last, pause) { position in
      guard position > head?.lastPosition ?? 0 else { return false }
      positions.append(position)
      return true
    }
    for start in stride(from: 0, to: positions.count, by: Self.stepLength) {
      try pause()
      try log.read { transaction, tables in
        // The oldest come last.
        let end = positions.count - start
        for position in positions[max(0, end - Self.stepLength)..<end].reversed() {
          let header = try tables.header(at: position, in: transaction)
          if head == nil { head = Head(startingWith: header) } else { head?.fold(header) }
        }
      }
    }
    return head
  }

  /// The position of a conversation's last event that is not behind a position.
  mutating func position(
    notBehind position: UInt64,
    from last: UInt64,
    _ pause: () throws -> Void,
  ) throws -> UInt64 {
    var found: UInt64 = 0
    try walk(backFrom: last, pause) { next in
      guard next > position else {
        found = next
        return false
      }
      return true
    }
    return found
  }

  private static let stepLength = 8_192

  /// Walks back a chain until the body answers `false`.
  private mutating func walk(
    backFrom last: UInt64,
    _ pause: () throws -> Void,
    _ body: (UInt64) -> Bool,
  ) throws {
    var (next, isOver) = (last, false)
    while next > 0, !isOver {
      try pause()
      try log.read { transaction, tables in
        for _ in 0..<Self.stepLength where next > 0 && !isOver {
          guard allowance > 0 else { throw TooFarBack() }
          allowance -= 1
          let position = next
          guard body(position) else {
            isOver = true
            return
          }
          next = try tables.header(at: position, in: transaction).previous
          guard next < position else {
            throw DamagedRecord(at: position, "the chain of its stream does not go back")
          }
        }
      }
    }
  }
}
