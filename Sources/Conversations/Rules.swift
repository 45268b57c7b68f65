/// The numbers and tables of the rule book that an operator, or a what-if replay, may change.
public struct Rules: Hashable, Sendable {
  /// The most handovers with no visitor message in between (R9).
  public var handoverLimit: UInt32 = 10
  /// The way to an agent that fits each channel (R11).
  public var agentMethods: [String: AgentMethod] = Rules.standardAgentMethods
  /// The way that fits a channel the table does not name.
  public var otherAgentMethod = AgentMethod.chatAPI

  /// The rules as they are shipped.
  public init() {}

  /// The channels and ways of the Certainly platform (reference in docs/decisions/0004).
  public static let standardAgentMethods: [String: AgentMethod] = [
    "web": .chatAPI,
    "messenger": .handoverProtocol,
    "sunshine": .sunshine,
    "zendesk": .zendesk,
  ]

  /// The way to an agent that fits a channel.
  public func agentMethod(for channel: String) -> AgentMethod {
    agentMethods[channel] ?? otherAgentMethod
  }
}

/// The minutes without a message after which a conversation counts as expired, unless its bot
/// says otherwise (R21).
public let standardSessionMinutes: Int64 = 600

/// The session lengths a bot may have: up to a hundred years.
let sessionMinutesRange: ClosedRange<Int64> = 1...52_560_000
