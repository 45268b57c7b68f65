extension ConversationCommand {
  /// Who acts; `nil` for a handover, whose caller R6 checks.
  public var author: Author? {
    switch self {
    case .post(let author, _), .note(let author, _), .setVariables(let author, _): author
    case .requestAgent(let author, _, _), .end(let author, _): author
    case .takeOver(let agent, _), .handBack(let agent, _): .agent(agent)
    case .handOver: nil
    }
  }

  /// What is said.
  public var body: EventBody {
    switch self {
    case .post(_, let body), .note(_, let body), .setVariables(_, let body): body
    case .requestAgent(_, _, let body), .end(_, let body): body
    case .takeOver(_, let body), .handBack(_, let body): body
    case .handOver(let command): command.body
    }
  }

  /// The command with its words resolved by the conversation's state.
  ///
  /// An edge that looked up who "the holder" is would ask of a state that is over when the command
  /// is ordered.
  public func resolved(in conversation: Conversation) -> ConversationCommand {
    guard let author, author.isWord else { return self }
    return acting(as: author.resolved(in: conversation))
  }

  /// The command as somebody's, whoever it named before.
  ///
  /// - Parameters:
  ///   - author: Who acts; one whose kind the command cannot have changes nothing.
  ///   - change: What becomes of the words.
  /// - Returns: The command in that author's name.
  public func acting(
    as author: Author,
    _ change: (inout EventBody) -> Void = { _ in },
  ) -> ConversationCommand {
    var body = body
    change(&body)
    switch self {
    case .post: return .post(as: author, body)
    case .note: return .note(as: author, body)
    case .setVariables: return .setVariables(as: author, body)
    case .requestAgent(_, let method, _):
      return .requestAgent(by: author, method: method, body)
    case .end: return .end(by: author, body)
    case .takeOver, .handBack, .handOver: return actingAsAgent(author, body)
    }
  }

  private func actingAsAgent(_ author: Author, _ body: EventBody) -> ConversationCommand {
    guard case .agent(let agent) = author else { return self }
    switch self {
    case .takeOver: return .takeOver(agent, body)
    case .handBack: return .handBack(agent, body)
    case .post, .note, .setVariables, .requestAgent, .end, .handOver: return self
    }
  }
}
