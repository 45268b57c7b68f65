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
  /// The bots a caller may see, by name.
  ///
  /// A bot that nobody registered, and that a source says holds conversations, is among them under
  /// its identifier: every conversation is in exactly one inbox.
  ///
  /// - Parameter caller: Who asks.
  /// - Returns: The bots, with the sizes of their inboxes.
  /// - Throws: `LedgerError` if the ledger cannot be read.
  public func bots(seenBy caller: Caller = .trusted) throws -> [BotRow] {
    let rows = try answering { snapshot in
      let counts = try snapshot.counts()
      let registered = snapshot.registry.bots
        .filter { caller.maySee(botsOf: $0.value.owner) }
        .map { BotRow($0.key, $0.value, counts[$0.key] ?? InboxCount()) }
      let unregistered = try counts.keys
        .filter { snapshot.registry.bots[$0] == nil }
        .compactMap { try unregisteredBot($0, seenBy: caller, in: snapshot) }
      return registered + unregistered
    }
    return rows.sorted { ($0.name, $0.botId) < ($1.name, $1.botId) }
  }

  /// The row of a bot that nobody registered; `nil` if it holds nothing the caller may see.
  ///
  /// It is said to be the owner's of the bot its latest visitor came in by.
  private func unregisteredBot(
    _ id: BotID,
    seenBy caller: Caller,
    in snapshot: ViewSnapshot,
  ) throws -> BotRow? {
    var (conversations, messages, owner) = (0, 0, OwnerID?.none)
    try snapshot.forEachHead(inInboxOf: id, behind: nil) { head in
      guard head.state.isVisible(to: caller, registry: snapshot.registry) else { return true }
      conversations += 1
      messages += Int(head.messages)
      owner = owner ?? snapshot.registry.bots[head.state.originBot]?.owner
      return true
    }
    guard conversations > 0 else { return nil }
    return BotRow(
      botId: id.description,
      name: id.description,
      // Nobody registered the bot the visitors came in by either.
      ownerId: (owner ?? OwnerID(0)).description,
      handoverEnabled: false,
      conversations: conversations,
      messages: messages,
      modules: [:],
    )
  }

  /// The name of a bot that a caller may see; its identifier if nobody registered it.
  ///
  /// - Parameters:
  ///   - id: The bot.
  ///   - caller: Who asks; one of another owner is "not found".
  /// - Returns: The name.
  /// - Throws: `Refusal` `.botNotFound`, or `.notPermitted` for a visitor.
  public func name(of id: BotID, seenBy caller: Caller) throws -> String {
    try answering { snapshot in
      do throws(Refusal) {
        return try snapshot.registry.bot(id, seenBy: caller).name
      } catch {
        guard error.code == .botNotFound, snapshot.registry.bots[id] == nil,
          try snapshot.heads(tookPart: id).contains(where: { head in
            head.state.isVisible(to: caller, registry: snapshot.registry)
          })
        else { throw error }
        return id.description
      }
    }
  }

  /// The owners, bots and deployments.
  public func registry() throws -> Registry { try answering(\.registry) }

  /// Finds a bot by its identifier, or by a name that only one bot has.
  ///
  /// - Throws: `LedgerError` `.notFound`, or `.malformedQuery` if several bots have the name.
  public func bot(_ name: String) throws -> BotID {
    let registry = try registry()
    if let id = BotID(name), try answering({ try isKnown(id, in: $0) }) { return id }
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

extension BotRow {
  fileprivate init(_ id: BotID, _ bot: Bot, _ count: InboxCount) {
    botId = id.description
    name = bot.name
    ownerId = bot.owner.description
    handoverEnabled = bot.isEnabledForHandover
    conversations = count.conversations()
    messages = Int(count.messages)
    let named = bot.modules.map { ($0.key.description, $0.value) }
    modules = Dictionary(uniqueKeysWithValues: named)
  }
}
