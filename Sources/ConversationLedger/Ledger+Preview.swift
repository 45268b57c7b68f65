import ConversationCoding
import Conversations
import EventStore
import Projections

extension Ledger {
  /// Says what recording some rows would come to, without recording them.
  ///
  /// Rows are compared with the log alone, not with one another.
  ///
  /// - Parameters:
  ///   - history: The rows.
  ///   - isBegun: Whether the conversation begins in rows that were looked at before.
  /// - Returns: What would become of each row.
  /// - Throws: `LedgerError` if the log cannot be read.
  public func preview(
    _ history: ImportedConversation,
    isBegun: Bool = false,
  ) throws -> [RowOutcome] {
    try answering { snapshot in
      guard let head = try snapshot.head(of: history.conversation) else {
        return previewNew(history, isBegun, snapshot.registry)
      }
      let chain = try log.chain(endingAt: head.lastPosition)
      var byKey: [[UInt8]: Int] = [:]
      var bodies: [(header: RecordHeader, body: EventBody?)] = []
      try log.forEachRecord(at: chain) { record in
        let body = try keys.open(record).map(EventBody.init(decoding:))
        if !record.idempotencyKey.isEmpty {
          byKey[Array(record.idempotencyKey)] = bodies.count
        }
        bodies.append((record.header, body))
      }
      let isErased =
        head.state.isErased || snapshot.registry.erasures.reach(head.conversation)
      return history.rows.map { row in
        if let placed = outcome(ofPlaced: row, bodies) { return placed }
        let known = byKey[Array(row.key.utf8)].map { bodies[$0] }
        if let (header, body) = known {
          return row.isRecorded(as: header, body) ? .duplicate : .conflict(at: header.position)
        }
        let older = row.olderKeys.compactMap { byKey[Array($0.utf8)] }
        if older.contains(where: { row.isRecorded(as: bodies[$0].header, bodies[$0].body) }) {
          return .duplicate
        }
        return isErased ? .refused(DestroyedKey.sentence) : row.outcome(isBeginning: false)
      }
    }
  }

  /// What the rows of a conversation that is not there yet would come to.
  private func previewNew(
    _ history: ImportedConversation,
    _ isBegun: Bool,
    _ registry: Registry,
  ) -> [RowOutcome] {
    var isBegun = isBegun
    return history.rows.map { row in
      if case .started(_, _, let visitor)? = row.events.first?.event,
        registry.erasures.visitors.contains(visitor)
      {
        return .refused(DestroyedKey.sentence)
      }
      let outcome = row.outcome(isBeginning: !isBegun)
      if case .appended = outcome { isBegun = true }
      return outcome
    }
  }

  /// What a row that names its place in the conversation finds there.
  private func outcome(
    ofPlaced row: ImportedRow,
    _ bodies: [(header: RecordHeader, body: EventBody?)],
  ) -> RowOutcome? {
    guard let number = row.place, bodies.indices.contains(number - 1) else { return nil }
    let (header, body) = bodies[number - 1]
    return row.isPlaced(as: header, body) ? .duplicate : .conflict(at: header.position)
  }
}

extension ImportedRow {
  /// What a row of an identity that is not there yet would come to.
  fileprivate func outcome(isBeginning: Bool) -> RowOutcome {
    guard let first = events.first else { return .duplicate }
    do throws(Refusal) {
      _ = try idempotencyKeyBytes(key)
      try first.event.requirePlace(isBeginning: isBeginning)
      for (index, event) in events.enumerated() {
        try event.body.requireShortNames()
        var body = event.body
        if index == 0 { body.fingerprint = fingerprint }
        _ = try body.storedBytes()
      }
      return .appended(events: events.count)
    } catch {
      return .refused(error.sentence)
    }
  }
}

extension ConversationEvent {
  /// Refuses a row that begins a conversation that is there, or goes on with one that is not.
  func requirePlace(isBeginning: Bool) throws(Refusal) {
    if case .started = self {
      guard isBeginning else {
        throw Refusal(
          .alreadyRegistered,
          "the conversation is in the ledger with another beginning; import it under another "
            + "source name to keep both",
        )
      }
    } else if isBeginning {
      throw Refusal(
        .conversationNotFound,
        "the conversation does not begin in this import; add its first row",
      )
    }
  }
}

extension DestroyedKey {
  /// Why nothing is appended under a destroyed key.
  static var sentence: String { "the visitor was erased; nothing can be added" }
}

extension NewConversationEvent {
  /// Whether a recorded event says the same; one whose words were erased counts as the same.
  func isSame(as facts: EventFacts, _ recorded: EventBody?) -> Bool {
    guard facts.saysTheSame(as: EventFacts(event)) else { return false }
    guard let recorded else { return true }
    // Bytes are compared, because texts that only look the same are not the same.
    return canonicalBytes(recorded) == canonicalBytes(body)
  }

  private func canonicalBytes(_ body: EventBody) -> [UInt8] {
    var writer = ByteWriter()
    writer.put(canonical: EventFacts(event), body)
    return writer.bytes
  }
}
