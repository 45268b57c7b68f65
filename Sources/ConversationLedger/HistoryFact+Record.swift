import ConversationCoding
import Conversations
import EventStore
import Projections

extension HistoryFact {
  /// The facts of a conversation's event, as its clear header has them.
  init(_ header: RecordHeader) {
    self.init(
      position: header.position,
      conversation: ConversationID(header.stream),
      event: header.facts.conversationEvent,
      recordedAt: Timestamp(microseconds: header.recordedAt),
      shownAt: Timestamp(microseconds: header.shownAt),
      isImported: header.isImported,
    )
  }
}

extension RuleReplay {
  /// Takes in an event of the administration, whose body is opened.
  ///
  /// - Returns: Why the rules could not have given it; `nil` if they could, or have no say.
  /// - Throws: What reading the record throws.
  mutating func take(
    administration header: RecordHeader,
    _ log: EventLog,
    _ keys: KeyRing,
  ) throws -> RuleBreach? {
    let event = header.facts.registryEvent
    let body = try registryBody(at: header.position, log, keys)
    return take(event, body, at: header.position)
  }
}

/// The opened body of an event of the administration; `nil` if its key was destroyed.
func registryBody(at position: UInt64, _ log: EventLog, _ keys: KeyRing) throws -> EventBody? {
  try keys.open(try log.record(at: position)).map(EventBody.init(decoding:))
}
