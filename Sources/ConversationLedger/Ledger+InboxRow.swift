import Conversations
import EventStore
import Projections

extension Ledger {
  /// The row of a conversation; names and words are read from the log.
  func row(
    _ head: Head,
    _ filter: InboxFilter,
  ) throws -> InboxRow {
    let start = try event(at: head.start).body
    let deployment = filter.registry.deployments[head.state.deployment]
    let channel = deployment?.channel ?? "unknown"
    let visitor = InboxRow.Person(
      id: head.state.visitor.description,
      name: (start?.authorName ?? start?.authorID)?.shownName,
    )
    return InboxRow(
      conversationId: head.conversation.description,
      externalId: start?.externalID?.shownName,
      visitor: visitor,
      icon: head.handovers > 0 ? "right-arrow" : channel,
      channel: channel,
      deploymentId: head.state.deployment.description,
      originBotId: head.state.originBot.description,
      holderBotId: head.state.holder.description,
      path: head.path.map(\.description),
      handovers: head.handovers,
      control: head.state.control.name,
      agent: try agentName(head),
      status: filter.status(of: head),
      startedAt: Timestamp(microseconds: head.startedAt).text,
      lastActivityAt: Timestamp(microseconds: head.lastActivityAt).text,
      messages: Int(head.messages),
      lastMessage: try lastMessage(head),
      source: head.isImported ? "imported" : "live",
      because: head.because,
    )
  }

  /// The name of the agent in control.
  func agentName(_ head: Head) throws -> String? {
    guard case .agent(let agent) = head.state.control else { return nil }
    let body = try event(at: head.state.controlSince).body
    return (body?.authorName ?? body?.authorID)?.shownName ?? agent.description
  }

  private func lastMessage(_ head: Head) throws -> InboxRow.LastMessage? {
    guard head.lastMessagePosition > 0 else { return nil }
    let message = try event(at: head.lastMessagePosition)
    let body = message.body
    let isErased = head.state.isErased && body?.isBlank == true
    return InboxRow.LastMessage(
      position: head.lastMessagePosition,
      authorKind: head.lastMessageBy.name,
      preview: isErased ? Transcript.erasedText : body.shownPreview,
      source: message.isImported ? "imported" : "live",
    )
  }
}

extension Conversation.Control {
  /// The word of the JSON shapes.
  var name: String {
    switch self {
    case .bot: "bot"
    case .agentRequested: "agentRequested"
    case .agent: "agent"
    }
  }
}
