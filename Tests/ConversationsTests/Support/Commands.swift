import Conversations

extension ConversationCommand {
  /// A message.
  static func post(as author: Author) -> Self { .post(as: author, EventBody(text: "Hello")) }

  /// A note for agents.
  static func note(as author: Author) -> Self { .note(as: author, EventBody(text: "Call back")) }

  /// One variable.
  static func setVariable(as author: Author) -> Self {
    var body = EventBody()
    body.variables["language"] = .string("es")
    return .setVariables(as: author, body)
  }

  /// No variable at all.
  static func setNoVariables(as author: Author) -> Self { .setVariables(as: author, EventBody()) }

  /// A handover to the greeting, or to another module.
  static func handOver(
    to destination: BotID,
    landingOn module: ModuleID = greeting,
    from source: BotID? = nil,
  ) -> Self {
    .handOver(HandOver(to: destination, landingOn: module, from: source))
  }

  /// A request by the fitting way, or by a named one.
  static func requestAgent(by author: Author, method: AgentMethod? = nil) -> Self {
    .requestAgent(by: author, method: method, EventBody())
  }

  /// A take-over.
  static func takeOver(_ agent: AgentID) -> Self { .takeOver(agent, EventBody()) }

  /// A hand-back.
  static func handBack(_ agent: AgentID) -> Self { .handBack(agent, EventBody()) }

  /// An ending.
  static func end(by author: Author) -> Self { .end(by: author, EventBody()) }
}

extension ConversationEvent {
  /// A handover that lands on the greeting.
  static func handedOver(from source: BotID, to destination: BotID) -> Self {
    .handedOver(from: source, to: destination, module: greeting)
  }

  /// A request of the English bot, by the way that fits a web page.
  static let requested = Self.agentRequested(by: .bot(english), method: .chatAPI)
}
