package import Conversations

extension EventFacts {
  /// Writes an event of a conversation down.
  package init(_ event: ConversationEvent) {
    switch event {
    case .started(let bot, let deployment, let visitor):
      self.init(.conversationStarted)
      authorKind = AuthorKind.visitor.rawValue
      parties = Parties(bot.value, deployment.value, visitor.value)
    case .messagePosted(let author): self.init(.messagePosted, by: author)
    case .notePosted(let author): self.init(.notePosted, by: author)
    case .variablesSet(let author): self.init(.variablesSet, by: author)
    case .handedOver(let from, let to, let module):
      self.init(.handedOver, by: .bot(from))
      parties.second = to.value
      number = UInt64(module?.number ?? 0)
    case .handoverRefused(let code, let destination, let module):
      self.init(.handoverRefused)
      detail = code.rawValue
      parties.first = destination?.value ?? 0
      number = UInt64(module?.number ?? 0)
    case .agentRequested(let author, let method):
      self.init(.agentRequested, by: author)
      detail = method.rawValue
    case .agentTookOver(let agent): self.init(.agentTookOver, by: .agent(agent))
    case .agentHandedBack(let agent, let bot, let since):
      self.init(.agentHandedBack, by: .agent(agent))
      parties.second = bot.value
      number = since
    default: self.init(plain: event)
    }
  }

  /// Writes down the events that have at most an author.
  private init(plain event: ConversationEvent) {
    switch event {
    case .ended(let author): self.init(.conversationEnded, by: author)
    case .visitorErased(let visitor):
      self.init(.visitorErased)
      parties.first = visitor.value
    case .sourceTruncated: self.init(EventType.sourceTruncated)
    case .transcriptRead(let author): self.init(.transcriptRead, by: author)
    case .requestRepeated(let author): self.init(.requestRepeated, by: author)
    case .unknown(let type): self.init(type: type, schemaVersion: 0)
    default: self.init(EventType.foreign)
    }
  }

  /// Whether the facts are of a conversation, and not of the registry.
  package var isOfConversation: Bool { type >= EventType.conversationStarted.rawValue }

  /// Reads the event of a conversation; what this version does not know is `unknown` (R22).
  package var conversationEvent: ConversationEvent {
    switch knownType {
    case .conversationStarted:
      .started(
        bot: BotID(parties.first),
        deployment: DeploymentID(parties.second),
        visitor: VisitorID(parties.third),
      )
    case .messagePosted: .messagePosted(by: author)
    case .notePosted: .notePosted(by: author)
    case .variablesSet: .variablesSet(by: author)
    case .handedOver:
      .handedOver(from: BotID(parties.first), to: BotID(parties.second), module: module)
    case .handoverRefused: refusedEvent
    case .agentRequested: requestedEvent
    case .agentTookOver: .agentTookOver(AgentID(parties.first))
    case .agentHandedBack:
      .agentHandedBack(AgentID(parties.first), to: BotID(parties.second), since: number)
    case .conversationEnded: .ended(by: author)
    case .visitorErased: .visitorErased(VisitorID(parties.first))
    case .sourceTruncated: .sourceTruncated
    case .foreign: .foreign
    case .transcriptRead: .transcriptRead(by: author)
    case .requestRepeated: .requestRepeated(by: author)
    default: .unknown(type: type)
    }
  }

  private var module: ModuleID? {
    UInt32(exactly: number).flatMap(ModuleID.init)
  }

  private var refusedEvent: ConversationEvent {
    guard let code = Refusal.Code(rawValue: detail) else { return .unknown(type: type) }
    let destination = parties.first == 0 ? nil : BotID(parties.first)
    return .handoverRefused(code, destination: destination, module: module)
  }

  private var requestedEvent: ConversationEvent {
    guard let method = AgentMethod(rawValue: detail) else { return .unknown(type: type) }
    return .agentRequested(by: author, method: method)
  }
}
