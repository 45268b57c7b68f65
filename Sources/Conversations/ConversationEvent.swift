/// What happened in a conversation, as far as the rules and the views need to know.
///
/// Case names and their contents reflect the stored format (docs/events.md) and are versioned
/// with care. The words people used are in `EventBody`.
public enum ConversationEvent: Hashable, Sendable {
  /// A visitor came in by a deployment of a bot.
  case started(bot: BotID, deployment: DeploymentID, visitor: VisitorID)
  /// Somebody wrote.
  case messagePosted(by: Author)
  /// Somebody wrote for agents only.
  case notePosted(by: Author)
  /// Variables were set; a key set again overwrites (R4).
  case variablesSet(by: Author)
  /// The holder handed the conversation over: the whole fact in one event (R2).
  case handedOver(from: BotID, to: BotID, module: ModuleID?)
  /// A handover was refused (R8).
  case handoverRefused(Refusal.Code, destination: BotID?, module: ModuleID?)
  /// An agent was asked for.
  case agentRequested(by: Author, method: AgentMethod)
  /// An agent took control.
  case agentTookOver(AgentID)
  /// An agent gave control back to the last bot that held the conversation (R13).
  ///
  /// `since` is the log position at which the human stretch began.
  case agentHandedBack(AgentID, to: BotID, since: UInt64)
  /// The conversation ended.
  case ended(by: Author)
  /// The visitor's words were made unreadable.
  case visitorErased(VisitorID)
  /// The source did not give everything it had.
  case sourceTruncated
  /// A row of a foreign system that has no meaning here.
  case foreign
  /// Somebody opened the transcript.
  case transcriptRead(by: Author)
  /// A repeatable request was answered, because what it asks held already (R12, R17).
  case requestRepeated(by: Author)
  /// A type this version does not know (R22).
  case unknown(type: UInt16)
}

/// The way an agent is reached (R11).
public enum AgentMethod: UInt8, Hashable, Sendable, CaseIterable {
  /// The chat API, for web widgets.
  case chatAPI = 1
  /// Messenger's handover protocol.
  case handoverProtocol = 2
  /// The switchboard of Sunshine Conversations.
  case sunshine = 3
  /// The traditional Zendesk chat.
  case zendesk = 4

  /// The word of the command line and the JSON shapes.
  public var name: String {
    switch self {
    case .chatAPI: "chat-api"
    case .handoverProtocol: "handover-protocol"
    case .sunshine: "sunshine"
    case .zendesk: "zendesk"
    }
  }

  /// Reads a word; `nil` for any other.
  public init?(name: String) {
    guard let method = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = method
  }
}
