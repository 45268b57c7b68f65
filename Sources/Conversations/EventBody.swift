/// What people said and are called: the part of an event that is sealed, and erased with its key.
///
/// Everything a projection needs to place an event is in the event itself; a body is opened only
/// to be shown, exported or compared.
public struct EventBody: Hashable, Sendable {
  /// The text of a message or note.
  public var text: String?
  /// The answers offered with a message.
  public var quickReplies: [String] = []
  /// A card, as the channel shows it.
  public var card: JSONValue?
  /// Where an attachment lies, and what it is.
  public var attachment: JSONValue?
  /// The author's identifier at the source, or the account name.
  public var authorID: String?
  /// The author's name.
  public var authorName: String?
  /// Why: of a handover, a request, a refusal, an ending.
  public var reason: String?
  /// Variables set by the event (R4).
  public var variables: [String: JSONValue] = [:]
  /// The identifier at the source.
  public var externalID: String?
  /// The name of the import's source.
  public var source: String?
  /// The name of a bot, module, owner or import run.
  public var name: String?
  /// The channel of a deployment.
  public var channel: String?
  /// A whole number an administrative event carries: minutes, rows.
  public var amount: Int64?
  /// The row of a foreign system, byte for byte.
  public var raw: [UInt8]?
  /// What an idempotent command said, in sixteen bytes (R17).
  public var fingerprint: [UInt8]?

  /// An empty body.
  public init() {}

  /// A body of a text alone.
  public init(text: String) { self.text = text }
}

/// An event that was decided and not yet recorded: what happened, and the sealed part.
public struct NewEvent<Event: Hashable & Sendable>: Hashable, Sendable {
  /// What happened.
  public var event: Event
  /// What was said.
  public var body: EventBody

  /// Joins the two.
  public init(_ event: Event, _ body: EventBody = EventBody()) {
    self.event = event
    self.body = body
  }
}
