extension Conversation {
  /// Decides a request for an agent (R11).
  func requestAgent(
    as author: Author,
    _ method: AgentMethod?,
    _ body: EventBody,
    _ registry: Registry,
    _ rules: Rules,
  ) throws(Refusal) -> [NewConversationEvent] {
    try requireNoAgent()
    try requireOwnVisitor(author)
    guard case .bot(let bot) = author else {
      throw Refusal(.notPermitted, "only the holder asks for an agent")
    }
    try requireHolder(bot)
    let channel = registry.deployments[deployment]?.channel ?? ""
    let fitting = rules.agentMethod(for: channel)
    guard method == nil || method == fitting else {
      throw Refusal(
        .channelMismatch,
        "the visitor came in by channel \(channel); its way to an agent is \(fitting.name)",
      )
    }
    if case .agentRequested(fitting) = control { return [] }
    return [NewEvent(.agentRequested(by: author, method: fitting), body)]
  }

  /// Decides a take-over: the first agent wins, the second is told who (R12).
  func takeOver(
    _ agent: AgentID,
    _ body: EventBody,
  ) throws(Refusal) -> [NewConversationEvent] {
    if case .agent(agent) = control { return [] }
    try requireNoAgent()
    return [NewEvent(.agentTookOver(agent), body)]
  }

  /// Decides a hand-back to the last bot that held the conversation (R13).
  func handBack(
    _ agent: AgentID,
    _ body: EventBody,
  ) throws(Refusal) -> [NewConversationEvent] {
    switch control {
    case .bot: return []
    case .agent(let other) where other != agent: try requireNoAgent()
    case .agent, .agentRequested: break
    }
    return [NewEvent(.agentHandedBack(agent, to: holder, since: controlSince), body)]
  }

  /// Lets only the agent in control through.
  func requireControl(of agent: AgentID) throws(Refusal) {
    if case .agent(agent) = control { return }
    try requireNoAgent()
    throw Refusal(.agentNotInControl, "no agent is in control; take over first")
  }
}
