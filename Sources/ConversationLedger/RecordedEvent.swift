import ConversationCoding
public import Conversations
import EventStore
import Projections

/// An event as it stands in the log, its body opened if its key is still there.
public struct RecordedEvent: Hashable, Sendable {
  /// Its place in the log.
  public let position: UInt64
  /// Its place among the events of its conversation, or of the administration.
  public let streamPosition: UInt32
  /// The conversation; `nil` for an event of the administration or of the read audit.
  public let conversation: ConversationID?
  /// What happened in the conversation.
  public let event: ConversationEvent?
  /// What happened in the registry, or was read.
  public let registryEvent: RegistryEvent?
  /// The name of the event type.
  public let type: String
  /// The version of the type's schema.
  public let schemaVersion: UInt16
  /// The ledger's clock.
  public let recordedAt: Timestamp
  /// The time the source claims.
  public let occurredAt: Timestamp?
  /// Whether it was imported.
  public let isImported: Bool
  /// The key of the repeatable request it answered.
  public let idempotencyKey: String?
  /// What was said; `nil` if it was erased.
  public private(set) var body: EventBody?
  /// The record's bytes, for what this version cannot read (R22).
  public let bytes: [UInt8]

  init(_ record: Record, keys: KeyRing) throws {
    self.init(record, body: try keys.open(record).map(EventBody.init(decoding:)))
  }

  /// Takes a record and its opened body, `nil` if its key is not there.
  init(_ record: Record, body: EventBody?) {
    let header = record.header
    position = header.position
    streamPosition = header.streamPosition
    let isOfConversation = header.isOfConversation
    conversation = isOfConversation ? ConversationID(header.stream) : nil
    event = isOfConversation ? header.facts.conversationEvent : nil
    registryEvent = isOfConversation ? nil : header.facts.registryEvent
    type = EventType.name(of: header.type)
    schemaVersion = header.schemaVersion
    recordedAt = Timestamp(microseconds: header.recordedAt)
    occurredAt = header.occurredAt.map(Timestamp.init(microseconds:))
    isImported = header.isImported
    let key = record.idempotencyKey
    idempotencyKey = key.isEmpty ? nil : String(decoding: key, as: UTF8.self)
    self.body = body
    bytes = record.bytes
  }

  /// The event of a conversation that was erased: what was said and is not there was erased where
  /// it was imported from.
  var erasedIfBlank: RecordedEvent {
    guard body?.isBlank == true else { return self }
    var event = self
    switch self.event {
    case .messagePosted, .notePosted: event.body = nil
    default: break
    }
    return event
  }

  /// The time to show: the source's, if it claims one, else the ledger's.
  public var shownAt: Timestamp { occurredAt ?? recordedAt }
}

extension Ledger {
  /// The position of the last event.
  public func headPosition() throws -> UInt64 {
    try LedgerError.wrapping { try log.head().position }
  }

  /// Reads a span of the log, in log order.
  ///
  /// - Parameters:
  ///   - first: Where to begin; the event there is included.
  ///   - last: Where to end; included.
  ///   - body: Takes an event.
  /// - Throws: What `body` throws; or `LedgerError` if an event cannot be read.
  public func forEachEvent(
    from first: UInt64,
    through last: UInt64,
    _ body: (RecordedEvent) throws -> Void,
  ) throws {
    try LedgerError.wrapping {
      guard first <= last else { return }
      try log.forEachRecord(from: first, through: last) { record in
        try body(RecordedEvent(record, keys: keys))
      }
    }
  }

  /// Reads the events of a conversation, the oldest first.
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - asOf: Up to which moment; the present if `nil`.
  ///   - patience: How long to wait.
  /// - Returns: The events, and the log position of that moment.
  /// - Throws: `LedgerError` `.notFound` if it is not there at that moment, `.cutOff` if it takes
  ///   too long.
  public func events(
    of conversation: ConversationID,
    asOf: Moment? = nil,
    patience: Patience = .endless,
  ) throws -> (events: [RecordedEvent], position: UInt64) {
    try answering { snapshot in
      let position = try position(of: asOf, in: snapshot)
      guard let head = try snapshot.head(of: conversation), head.start <= position else {
        throw LedgerError(.notFound, "there is no conversation \(conversation)")
      }
      let records = try log.records(ofStreamEndingAt: head.lastPosition, through: position)
      let events = try records.map { record in
        try patience.check()
        return try RecordedEvent(record, keys: keys)
      }
      return (head.state.isErased ? events.map(\.erasedIfBlank) : events, position)
    }
  }

  /// The event at a position.
  func event(at position: UInt64) throws -> RecordedEvent {
    try RecordedEvent(try log.record(at: position), keys: keys)
  }
}
