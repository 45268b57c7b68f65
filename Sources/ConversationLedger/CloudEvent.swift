public import Conversations
import Crypto

/// An event of the log in the JSON format of CloudEvents 1.0
/// (https://github.com/cloudevents/spec, cloudevents/formats/json-format.md).
///
/// `source` and `id` together are unique in the world: the source names the log by its first
/// record.
public struct CloudEvent: Codable, Hashable, Sendable {
  /// The version of the CloudEvents specification.
  public var specversion = "1.0"
  /// The log position in digits.
  public var id: String
  /// The log.
  public var source: String
  /// The name of the event type behind the prefix `conversation-ledger.`.
  public var type: String
  /// The conversation.
  public var subject: String?
  /// When it was recorded (RFC 3339).
  public var time: String
  /// The content type of `data`.
  public var datacontenttype = "application/json"
  /// The version of the type's schema.
  public var schemaversion: Int
  /// The bot that held the conversation after the event.
  public var holder: String?
  /// The bot that held it before a handover.
  public var formerholder: String?
  /// The event.
  public var data: EventRow

  /// Writes an event as a CloudEvent of a log.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - source: The name of the log.
  ///   - caller: Who is shown it; a visitor is shown less.
  public init(_ event: PlacedEvent, source: String, seenBy caller: Caller = .trusted) {
    if case .visitor = caller {
      self.init(event.recorded, source: source, EventRow(forVisitor: event))
    } else {
      self.init(
        event.recorded,
        source: source,
        holder: event.holder,
        formerHolder: event.formerHolder,
      )
    }
  }

  /// Writes an event as a CloudEvent of a log, as staff see it.
  ///
  /// - Parameters:
  ///   - recorded: The event.
  ///   - source: The name of the log.
  ///   - holder: The bot that holds the conversation after it.
  ///   - formerHolder: The bot that held it before.
  public init(
    _ recorded: RecordedEvent,
    source: String,
    holder: BotID?,
    formerHolder: BotID?,
  ) {
    self.init(recorded, source: source, EventRow(recorded))
    self.holder = holder?.description
    formerholder = formerHolder == holder ? nil : formerHolder?.description
  }

  /// What everybody who may see an event may see of its envelope.
  private init(_ recorded: RecordedEvent, source: String, _ row: EventRow) {
    id = String(recorded.position)
    self.source = source
    type = "conversation-ledger." + recorded.type
    subject = recorded.conversation?.description
    time = recorded.recordedAt.text
    schemaversion = Int(recorded.schemaVersion)
    data = row
  }
}

extension Ledger {
  /// The name of this log among all: a URN with the hash of its first record.
  ///
  /// - Throws: `LedgerError` if the log is empty or its first record cannot be read.
  public func cloudEventSource() throws -> String {
    let first = try LedgerError.wrapping { try event(at: 1) }
    let hash = Array(SHA256.hash(data: first.bytes).prefix(16))
    return "urn:conversation-ledger:" + hexadecimal(hash)
  }
}
