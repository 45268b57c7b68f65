import ConversationLedger
import Conversations
import Foundation

/// A line of the neutral format: one event (docs/jsonl.md).
///
/// Members that do not belong to the type are absent. Identifiers are UUIDs, or names that stand
/// for the identifier of the name (`Identifier.named`).
struct JSONLine: Codable {
  /// The event type, by the name of docs/events.md.
  var type: String
  /// The conversation: a UUID, or an identifier of the source.
  var conversation: String?
  /// The name of the source the identifiers are of.
  var source: String?
  /// The row's identity inside its conversation; `@n` is its place in the ledger it comes from.
  var id: String?
  /// The idempotency key the event was recorded under, and what it stood for, in hexadecimal.
  var key: String?
  var fingerprint: String?
  /// When it happened.
  var at: String?

  var author: Party?
  var visitor: Party?
  var agent: Party?
  var bot: String?
  var owner: String?
  var deployment: String?
  var channel: String?
  var from: String?
  var to: String?
  var module: UInt32?
  var method: String?
  var code: String?
  var since: UInt64?
  var name: String?
  var sessionMinutes: Int64?

  var text: String?
  var quickReplies: [String]?
  @NoticedMember var card: JSONValue?
  @NoticedMember var attachment: JSONValue?
  @NoticedMember var variables: JSONObject?
  var reason: String?
  var externalId: String?
  /// The row of a foreign system, in Base64.
  var raw: String?

  init(type: String) { self.type = type }

  /// Who did something.
  struct Party: Codable {
    /// `visitor`, `bot`, `agent`, `staff` or `source`; given by the member's name elsewhere.
    var kind: String?
    /// The UUID, or the identifier at the source.
    var id: String?
    /// The account name, if it differs from `id`.
    var account: String?
    var name: String?
  }
}

extension JSONLine {
  /// Reads the values of any shape, each name byte for byte and each digit of a whole number.
  ///
  /// - Parameter content: The line, in which Foundation's decoder has only noticed them: of two
  ///   names that look the same it keeps one, whole numbers beyond 64 bits it rounds or refuses.
  /// - Throws: `LineError` if the line is not JSON, or its variables are no object.
  mutating func readValues(from content: Data) throws(LineError) {
    guard _variables.isThere || _card.isThere || _attachment.isThere else { return }
    let value: JSONValue
    do {
      value = try JSONText.value(of: content)
    } catch {
      throw LineError(
        reason: "not valid JSON: expected \(error.expected) at byte \(error.offset)"
      )
    }
    guard case .object(let members) = value else { return }
    card = members["card"].flatMap { $0 == .null ? nil : $0 }
    attachment = members["attachment"].flatMap { $0 == .null ? nil : $0 }
    switch members["variables"] {
    case .object(let values)?: variables = values
    case .null?, nil: variables = nil
    default: throw LineError(reason: "at .variables: expected an object")
    }
  }
}

/// A member that a decoder notices and does not read; it is written like any other.
@propertyWrapper
struct NoticedMember<Value: Encodable>: Codable {
  /// The value, once it was read in another way.
  var wrappedValue: Value?
  /// Whether the decoder found the member.
  private(set) var isThere = false

  init() {}

  /// A member that the decoder found.
  init(from decoder: any Decoder) { isThere = true }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

extension KeyedDecodingContainer {
  /// Decodes by this what may be absent.
  func decode<Value: Encodable>(
    _ type: NoticedMember<Value>.Type,
    forKey key: Key,
  ) throws -> NoticedMember<Value> {
    try decodeIfPresent(type, forKey: key) ?? NoticedMember()
  }
}

extension KeyedEncodingContainer {
  /// Leaves out what is absent.
  mutating func encode<Value: Encodable>(
    _ member: NoticedMember<Value>,
    forKey key: Key,
  ) throws {
    try encodeIfPresent(member.wrappedValue, forKey: key)
  }
}

extension JSONLine {
  /// The members that name bots, owners and deployments, and no others.
  private struct Names: Decodable {
    var type: String
    var source: String?
    var author: Party?
    var bot: String?
    var owner: String?
    var deployment: String?
    var channel: String?
    var from: String?
    var to: String?
  }

  /// Reads of a line only what it names, which is quicker.
  init(namesIn content: Data, _ decoder: JSONDecoder) throws {
    let names = try decoder.decode(Names.self, from: content)
    self.init(type: names.type)
    (source, author, bot, owner) = (names.source, names.author, names.bot, names.owner)
    (deployment, channel) = (names.deployment, names.channel)
    (from, to) = (names.from, names.to)
  }

  /// The bots that hold, held or speak in a conversation by the line; a refused destination need
  /// not be there.
  var botNames: [String] {
    let names =
      switch type {
      case "conversationStarted": [bot]
      case "handedOver": [from, to]
      case "agentHandedBack": [to]
      default: [author?.kind == "bot" ? author?.id : nil]
      }
    return names.compactMap { $0 }.filter { !$0.isEmpty }
  }
}

/// A line that is not what the format says.
struct LineError: Error {
  let reason: String
  /// Whether the line means one of several things.
  var isAmbiguous = false
}
