/// What people said and are called: the part of an event that is sealed, and erased with its key.
///
/// Everything a projection needs to place an event is in the event itself; a body is opened only
/// to be shown, exported or compared.
public struct EventBody: Hashable, Sendable {
  /// The text of a message or note.
  public var text: String?
  /// What an idempotent command said, in sixteen bytes (R17).
  public var fingerprint: [UInt8]?
  /// Everything that most bodies do not have, out of line, so that a body is cheap to pass on.
  private var details: Details?

  /// An empty body.
  public init() {}

  /// A body of a text alone.
  public init(text: String) { self.text = text }

  /// The answers offered with a message.
  public var quickReplies: [String] {
    get { details?.fields.quickReplies ?? [] }
    set { change { $0.quickReplies = newValue } }
  }

  /// A card, as the channel shows it.
  public var card: JSONValue? {
    get { details?.fields.card }
    set { change { $0.card = newValue } }
  }

  /// Where an attachment lies, and what it is.
  public var attachment: JSONValue? {
    get { details?.fields.attachment }
    set { change { $0.attachment = newValue } }
  }

  /// The author's identifier at the source, or the account name.
  public var authorID: String? {
    get { details?.fields.authorID }
    set { change { $0.authorID = newValue } }
  }

  /// The author's name.
  public var authorName: String? {
    get { details?.fields.authorName }
    set { change { $0.authorName = newValue } }
  }

  /// Why: of a handover, a request, a refusal, an ending.
  public var reason: String? {
    get { details?.fields.reason }
    set { change { $0.reason = newValue } }
  }

  /// Variables set by the event (R4).
  public var variables: JSONObject {
    get { details?.fields.variables ?? [:] }
    set { change { $0.variables = newValue } }
  }

  /// The identifier at the source.
  public var externalID: String? {
    get { details?.fields.externalID }
    set { change { $0.externalID = newValue } }
  }

  /// The name of the import's source.
  public var source: String? {
    get { details?.fields.source }
    set { change { $0.source = newValue } }
  }

  /// The name of a bot, module, owner or import run.
  public var name: String? {
    get { details?.fields.name }
    set { change { $0.name = newValue } }
  }

  /// The channel of a deployment.
  public var channel: String? {
    get { details?.fields.channel }
    set { change { $0.channel = newValue } }
  }

  /// A whole number an administrative event carries: minutes, rows.
  public var amount: Int64? {
    get { details?.fields.amount }
    set { change { $0.amount = newValue } }
  }

  /// The row of a foreign system, byte for byte.
  public var raw: [UInt8]? {
    get { details?.fields.raw }
    set { change { $0.raw = newValue } }
  }

  /// Whether nothing was said, whatever a repeatable request left.
  public var isBlank: Bool { text == nil && details == nil }

  /// Compares texts by their bytes, because texts that only look the same are not the same.
  public static func == (left: Self, right: Self) -> Bool {
    left.text.hasBytes(of: right.text) && left.fingerprint == right.fingerprint
      && left.details == right.details
  }

  /// Changes the fields; a body without any has no details, so that equal bodies are equal.
  private mutating func change(_ body: (inout Details.Fields) -> Void) {
    var fields = details?.fields ?? Details.Fields()
    body(&fields)
    details = fields == Details.Fields() ? nil : Details(fields)
  }

  /// The fields that most bodies do not have.
  private final class Details: Hashable, Sendable {
    let fields: Fields

    init(_ fields: Fields) { self.fields = fields }

    static func == (left: Details, right: Details) -> Bool { left.fields == right.fields }

    func hash(into hasher: inout Hasher) { hasher.combine(fields) }

    struct Fields: Hashable, Sendable {
      var quickReplies: [String] = []
      var card: JSONValue?
      var attachment: JSONValue?
      var authorID: String?
      var authorName: String?
      var reason: String?
      var variables = JSONObject()
      var externalID: String?
      var source: String?
      var name: String?
      var channel: String?
      var amount: Int64?
      var raw: [UInt8]?

      static func == (left: Fields, right: Fields) -> Bool {
        left.quickReplies.elementsEqual(right.quickReplies) { $0.hasBytes(of: $1) }
          && left.card == right.card && left.attachment == right.attachment
          && left.authorID.hasBytes(of: right.authorID)
          && left.authorName.hasBytes(of: right.authorName)
          && left.reason.hasBytes(of: right.reason) && left.variables == right.variables
          && left.externalID.hasBytes(of: right.externalID)
          && left.source.hasBytes(of: right.source) && left.name.hasBytes(of: right.name)
          && left.channel.hasBytes(of: right.channel) && left.amount == right.amount
          && left.raw == right.raw
      }
    }
  }
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
