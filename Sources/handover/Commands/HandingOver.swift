import ArgumentParser
import ConversationLedger
import Conversations

/// Hands a conversation over to a bot.
struct HandOverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hand-over",
    abstract: "Hand a conversation over to another bot.",
    discussion: """
      The destination must be enabled for handover, have the module, and belong to the same owner.
      With --as, the acting account must be that owner.

      Example:
        handover hand-over 0190b6a0-5c1f-7d1e-8000-000000000001 Hotels --module 1 --reason "books"
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Argument(help: "The destination bot: its UUID, or a name only one bot has.") var bot: String
  @Option(name: .long, help: "The module of it where the chat goes on.") var module: UInt32
  @Option(name: .long, help: "The bot you believe to be the holder; refused if it is not.")
  var from: String?
  @Option(name: .long, help: "Why.") var reason: String?
  @Option(
    name: .customLong("variable"),
    help: ArgumentHelp("A variable to carry; may be given often.", valueName: "name=value"),
  )
  var variables: [String] = []
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    guard let module = ModuleID(module) else {
      throw ValidationError("--module is a positive number")
    }
    let values = try parseVariables(variables)
    let caller: Caller = request.user.map { .owner(.account($0)) } ?? .trusted
    try request.submit(conversation, options, caller: caller) { ledger in
      let destination = try knownBot(bot, in: ledger)
      let source = try from.map { try knownBot($0, in: ledger) ?? Self.unknown($0) }
      var body = EventBody()
      body.reason = reason
      body.variables = values
      if destination == nil { body.name = bot }
      return .handOver(
        HandOver(
          to: destination ?? Self.unknown(bot),
          landingOn: module,
          from: source,
          body: body,
        )
      )
    }
  }

  /// A bot by its identifier or its name; `nil` for a name that no bot has.
  private func knownBot(_ name: String, in ledger: Ledger) throws -> BotID? {
    if let id = BotID(name) { return id }
    do {
      return try ledger.bot(name)
    } catch let error as LedgerError where error.kind == .notFound {
      return nil
    }
  }

  /// What stands for a bot that is not there, so that the rules refuse it in their order.
  private static func unknown(_ name: String) -> BotID { .named("unknown bot", name) }
}

/// Asks for an agent.
struct RequestAgent: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask for an agent.",
    discussion: """
      The method must fit the channel the visitor came in by: chat-api for web, handover-protocol
      for messenger, sunshine, zendesk.

      Example:
        handover request-agent 0190b6a0-5c1f-7d1e-8000-000000000001 --reason "asks for a person"
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Option(name: .long, help: "The way to the agent; standard: the one that fits.")
  var method: String?
  @Option(name: .long, help: "The bot that asks; standard: the holder.") var bot: String?
  @Option(name: .long, help: "Why.") var reason: String?
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let method = try method.map { name in
      guard let method = AgentMethod(name: name) else {
        let names = AgentMethod.allCases.map(\.name).joined(separator: ", ")
        throw ValidationError("--method is one of \(names), not \(name)")
      }
      return method
    }
    try request.submit(conversation, options) { ledger in
      let asking = try bot.map { Author.bot(try ledger.bot($0)) } ?? .holder
      var body = EventBody()
      body.reason = reason
      return .requestAgent(by: asking, method: method, body)
    }
  }
}

/// Takes control as an agent.
struct TakeOver: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take control of a conversation as an agent.",
    discussion: """
      The first agent wins; the second is told who was first.

      Example:
        handover take-over 0190b6a0-5c1f-7d1e-8000-000000000001 --as eve
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Option(name: .long, help: "Why.") var reason: String?
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let agent = try requireAgent(request.user)
    try request.submit(conversation, options) { _ in
      .takeOver(agent.id, agent.body(reason: reason))
    }
  }
}

/// Gives control back.
struct HandBack: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give control back to the last bot that held the conversation.",
    discussion: "Example:\n  handover hand-back 0190b6a0-5c1f-7d1e-8000-000000000001 --as eve",
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Option(name: .long, help: "Why.") var reason: String?
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let agent = try requireAgent(request.user)
    try request.submit(conversation, options) { _ in
      .handBack(agent.id, agent.body(reason: reason))
    }
  }
}
