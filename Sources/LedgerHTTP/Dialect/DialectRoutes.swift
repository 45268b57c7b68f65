import ConversationLedger
import Conversations
import Foundation
import Hummingbird

/// The calls of the Certainly platform's chat API that an agent desk makes, so that a desk that
/// speaks it can be pointed here (docs/decisions/0004).
///
/// There, *handover* is from bot to agent and *takeover* from agent to bot. Both are GETs and may
/// be repeated or prefetched: what holds already is answered again and appends nothing.
struct DialectRoutes: Sendable {
  private let parts: ServerParts

  init(_ parts: ServerParts) { self.parts = parts }

  func add(to router: Router<CallContext>) {
    let chat = router.group("webbot/api/webchat/:deployment")
      .add(middleware: AnswerInDialect(meters: parts.meters))
      .add(middleware: Authenticate(parts))
    chat.get("handover/:user", use: beginListening)
    chat.post("handover/:user", use: postAsAgent)
    chat.get("takeover/:user", use: endListening)
  }

  /// Puts the bot in listen mode: the agent takes over.
  private func beginListening(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try context.caller
    let place = try await find(context)
    var body = EventBody()
    body.authorID = principal.user
    body.authorName = principal.name
    let command = ConversationCommand.takeOver(principal.agent, body)
    return try await submit(command, place, principal, try CallTerms(request.headers))
  }

  /// Writes to the visitor as the agent in control.
  private func postAsAgent(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try context.caller
    let terms = try CallTerms(request.headers)
    var reader = try await BodyReader(of: request, limits: parts.configuration.limits)
    var body = try DialectMessage(&reader).body
    let place = try await find(context)
    // Kept only if the agent in control is the account that calls.
    body.authorID = principal.user
    body.authorName = principal.name
    let command = ConversationCommand.post(as: .agent(principal.actingAgent), body)
    return try await submit(command, place, principal, terms)
  }

  /// Gives control back to the bot, with the value its connections choose the next module by.
  private func endListening(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try context.caller
    let place = try await find(context)
    guard case .agent = place.conversation.control else { return try DialectEnvelope.done() }
    var body = EventBody()
    if let value = request.uri.queryParameters["ClaimEnd"].map(String.init), !value.isEmpty {
      body.variables = ["ClaimEnd": .string(value)]
    }
    let terms = try CallTerms(request.headers)
    return try await submit(.handBack(principal.actingAgent, body), place, principal, terms)
  }

  /// A conversation that a desk names by deployment and user.
  private struct Place: Sendable {
    let id: ConversationID
    let conversation: Conversation
  }

  /// The conversation a user began last by a deployment, if the caller may know of it.
  private func find(_ context: CallContext) async throws -> Place {
    let caller = try context.caller.caller
    let deployment = DeploymentID(try context.parameters.require("deployment"))
    let user = try context.parameters.require("user")
    let visitor = VisitorID(dialectUser: user.removingPercentEncoding ?? user)
    return try await parts.gate.read { ledger in
      guard let deployment else {
        throw Refusal(.deploymentNotFound, "there is no such deployment")
      }
      _ = try ledger.registry().deployment(deployment, seenBy: caller)
      guard let id = try ledger.lastConversation(of: visitor, by: deployment) else {
        throw Refusal(.conversationNotFound, "there is no such conversation")
      }
      return Place(id: id, conversation: try ledger.conversation(id, seenBy: caller))
    }
  }

  private func submit(
    _ command: ConversationCommand,
    _ place: Place,
    _ principal: Principal,
    _ terms: CallTerms,
  ) async throws -> Response {
    _ = try await parts.gate.submit(command, to: place.id, by: principal, terms)
    return try DialectEnvelope.done()
  }
}

extension Principal {
  /// Whom the account acts as: itself, or, as a platform, the agent in control.
  fileprivate var actingAgent: AgentID { role == .owner || role == .admin ? .inControl : agent }
}
