import ArgumentParser
import ConversationLedger
import Conversations
import Foundation

/// Begins a conversation.
struct Start: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Begin a conversation of a visitor with a bot.",
    discussion: """
      Example:
        handover start --bot Flights --visitor anna --name "Anna Lee"
      """,
  )

  @Option(name: .long, help: "The bot the visitor meets.") var bot: String
  @Option(name: .long, help: "The channel; the bot must be deployed on it.")
  var channel: String?
  @Option(name: .long, help: "The visitor's identifier; standard: a fresh one.")
  var visitor: String?
  @Option(name: .long, help: "The visitor's name.") var name: String?
  @Option(name: .long, help: "The identifier elsewhere.") var externalId: String?
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func validate() throws {
    if request.expectedPosition != nil {
      throw ValidationError("--expected-position has no meaning for a start")
    }
    if request.idempotencyKey != nil, visitor == nil {
      throw ValidationError("--idempotency-key needs --visitor: it is unique to a visitor")
    }
  }

  func run() throws {
    try request.write.withLedger(options) { ledger in
      let bot = try ledger.bot(bot)
      var body = EventBody()
      body.authorID = visitor
      body.authorName = name
      body.externalID = externalId
      let start = StartRequest(
        conversation: .fresh(),
        deployment: try deployment(of: bot, try ledger.registry()),
        visitor: try visitor.map { try ledger.visitor(ofAccount: $0) } ?? .fresh(),
        body: body,
        idempotencyKey: request.idempotencyKey,
      )
      try request.submit(.start(start), to: ledger, options)
    }
  }

  /// The deployment of the bot on the channel, or its only one.
  private func deployment(of bot: BotID, _ registry: Registry) throws -> DeploymentID {
    let all = registry.deployments.filter { $0.value.bot == bot }
    let fitting = all.filter { channel == nil || $0.value.channel == channel }
    guard let deployment = fitting.keys.sorted().first else {
      let refusal = Refusal(
        .deploymentNotFound,
        "the bot is not deployed on \(channel ?? "any channel"); use: handover bots deploy",
      )
      if options.json { try printJSON(RefusalOutput(refusal, agent: nil)) }
      throw refusal
    }
    guard fitting.count == 1 else {
      let channels = Set(fitting.values.map(\.channel)).sorted().joined(separator: ", ")
      throw ValidationError(
        "the bot is deployed \(fitting.count) times; give --channel: \(channels)"
      )
    }
    return deployment
  }
}

/// Writes a message.
struct Post: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a message into a conversation.",
    discussion: """
      The visitor may always write; a bot only while it holds the conversation and no agent is in
      control; an agent only while in control. If the conversation has expired, the visitor's
      message goes into the one that follows it, which is begun if there is none; the receipt names
      it.

      Example:
        handover post 0190b6a0-5c1f-7d1e-8000-000000000001 "Hello" --by visitor
        handover post 0190b6a0-5c1f-7d1e-8000-000000000001 "I am Eve" --by agent --as eve
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Argument(help: "The text; - reads standard input.") var text: String
  @OptionGroup var author: AuthorOptions
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let text = try text == "-" ? standardInput() : text
    try request.submit(conversation, options) { ledger in
      var body = EventBody(text: text)
      let author = try author.author(ledger, request.user, &body)
      return .post(as: author, body)
    }
  }

  private func standardInput() throws -> String {
    let bytes = FileHandle.standardInput.readDataToEndOfFile()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(Failure.Code.badData, "standard input is not valid UTF-8")
    }
    return text
  }
}

/// Writes a note for agents.
struct Note: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a private note for agents.",
    discussion: """
      Example:
        handover note 0190b6a0-5c1f-7d1e-8000-000000000001 "Called back" --as eve
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Argument(help: "The text.") var text: String
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    try request.submit(conversation, options) { _ in
      let agent = try requireAgent(request.user)
      return .note(as: .agent(agent.id), agent.body(text: text))
    }
  }
}

/// Sets variables.
struct SetVariables: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Set variables of a conversation; they travel with every handover.",
    discussion: """
      A value that is JSON is kept as such; any other is a string.

      Example:
        handover set 0190b6a0-5c1f-7d1e-8000-000000000001 city=Lyon adults=2
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Argument(help: ArgumentHelp("The variables.", valueName: "name=value")) var variables: [String]
  @OptionGroup var author: AuthorOptions
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let values = try parseVariables(variables)
    try request.submit(conversation, options) { ledger in
      var body = EventBody()
      body.variables = values
      let author = try author.author(ledger, request.user, &body)
      return .setVariables(as: author, body)
    }
  }
}

/// Ends a conversation.
struct End: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "End a conversation.",
    discussion: "Example:\n  handover end 0190b6a0-5c1f-7d1e-8000-000000000001",
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Option(name: .long, help: "Why.") var reason: String?
  @OptionGroup var request: RequestOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    try request.submit(conversation, options) { _ in
      var body = EventBody()
      body.reason = reason
      body.authorID = request.user
      return .end(by: .staff, body)
    }
  }
}

/// Who writes.
struct AuthorOptions: ParsableArguments {
  /// The kinds of author.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case visitor, bot, agent
  }

  @Option(name: .long, help: "Who writes: visitor, bot or agent.") var by = Kind.visitor
  @Option(name: .long, help: "The bot that writes; standard: the holder.") var bot: String?

  /// The author, with the names put into the body.
  func author(
    _ ledger: Ledger,
    _ user: String?,
    _ body: inout EventBody,
  ) throws -> Author {
    switch by {
    case .visitor: return .visitorOfConversation
    case .bot: return try bot.map { .bot(try ledger.bot($0)) } ?? .holder
    case .agent:
      let agent = try requireAgent(user)
      body.authorID = agent.account
      return .agent(agent.id)
    }
  }
}

/// An agent named by `--as`.
struct AgentAccount {
  let account: String
  var id: AgentID { .account(account) }

  /// A body that bears the agent's account.
  func body(text: String? = nil, reason: String? = nil) -> EventBody {
    var body = EventBody()
    body.text = text
    body.reason = reason
    body.authorID = account
    return body
  }
}

/// The agent of `--as`, which agents' commands need.
func requireAgent(_ user: String?) throws -> AgentAccount {
  guard let user, !user.isEmpty else {
    throw ValidationError("--as USER is missing: which agent acts?")
  }
  return AgentAccount(account: user)
}

/// `name=value` pairs; a value that is JSON is kept as such.
func parseVariables(_ pairs: [String]) throws -> JSONObject {
  var variables: JSONObject = [:]
  for pair in pairs {
    guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")), equals != pair.startIndex
    else {
      throw ValidationError("a variable is name=value, not \(pair)")
    }
    let value = String(pair[pair.utf8.index(after: equals)...])
    let json = try? JSONText.value(of: value.utf8)
    variables[String(pair[..<equals])] = json ?? .string(value)
  }
  return variables
}
