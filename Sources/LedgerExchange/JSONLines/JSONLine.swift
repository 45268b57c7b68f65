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
  var card: JSONValue?
  var attachment: JSONValue?
  var variables: JSONObject?
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
  /// Reads the values of any shape anew, each name byte for byte and each digit of a whole number.
  ///
  /// - Parameter content: The line, which Foundation's decoder has read before; of two names that
  ///   look the same it kept one, and it rounds whole numbers beyond 64 bits.
  /// - Throws: `LineError` if the line is not JSON.
  mutating func restoreValues(from content: Data) throws(LineError) {
    guard variables != nil || card != nil || attachment != nil else { return }
    let value: JSONValue
    do {
      value = try JSONText.value(of: content)
    } catch {
      throw LineError(
        reason: "not valid JSON: expected \(error.expected) at byte \(error.offset)"
      )
    }
    guard case .object(let members) = value else { return }
    card = card == nil ? nil : members["card"]
    attachment = attachment == nil ? nil : members["attachment"]
    if variables != nil, case .object(let exact)? = members["variables"] { variables = exact }
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
