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
  /// Reads the values of any shape anew, each name of theirs byte for byte.
  ///
  /// - Parameter content: The line, which Foundation's decoder has read before; of two names that
  ///   look the same it kept one.
  mutating func restoreNames(from content: Data) {
    guard variables != nil || card != nil || attachment != nil,
      case .object(let members)? = try? JSONText.value(of: content)
    else { return }
    card = card == nil ? nil : members["card"]
    attachment = attachment == nil ? nil : members["attachment"]
    if variables != nil, case .object(let exact)? = members["variables"] { variables = exact }
  }
}

/// A line that is not what the format says.
struct LineError: Error {
  let reason: String
}
