/// An event of a conversation, decided and not yet recorded.
public typealias NewConversationEvent = NewEvent<ConversationEvent>

extension Conversation {
  /// Decides which events a command causes; none if what it asks holds already (R12).
  ///
  /// - Parameters:
  ///   - command: What is asked; its words are resolved here, by this state.
  ///   - caller: Who asks; a conversation of another owner is "not found" (R7).
  ///   - registry: The bots and deployments at this log position.
  ///   - rules: The numbers and tables of the rule book.
  /// - Returns: The events to record.
  /// - Throws: The refusal of the first check that failed, in the order of R7.
  public func decide(
    _ command: ConversationCommand,
    by caller: Caller,
    registry: Registry,
    rules: Rules,
  ) throws(Refusal) -> [NewConversationEvent] {
    try requireSight(of: caller, registry: registry)
    guard !isEnded else {
      throw Refusal(.conversationEnded, "the conversation has ended; start another one")
    }
    try command.requireReadableWords()
    let command = command.resolved(in: self)
    if let author = command.author {
      if author.isWord { return try decideForNobody(command) }
      try caller.requireToBe(author)
    }
    switch command {
    case .post(let author, let body): return try post(as: author, body)
    case .note(let author, let body): return try note(as: author, body)
    case .setVariables(let author, let body): return try setVariables(as: author, body)
    case .handOver(let command): return try decide(command, by: caller, registry, rules)
    case .requestAgent(let author, let method, let body):
      return try requestAgent(as: author, method, body, registry, rules)
    case .takeOver(let agent, let body): return try takeOver(agent, body)
    case .handBack(let agent, let body): return try handBack(agent, body)
    case .end(let author, let body): return try end(as: author, body)
    }
  }

  /// Decides a command of the agent in control where there is none: control is with the bot.
  private func decideForNobody(
    _ command: ConversationCommand
  ) throws(Refusal) -> [NewConversationEvent] {
    if case .handBack = command { return [] }
    throw Refusal(.agentNotInControl, "no agent is in control; take over first")
  }

  /// The event that keeps the key of a repeatable request that caused none, because what it asks
  /// holds already (R12, R17).
  ///
  /// - Returns: The event; `nil` for a handover, which never holds already.
  public func repeatEvent(of command: ConversationCommand) -> NewConversationEvent? {
    guard let author = command.resolved(in: self).author else { return nil }
    var event = NewConversationEvent(.requestRepeated(by: author.isWord ? .staff : author))
    event.body.authorID = command.body.authorID
    event.body.authorName = command.body.authorName
    return event
  }

  /// Hides the conversations of other owners, so that identifiers cannot be probed (R7).
  ///
  /// - Throws: `conversationNotFound` if the caller must not see the conversation.
  public func requireSight(of caller: Caller, registry: Registry) throws(Refusal) {
    guard isVisible(to: caller, registry: registry) else {
      throw Refusal(.conversationNotFound, "there is no such conversation")
    }
  }

  /// Whether a caller may know of the conversation: it is in a bot's inbox the caller may see, or
  /// the caller's own.
  public func isVisible(to caller: Caller, registry: Registry) -> Bool {
    if case .visitor(let visitor) = caller { return visitor == self.visitor }
    return caller.maySee(botsOf: registry.owner(ofHolder: holder, from: originBot))
  }

  private func post(
    as author: Author,
    _ body: EventBody,
  ) throws(Refusal) -> [NewConversationEvent] {
    try requireVoice(of: author)
    return [NewEvent(.messagePosted(by: author), body)]
  }

  private func note(
    as author: Author,
    _ body: EventBody,
  ) throws(Refusal) -> [NewConversationEvent] {
    guard author.kind == .agent || author.kind == .staff else {
      throw Refusal(.notPermitted, "notes are for agents")
    }
    return [NewEvent(.notePosted(by: author), body)]
  }

  private func setVariables(
    as author: Author,
    _ body: EventBody,
  ) throws(Refusal) -> [NewConversationEvent] {
    try requireOwnVisitor(author)
    if case .bot(let bot) = author { try requireHolder(bot) }
    return body.variables.isEmpty ? [] : [NewEvent(.variablesSet(by: author), body)]
  }

  private func end(
    as author: Author,
    _ body: EventBody,
  ) throws(Refusal) -> [NewConversationEvent] {
    if author.kind != .staff { try requireVoice(of: author) }
    return [NewEvent(.ended(by: author), body)]
  }

  /// Hides the conversation from other visitors (R3).
  func requireOwnVisitor(_ author: Author) throws(Refusal) {
    guard case .visitor(let visitor) = author, visitor != self.visitor else { return }
    throw Refusal(.conversationNotFound, "there is no such conversation")
  }

  /// Lets only those write who may (R10).
  private func requireVoice(of author: Author) throws(Refusal) {
    switch author {
    case .visitor: try requireOwnVisitor(author)
    case .bot(let bot): try requireHolder(bot)
    case .agent(let agent): try requireControl(of: agent)
    case .staff, .source:
      throw Refusal(.notPermitted, "only the visitor, the holder and the agent in control write")
    }
  }

  /// Lets only the holder through, and it only while no agent is in control (R10).
  func requireHolder(_ bot: BotID) throws(Refusal) {
    try requireNoAgent()
    guard bot == holder else {
      throw Refusal(.notTheHolder, "bot \(bot) does not hold the conversation; \(holder) does")
    }
  }

  /// Refuses while an agent is in control.
  func requireNoAgent() throws(Refusal) {
    guard case .agent(let agent) = control else { return }
    throw Refusal(
      .agentInControl,
      "an agent is in control; wait until the agent hands back",
      agent: agent,
    )
  }
}
