import ConversationLedger
import Conversations
import Hummingbird

/// The registry: bots, modules, deployments, and the way a bot becomes open for handovers (R5).
struct RegistryRoutes: Sendable {
  private let parts: ServerParts

  init(_ parts: ServerParts) { self.parts = parts }

  func add(to api: RouterGroup<CallContext>) {
    api.post("bots", use: register)
    let bot = api.group("bots/:bot")
    bot.post("deployments", use: deploy)
    bot.put("modules/:module", use: define)
    bot.post("handover-request") { try await change($0, $1) { .requestHandover($0) } }
    bot.post("handover-approval") { try await change($0, $1) { .enableHandover($0) } }
    bot.delete("handover-approval") { try await change($0, $1) { .disableHandover($0) } }
  }

  private func read(_ request: Request) async throws -> BodyReader {
    try await BodyReader(of: request, limits: parts.configuration.limits)
  }

  /// The bot of the address.
  private func bot(_ context: CallContext) throws -> BotID {
    let name = try context.parameters.require("bot")
    guard let bot = BotID(name) else {
      throw Refusal(.botNotFound, "there is no bot \(name)")
    }
    return bot
  }

  private func register(_ request: Request, _ context: CallContext) async throws -> Response {
    var body = try await read(request)
    let principal = try context.caller
    let registration = try BotRegistration(&body, by: principal)
    try body.finish()
    let owners = try await parts.gate.read { try $0.registry().owners }
    let commands = registration.commands(isOwnerKnown: owners[registration.owner] != nil)
    let receipts = try await parts.gate.submit(
      commands.map { .registry($0, by: principal.caller) }
    )
    let position = receipts.map(\.position).max() ?? 0
    return try .json(registration.answer(at: position), status: .created)
  }

  private func deploy(_ request: Request, _ context: CallContext) async throws -> Response {
    var body = try await read(request)
    let channel = try body.string("channel", length: 1...255)
    let given: DeploymentID? = try body.identifier("deploymentId")
    try body.finish()
    let bot = try bot(context)
    let name = try body.require(channel, "channel")
    let deployment = given ?? .of(bot, on: name)
    let receipt = try await submit(
      .registerDeployment(deployment, bot: bot, channel: name),
      context,
    )
    let answer = RegistryAnswer(bot, at: receipt, deployment: deployment)
    return try .json(answer, status: .created)
  }

  private func define(_ request: Request, _ context: CallContext) async throws -> Response {
    var body = try await read(request)
    let name = try body.string("name", length: 0...1_024)
    try body.finish()
    let bot = try bot(context)
    guard let module = UInt32(try context.parameters.require("module")).flatMap(ModuleID.init)
    else { throw Problem.malformedBody("a module is a positive integer") }
    let receipt = try await submit(
      .defineModule(bot, module, name: try body.require(name, "name")),
      context,
    )
    return try .json(RegistryAnswer(bot, at: receipt, module: module))
  }

  /// Submits a change that needs nothing but the bot.
  private func change(
    _ request: Request,
    _ context: CallContext,
    _ command: (BotID) -> RegistryCommand,
  ) async throws -> Response {
    try await read(request).finish()
    let bot = try bot(context)
    return try .json(RegistryAnswer(bot, at: try await submit(command(bot), context)))
  }

  private func submit(
    _ command: RegistryCommand,
    _ context: CallContext,
  ) async throws -> Receipt {
    try await parts.gate.submit(.registry(command, by: try context.caller.caller))
  }
}

/// A bot as a body describes it.
private struct BotRegistration: Sendable {
  let owner: OwnerID
  private let ownerName: String
  private let bot: BotID
  private let name: String
  private let sessionMinutes: Int64?
  private let channel: String?
  private let modules: [(ModuleID, String)]

  init(_ body: inout BodyReader, by principal: Principal) throws {
    name = try body.require(try body.string("name", length: 1...1_024), "name")
    let account = try body.string("ownerId", length: 1...255)
    if let account {
      (owner, ownerName) = (.account(account), account)
    } else {
      guard let own = principal.owner, principal.role == .owner else {
        throw Problem.malformedBody("ownerId is missing: whose bot is it?")
      }
      (owner, ownerName) = (own, principal.user)
    }
    let given: BotID? = try body.identifier("botId")
    bot = given ?? .named("bot", owner.description, name)
    sessionMinutes = try body.integer("sessionMinutes")
    channel = try body.string("channel", length: 1...255)
    modules =
      try body.list("modules") { module in
        let number = try module.module("moduleId")
        return (
          try module.require(number, "moduleId"),
          try module.string("name", length: 0...1_024) ?? "",
        )
      } ?? []
  }

  /// What is asked of the registry, in its order.
  func commands(isOwnerKnown: Bool) -> [RegistryCommand] {
    var commands: [RegistryCommand] =
      isOwnerKnown ? [] : [.registerOwner(owner, name: ownerName)]
    commands.append(
      .registerBot(bot, owner: owner, name: name, sessionMinutes: sessionMinutes)
    )
    commands += modules.map { .defineModule(bot, $0.0, name: $0.1) }
    if let channel {
      commands.append(.registerDeployment(.of(bot, on: channel), bot: bot, channel: channel))
    }
    return commands
  }

  func answer(at position: UInt64) -> RegistryAnswer {
    var answer = RegistryAnswer(bot, at: position)
    answer.ownerId = owner.description
    answer.deploymentId = channel.map { DeploymentID.of(bot, on: $0).description }
    return answer
  }
}

/// The answer to a change of the registry.
private struct RegistryAnswer: Encodable {
  let botId: String
  let position: UInt64
  var ownerId: String?
  var deploymentId: String?
  var moduleId: UInt32?

  init(_ bot: BotID, at position: UInt64) {
    botId = bot.description
    self.position = position
  }

  init(
    _ bot: BotID,
    at receipt: Receipt,
    deployment: DeploymentID? = nil,
    module: ModuleID? = nil,
  ) {
    self.init(bot, at: receipt.position)
    deploymentId = deployment?.description
    moduleId = module?.number
  }
}
