import ConversationCoding
import Conversations
import EventStore
import Projections

extension Ledger {
  /// Says what recording some rows would come to, without recording them.
  ///
  /// Rows are compared with the log alone, not with one another.
  public func preview(_ history: ImportedConversation) throws -> [RowOutcome] {
    try LedgerError.wrapping {
      guard let head = try reader.atHead().head(of: history.conversation) else {
        return previewNew(history)
      }
      let chain = try log.chain(endingAt: head.lastPosition)
      var byKey: [String: (position: UInt64, fingerprint: [UInt8]?)] = [:]
      var bodies: [(facts: EventFacts, body: EventBody?)] = []
      try log.forEachRecord(at: chain) { record in
        let body = try keys.open(record).map(EventBody.init(decoding:))
        bodies.append((record.header.facts, body))
        guard !record.idempotencyKey.isEmpty else { return }
        let key = String(decoding: record.idempotencyKey, as: UTF8.self)
        byKey[key] = (record.header.position, body?.fingerprint)
      }
      return history.rows.map { row in
        if let placed = outcome(ofPlaced: row, bodies, chain) { return placed }
        if let (position, known) = byKey[row.key] {
          return known == nil || known == row.fingerprint ? .duplicate : .conflict(at: position)
        }
        return .appended(events: row.events.count)
      }
    }
  }

  private func previewNew(_ history: ImportedConversation) -> [RowOutcome] {
    guard case .started = history.rows.first?.events.first?.event else {
      return history.rows.map { _ in .refused("the conversation does not begin in this import") }
    }
    return history.rows.map { .appended(events: $0.events.count) }
  }

  /// What a row that names its place in the conversation finds there.
  private func outcome(
    ofPlaced row: ImportedRow,
    _ bodies: [(facts: EventFacts, body: EventBody?)],
    _ chain: [UInt64],
  ) -> RowOutcome? {
    guard let number = row.place, bodies.indices.contains(number - 1),
      let event = row.events.first
    else { return nil }
    let (facts, body) = bodies[number - 1]
    return event.isSame(as: facts, body) ? .duplicate : .conflict(at: chain[number - 1])
  }
}

extension ImportedRow {
  /// What the row says, in sixteen bytes.
  var fingerprint: [UInt8] {
    if let exportedFingerprint { return exportedFingerprint }
    var writer = ByteWriter()
    for event in events { writer.put(canonical: EventFacts(event.event), event.body) }
    return writer.fingerprint
  }
}

extension NewConversationEvent {
  /// Whether a recorded event says the same; one whose words were erased counts as the same.
  func isSame(as facts: EventFacts, _ recorded: EventBody?) -> Bool {
    guard facts == EventFacts(event) else { return false }
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
