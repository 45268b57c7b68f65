/// Who caused an event.
public enum Author: Hashable, Sendable {
  /// The person who writes.
  case visitor(VisitorID)
  /// A bot.
  case bot(BotID)
  /// The person who helps.
  case agent(AgentID)
  /// The account that owns the bots, platform staff, or whoever runs the ledger.
  case staff
  /// A foreign system whose history was imported.
  case source

  /// The kind without the identity.
  public var kind: AuthorKind {
    switch self {
    case .visitor: .visitor
    case .bot: .bot
    case .agent: .agent
    case .staff: .staff
    case .source: .source
    }
  }
}

/// The kind of an author.
///
/// The numbers stand in stored records (docs/record-format.md).
public enum AuthorKind: UInt8, Hashable, Sendable, CaseIterable {
  /// No author: an event of the ledger itself.
  case none = 0
  /// The person who writes.
  case visitor = 1
  /// A bot.
  case bot = 2
  /// The person who helps.
  case agent = 3
  /// An owner, platform staff, or whoever runs the ledger.
  case staff = 4
  /// A foreign system.
  case source = 5

  /// The word of the JSON shapes.
  public var name: String {
    switch self {
    case .none: "none"
    case .visitor: "visitor"
    case .bot: "bot"
    case .agent: "agent"
    case .staff: "staff"
    case .source: "source"
    }
  }
}
