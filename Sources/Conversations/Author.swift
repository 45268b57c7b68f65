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

extension Author {
  /// A word of commands: whoever is the conversation's visitor when the command is ordered.
  ///
  /// No identifier has only zeros (`Identifier.init(_:)`), so nobody is written like a word; a word
  /// is never recorded.
  public static let visitorOfConversation = Author.visitor(VisitorID(0))
  /// A word of commands: the bot that holds the conversation when the command is ordered.
  public static let holder = Author.bot(BotID(0))
  /// A word of commands: the agent who is in control when the command is ordered.
  public static let agentInControl = Author.agent(.inControl)

  /// Whether a state has to say who is meant.
  public var isWord: Bool {
    self == .visitorOfConversation || self == .holder || self == .agentInControl
  }

  /// Who is meant in a conversation; the word itself if it means nobody there.
  func resolved(in conversation: Conversation) -> Author {
    switch self {
    case .visitorOfConversation: return .visitor(conversation.visitor)
    case .holder: return .bot(conversation.holder)
    case .agentInControl:
      guard case .agent(let agent) = conversation.control else { return self }
      return .agent(agent)
    default: return self
    }
  }
}

extension Identifier where Subject == Agent {
  /// The word `Author.agentInControl`, where a command names an agent.
  public static var inControl: Self { Self(0) }
}
