/// The state of a conversation that the rules look at, folded from its events.
///
/// At every log position there is exactly one holder and exactly one control (R1).
public struct Conversation: Hashable, Sendable {
  /// The bot the visitor came in by; never changes (R3).
  public private(set) var originBot: BotID
  /// The bot on its channel; never changes (R3).
  public private(set) var deployment: DeploymentID
  /// The person who writes; never changes (R3).
  public private(set) var visitor: VisitorID
  /// The bot that holds the conversation.
  public private(set) var holder: BotID
  /// Who answers.
  public private(set) var control = Control.bot
  /// The log position of the event that gave `control`.
  public private(set) var controlSince: UInt64
  /// The handovers since the visitor last wrote (R9).
  public private(set) var handoversSinceVisitor: UInt32 = 0
  /// Whether it has ended.
  public private(set) var isEnded = false
  /// Whether its words were made unreadable; nothing is added to it any more.
  public private(set) var isErased = false

  /// Who answers the visitor.
  public enum Control: Hashable, Sendable {
    /// The holder.
    case bot
    /// Nobody yet: an agent was asked for.
    case agentRequested(AgentMethod)
    /// An agent.
    case agent(AgentID)
  }

  /// Begins with the first event.
  public init(
    bot: BotID,
    deployment: DeploymentID,
    visitor: VisitorID,
    at position: UInt64,
  ) {
    originBot = bot
    self.deployment = deployment
    self.visitor = visitor
    holder = bot
    controlSince = position
  }

  /// Restores a state that was folded before; only a view that wrote it down does.
  public init(
    restoring start: (bot: BotID, deployment: DeploymentID, visitor: VisitorID),
    holder: BotID,
    control: Control,
    controlSince: UInt64,
    handoversSinceVisitor: UInt32,
    isEnded: Bool,
    isErased: Bool,
  ) {
    self.init(
      bot: start.bot,
      deployment: start.deployment,
      visitor: start.visitor,
      at: controlSince,
    )
    self.holder = holder
    self.control = control
    self.handoversSinceVisitor = handoversSinceVisitor
    self.isEnded = isEnded
    self.isErased = isErased
  }

  /// Takes in one event; whatever was recorded is accepted.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - position: Its place in the log.
  public mutating func evolve(_ event: ConversationEvent, at position: UInt64) {
    switch event {
    case .messagePosted(.visitor): handoversSinceVisitor = 0
    case .handedOver(_, let destination, _):
      holder = destination
      if handoversSinceVisitor < .max { handoversSinceVisitor += 1 }
    case .agentRequested(_, let method): take(.agentRequested(method), at: position)
    case .agentTookOver(let agent): take(.agent(agent), at: position)
    case .agentHandedBack: take(.bot, at: position)
    case .ended: isEnded = true
    case .visitorErased: isErased = true
    case .started, .messagePosted, .notePosted, .variablesSet, .handoverRefused: break
    case .sourceTruncated, .foreign, .transcriptRead, .requestRepeated, .unknown: break
    }
  }

  /// Whether the session is over (R21).
  ///
  /// - Parameters:
  ///   - moment: When it is asked.
  ///   - lastMessage: When the last message was; the start if there is none.
  ///   - registry: The bots and their settings.
  /// - Returns: Whether it was silent for longer than the holder's setting, and no agent is in
  ///   control.
  public func isExpired(
    at moment: Timestamp,
    silentSince lastMessage: Timestamp,
    registry: Registry,
  ) -> Bool {
    if case .agent = control { return false }
    let minutes = registry.bots[holder]?.sessionMinutes ?? standardSessionMinutes
    // A source can claim any time, also one so far away that the difference has no number.
    let (silence, isTooLong) = moment.microseconds.subtractingReportingOverflow(
      lastMessage.microseconds
    )
    return isTooLong ? moment > lastMessage : silence > minutes * 60_000_000
  }

  private mutating func take(_ control: Control, at position: UInt64) {
    self.control = control
    controlSince = position
  }
}

extension Conversation? {
  /// Takes in the next event of a stream, whose first one begins the conversation.
  public mutating func evolve(_ event: ConversationEvent, at position: UInt64) {
    if case .started(let bot, let deployment, let visitor) = event, self == nil {
      self = Conversation(bot: bot, deployment: deployment, visitor: visitor, at: position)
    } else {
      self?.evolve(event, at: position)
    }
  }
}
