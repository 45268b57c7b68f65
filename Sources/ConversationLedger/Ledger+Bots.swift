public import Conversations
import Projections

/// A bot and the size of its inbox: the JSON shape of design.md 7.
public struct BotRow: Codable, Hashable, Sendable {
  /// The bot.
  public var botId: String
  /// Its name.
  public var name: String
  /// The account it belongs to.
  public var ownerId: String
  /// Whether an admin allowed handovers to it.
  public var handoverEnabled: Bool
  /// The conversations of its inbox.
  public var conversations: Int
  /// The messages of those.
  public var messages: Int
  /// Its modules and their names.
  public var modules: [String: String]
}

extension Ledger {
  /// The bots, by name.
  public func bots() throws -> [BotRow] {
    try LedgerError.wrapping {
      let snapshot = try reader.atHead()
      let rows = try snapshot.registry.bots.map { id, bot in
        let count = try snapshot.count(ofInboxOf: id)
        let modules = bot.modules.map { ($0.key.description, $0.value) }
        return BotRow(
          botId: id.description,
          name: bot.name,
          ownerId: bot.owner.description,
          handoverEnabled: bot.isEnabledForHandover,
          conversations: Int(count.conversations),
          messages: Int(count.messages),
          modules: Dictionary(uniqueKeysWithValues: modules),
        )
      }
      return rows.sorted { ($0.name, $0.botId) < ($1.name, $1.botId) }
    }
  }

  /// The owners, bots and deployments.
  public func registry() throws -> Registry {
    try LedgerError.wrapping { try reader.atHead().registry }
  }

  /// Finds a bot by its identifier, or by a name that only one bot has.
  ///
  /// - Throws: `LedgerError` `.notFound`, or `.malformedQuery` if several bots have the name.
  public func bot(_ name: String) throws -> BotID {
    let registry = try registry()
    if let id = BotID(name), registry.bots[id] != nil { return id }
    // A name that has the very bytes comes before names that only look the same.
    let alike = registry.bots.filter { $0.value.name == name }
    let exact = alike.filter { $0.value.name.hasBytes(of: name) }
    let named = (exact.isEmpty ? alike : exact).keys.sorted()
    guard let first = named.first else {
      throw LedgerError(.notFound, "there is no bot \(name); `handover bots` lists them")
    }
    guard named.count == 1 else {
      let ids = named.map(\.description).joined(separator: ", ")
      throw LedgerError(.malformedQuery, "\(named.count) bots are called \(name): \(ids)")
    }
    return first
  }
}
