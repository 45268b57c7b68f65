import ConversationLedger
import Conversations
import Hummingbird

/// What agents do with a conversation: each form posts, and is sent back to the conversation.
extension PageRoutes {
  func addActs(to pages: RouterGroup<CallContext>) {
    let one = pages.group("conversations/:conversation")
    one.post("take-over") { request, context in
      try await act(request, context) { agent, body, _ in .takeOver(agent, body) }
    }
    one.post("hand-back") { request, context in
      try await act(request, context) { agent, body, _ in .handBack(agent, body) }
    }
    one.post("messages") { request, context in
      try await act(request, context) { agent, body, text in
        var body = body
        body.text = text
        return .post(as: .agent(agent), body)
      }
    }
    one.post("notes") { request, context in
      try await act(request, context) { agent, body, text in
        var body = body
        body.text = text
        return .note(as: .agent(agent), body)
      }
    }
  }

  /// Submits what a form asks for, and shows the conversation, or why not.
  private func act(
    _ request: Request,
    _ context: CallContext,
    _ command: (AgentID, EventBody, String?) -> ConversationCommand,
  ) async throws -> Response {
    let session = try session(request, context)
    let values = try await form(request)
    try PageSession.requireOwnForm(request, values["csrf"], session.token)
    let name = try context.parameters.require("conversation")
    let principal = session.principal
    var body = EventBody()
    body.authorID = principal.user
    body.authorName = principal.name
    let back = PageAnswer.returnAddress(values["return"])
    // A browser ends the lines of a text field with both characters.
    let text = values["text"]?.replacing("\r\n", with: "\n")
    do {
      let id = try await conversation(name, for: principal)
      let receipt = try await parts.gate.submit(
        command(principal.agent, body, text),
        to: id,
        by: principal,
        CallTerms(idempotencyKey: values["key"].map { "page:" + $0.prefix(100) }),
      )
      return PageAnswer.see("\(back)#m\(receipt.position)")
    } catch {
      let problem = Problem(error)
      guard (400..<500).contains(problem.status), problem.status != 404 else { throw error }
      let query = PageQuery(FormValues(back.drop { $0 != "?" }.dropFirst()))
      let isNote = request.uri.path.hasSuffix("/notes")
      let drafts = ControlPart.Drafts(message: isNote ? nil : text, note: isNote ? text : nil)
      return try await page(
        request,
        session,
        query,
        opening: name,
        problem: problem,
        drafts: drafts,
      )
    }
  }

  private func conversation(
    _ name: String,
    for principal: Principal,
  ) async throws -> ConversationID {
    try await parts.gate.read(conversation: name, for: principal) { _, id, _ in id }
  }
}
