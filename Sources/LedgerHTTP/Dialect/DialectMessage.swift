import ConversationLedger
import Conversations

/// A message in one of the three shapes the dialect documents for bots: `text`, `choice`, `card`.
struct DialectMessage: Hashable, Sendable {
  /// What it says.
  var body = EventBody()

  /// Reads what a desk posts; a shape the dialect does not document is refused.
  init(_ reader: inout BodyReader) throws {
    let type = try reader.string("type")
    body.text = try reader.string("text")
    switch type {
    case "text", nil: break
    case "choice": body.quickReplies = try reader.strings("options") ?? []
    case "card":
      let cards = try reader.require(reader.value("cards"), "cards")
      guard case .array = cards else { throw Problem.malformedBody("cards is a list") }
      body.card = .object(["cards": cards])
    case let type?:
      throw Problem.malformedBody("type is text, choice or card, not \(type)")
    }
    guard body.text != nil || body.card != nil else {
      throw Problem.malformedBody("text is missing")
    }
  }

  /// The shape a bot's message has on its way to a desk.
  static func shape(of body: EventBody) -> JSONValue {
    if case .object(var card) = body.card, card["cards"] != nil {
      card["type"] = .string("card")
      return .object(card)
    }
    let text = JSONValue.string(body.text ?? "")
    guard !body.quickReplies.isEmpty else {
      return .object(["type": .string("text"), "text": text])
    }
    return .object([
      "type": .string("choice"),
      "text": text,
      "options_type": .string("suggested_replies"),
      "options": .array(body.quickReplies.map { .string($0) }),
    ])
  }
}

/// What stands before a visitor's identifier in the dialect.
private let userPrefix = "webbot:"

extension VisitorID {
  /// The visitor a desk names: by the identifier it was told, or by the name a platform gave.
  init(dialectUser user: String) {
    let name = user.hasPrefix(userPrefix) ? String(user.dropFirst(userPrefix.count)) : user
    self = VisitorID(name) ?? .named("visitor", name)
  }

  /// The name a desk is told.
  var dialectUser: String { userPrefix + description }
}
