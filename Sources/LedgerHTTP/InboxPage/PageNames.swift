import ConversationLedger
import Conversations

/// The names and pictures of bots, modules, channels and people.
struct PageNames: Sendable {
  let registry: Registry

  /// The name of a bot; its identifier if it has none.
  func bot(_ id: String?) -> String {
    guard let id else { return "an unknown bot" }
    return Self.short(BotID(id).flatMap { registry.bots[$0]?.name } ?? id)
  }

  /// A name as far as a page shows it.
  static func short(_ name: String) -> String { name.shortened(to: shownNameLength) }

  /// Where a handover landed.
  func landing(_ module: UInt32?, of bot: String?) -> String? {
    guard let module else { return nil }
    let name = bot.flatMap { BotID($0) }.flatMap { id in
      ModuleID(module).flatMap { registry.bots[id]?.modules[$0] }
    }
    guard let name, !name.isEmpty else { return "module \(module)" }
    return "module \(module), \(Self.short(name))"
  }

  /// The name of a visitor; a piece of the identifier if it is unknown or erased.
  static func visitor(_ name: String?, _ id: String) -> String {
    if let name = name.map(short), !name.allSatisfy(\.isWhitespace) { return name }
    return "Visitor \(id.suffix(6))"
  }

  /// The picture of a channel, or the arrow.
  static func symbol(_ icon: String) -> String {
    ["right-arrow", "web", "messenger", "sunshine", "zendesk"].contains(icon) ? icon : "channel"
  }

  /// The word for the kind of an author.
  static func kind(_ kind: String) -> String {
    switch kind {
    case "visitor": "Visitor"
    case "bot": "Bot"
    case "agent": "Agent"
    case "staff": "Staff"
    case "source": "Source"
    default: "Ledger"
    }
  }

  /// The picture of the kind of an author.
  static func symbol(ofKind kind: String) -> String {
    ["visitor", "bot", "agent", "staff"].contains(kind) ? kind : "source"
  }

  /// The words for a conversation that does not go on; `nil` if it does.
  static func ending(_ status: ConversationStatus) -> String? {
    status == .active ? nil : status.rawValue
  }

  /// A value as people read it: texts bare, all else as JSON.
  static func text(_ value: JSONValue) -> String {
    if case .string(let text) = value { return text }
    let bytes = try? JSONText.bytes(of: value, in: .lines)
    return bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
