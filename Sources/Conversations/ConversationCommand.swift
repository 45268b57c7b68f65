/// Something somebody asks of a conversation.
public enum ConversationCommand: Hashable, Sendable {
  /// Writes a message.
  case post(as: Author, EventBody)
  /// Writes a note for agents.
  case note(as: Author, EventBody)
  /// Sets variables.
  case setVariables(as: Author, EventBody)
  /// Hands the conversation over to a bot.
  case handOver(HandOver)
  /// Asks for an agent; without a method, by the one that fits.
  case requestAgent(by: Author, method: AgentMethod?, EventBody)
  /// Takes control as an agent.
  case takeOver(AgentID, EventBody)
  /// Gives control back to the last bot.
  case handBack(AgentID, EventBody)
  /// Ends the conversation.
  case end(by: Author, EventBody)
}

/// The command that hands a conversation over.
public struct HandOver: Hashable, Sendable {
  /// The bot to hand over to.
  public var destination: BotID
  /// Where the chat goes on.
  public var landingModule: ModuleID
  /// The bot the caller believes to be the holder, if the call names one.
  public var source: BotID?
  /// Variables and reason (R4); the name the caller gave for a destination that is not there.
  public var body: EventBody

  /// Hands over to a bot, landing on a module of it.
  public init(
    to destination: BotID,
    landingOn landingModule: ModuleID,
    from source: BotID? = nil,
    body: EventBody = EventBody(),
  ) {
    self.destination = destination
    self.landingModule = landingModule
    self.source = source
    self.body = body
  }
}
