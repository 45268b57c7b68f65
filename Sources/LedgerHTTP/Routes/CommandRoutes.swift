import ConversationLedger
import Conversations
import Hummingbird

/// The commands to conversations: the webhook and the rest of design.md 8.
///
/// Each reads the body first and only then looks for the conversation, because that is the order of
/// the checks (R7).
struct CommandRoutes: Sendable {
  private let parts: ServerParts

  init(_ parts: ServerParts) { self.parts = parts }

  func add(to api: RouterGroup<CallContext>) {
    api.post("conversations", use: start)
    let one = api.group("conversations/:conversation")
    one.post("handover", use: handOver)
    one.post("messages", use: post)
    one.post("notes", use: note)
    one.post("variables", use: setVariables)
    one.post("agent-request", use: requestAgent)
    one.post("take-over", use: takeOver)
    one.post("hand-back", use: handBack)
    one.post("end", use: end)
  }

  /// The body of a call, and its terms.
  private func read(_ request: Request) async throws -> (BodyReader, CallTerms) {
    let body = try await BodyReader(of: request, limits: parts.configuration.limits)
    return (body, try CallTerms(request.headers))
  }

  /// Makes the command in the name of whoever asks, and submits it; a conversation that must not
  /// be seen is not there, whatever is wrong with the rest of the call.
  private func submit(
    _ context: CallContext,
    _ terms: CallTerms,
    _ command: (Principal) throws -> ConversationCommand,
  ) async throws -> Receipt {
    let principal = try context.caller
    let name = try context.parameters.require("conversation")
    let (id, _) = try parts.gate.look(atConversation: name, for: principal)
    return try await parts.gate.submit(command(principal), to: id, by: principal, terms)
  }

  private func handOver(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let destination: BotID? = try body.identifier("botId")
    let module = try body.module("moduleId")
    let source: BotID? = try body.identifier("sourceBotId")
    var event = EventBody()
    event.variables = try body.object("variables") ?? [:]
    event.reason = try body.string("reason")
    try body.finish()
    let command = HandOver(
      to: try body.require(destination, "botId"),
      landingOn: try body.require(module, "moduleId"),
      from: source,
      body: event,
    )
    let principal = try context.caller
    guard let id = ConversationID(try context.parameters.require("conversation")) else {
      throw Refusal(.conversationNotFound, "there is no such conversation")
    }
    let receipt = try await parts.gate.submit(.handOver(command), to: id, by: principal, terms)
    return try .receipt(HandoverAnswer(receipt), of: receipt)
  }

  private func post(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let speaker = try Speaker(&body)
    let message = try Self.message(&body)
    try body.finish()
    let receipt = try await submit(context, terms) { principal in
      var message = message
      let author = try speaker.author(principal, &message)
      return .post(as: author, message)
    }
    return try .receipt(ReceiptAnswer(receipt), of: receipt, status: .created)
  }

  /// What a message says; something it must say.
  private static func message(_ body: inout BodyReader) throws -> EventBody {
    var event = EventBody()
    event.text = try body.string("text")
    event.quickReplies = try body.strings("quickReplies") ?? []
    event.card = try body.object("card").map(JSONValue.object)
    event.attachment = try body.object("attachment").map(JSONValue.object)
    guard event.text != nil || event.card != nil || event.attachment != nil else {
      throw Problem.malformedBody("a message has text, card or attachment")
    }
    return event
  }

  private func note(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let speaker = try Speaker(&body)
    let text = try body.string("text")
    try body.finish()
    let note = EventBody(text: try body.require(text, "text"))
    let receipt = try await submit(context, terms) { principal in
      var note = note
      let author = try speaker.author(principal, &note)
      return .note(as: author, note)
    }
    return try .receipt(ReceiptAnswer(receipt), of: receipt, status: .created)
  }

  private func setVariables(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let speaker = try Speaker(&body)
    let variables = try body.object("variables")
    try body.finish()
    let values = try body.require(variables, "variables")
    let receipt = try await submit(context, terms) { principal in
      var event = EventBody()
      event.variables = values
      let author = try speaker.author(principal, &event)
      return .setVariables(as: author, event)
    }
    return try .receipt(ReceiptAnswer(receipt), of: receipt)
  }
}

extension CommandRoutes {
  private func requestAgent(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let word = try body.string("method")
    let asking: BotID? = try body.identifier("botId")
    let reason = try body.string("reason")
    try body.finish()
    let method = word.flatMap(AgentMethod.init(name:))
    if word != nil, method == nil {
      let names = AgentMethod.allCases.map(\.name).joined(separator: ", ")
      throw Problem.malformedBody("method is one of \(names)")
    }
    let receipt = try await submit(context, terms) { _ in
      var event = EventBody()
      event.reason = reason
      return .requestAgent(by: asking.map(Author.bot) ?? .holder, method: method, event)
    }
    return try .receipt(ReceiptAnswer(receipt), of: receipt)
  }

  private func takeOver(_ request: Request, _ context: CallContext) async throws -> Response {
    let receipt = try await act(request, context) { .takeOver($0, $1) }
    return try .receipt(ReceiptAnswer(receipt), of: receipt)
  }

  private func handBack(_ request: Request, _ context: CallContext) async throws -> Response {
    let receipt = try await act(request, context) { .handBack($0, $1) }
    return try .receipt(ReceiptAnswer(receipt), of: receipt)
  }

  /// Submits what an agent does: the caller, or the one the body names.
  private func act(
    _ request: Request,
    _ context: CallContext,
    _ command: (AgentID, EventBody) -> ConversationCommand,
  ) async throws -> Receipt {
    var (body, terms) = try await read(request)
    let speaker = try Speaker(&body)
    let reason = try body.string("reason")
    try body.finish()
    return try await submit(context, terms) { principal in
      var event = EventBody()
      event.reason = reason
      let author = try speaker.author(principal, &event)
      guard case .agent(let agent) = author else {
        throw Refusal(.notPermitted, "only agents take over and hand back")
      }
      return command(agent, event)
    }
  }

  private func end(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let reason = try body.string("reason")
    try body.finish()
    let receipt = try await submit(context, terms) { principal in
      var event = EventBody()
      event.reason = reason
      event.authorID = principal.user
      return .end(by: principal.author, event)
    }
    return try .receipt(ReceiptAnswer(receipt), of: receipt)
  }

  private func start(_ request: Request, _ context: CallContext) async throws -> Response {
    var (body, terms) = try await read(request)
    let principal = try context.caller
    let deployment: DeploymentID? = try body.identifier("deploymentId")
    let conversation: ConversationID? = try body.identifier("conversationId")
    let visitor = try body.string("visitorId", length: 1...255)
    var event = EventBody()
    event.authorName = try body.string("name")
    event.externalID = try body.string("externalId")
    event.variables = try body.object("variables") ?? [:]
    try body.finish()
    let account = visitor ?? (principal.role == .visitor ? principal.user : nil)
    event.authorID = account
    if terms.expectedPosition != nil {
      throw Problem.malformedBody("Expected-Position has no meaning for a start")
    }
    if terms.idempotencyKey != nil, account == nil {
      throw Problem.malformedBody("Idempotency-Key needs visitorId: it is unique to a visitor")
    }
    let start = StartRequest(
      conversation: conversation ?? .fresh(),
      deployment: try body.require(deployment, "deploymentId"),
      visitor: try account.map { name in try parts.gate.look { try $0.visitor(ofAccount: name) } }
        ?? .fresh(),
      body: event,
      caller: principal.caller,
      idempotencyKey: terms.idempotencyKey,
    )
    let receipt = try await parts.gate.submit(.start(start))
    return try .receipt(
      StartAnswer(receipt, visitor: start.visitor, seenBy: principal),
      of: receipt,
      status: .created,
    )
  }
}

/// The answer to a start.
private struct StartAnswer: Encodable {
  let conversationId: String
  let holderBotId: String?
  let visitorId: String
  let position: UInt64

  /// A visitor is not told the identifiers of bots.
  init(_ receipt: Receipt, visitor: VisitorID, seenBy principal: Principal) {
    conversationId = receipt.conversation.description
    holderBotId = principal.role == .visitor ? nil : receipt.holder?.description
    visitorId = visitor.description
    position = receipt.position
  }
}

extension Principal {
  /// Who acts when the account acts for itself; platforms act as staff.
  var author: Author {
    switch role {
    case .visitor: .visitor(visitor)
    case .agent: .agent(agent)
    case .owner, .admin, .auditor: .staff
    }
  }
}
