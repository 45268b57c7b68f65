import ConversationLedger
import Conversations

/// Commands to a small network of bots, the same for the same seed: most are allowed, many are not.
struct RandomCommands {
  static let airline = OwnerID(0xA1 << 64)
  static let rival = OwnerID(0xA2 << 64)
  /// The last one is the rival's; the one before it is not enabled.
  static let bots: [BotID] = (1...5).map { BotID(UInt128($0) << 64 | 0xB) }
  private static let agents: [AgentID] = (1...3).map { AgentID(UInt128($0) << 64 | 0xE) }
  private static let texts = [
    "Hello", "", "caf\u{E9}", "cafe\u{301}", "a\n\nb", "\u{202E}x", "to be",
  ]

  private(set) var conversations: [ConversationID] = []
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// What enters the network.
  static let network: [LedgerCommand] = {
    var commands: [RegistryCommand] = [
      .registerOwner(airline, name: "airline"), .registerOwner(rival, name: "rival"),
    ]
    for (index, bot) in bots.enumerated() {
      let owner = bot == bots.last ? rival : airline
      // The second bot's sessions are short, so that some expire.
      let minutes: Int64 = index == 1 ? 5 : 600
      commands += [
        .registerBot(bot, owner: owner, name: "bot \(index)", sessionMinutes: minutes),
        .registerDeployment(
          deployment(of: bot),
          bot: bot,
          channel: index == 2 ? "zendesk" : "web",
        ),
      ]
      if let module = ModuleID(1) { commands.append(.defineModule(bot, module, name: "Welcome")) }
      if index != 3 { commands.append(.enableHandover(bot)) }
    }
    return commands.map { .registry($0, by: .trusted) }
  }()

  /// The start of a conversation with the first bot.
  static var start: StartRequest {
    StartRequest(
      conversation: ConversationID(0xC1),
      deployment: deployment(of: bots[0]),
      visitor: VisitorID(0xA),
    )
  }

  /// The next command.
  mutating func next() -> LedgerCommand {
    if conversations.count < 3 || generator.once(in: 14) { return start() }
    switch Int.random(in: 0..<24, using: &generator) {
    case 0: return history()
    case 1:
      let bot = generator.pick(Array(Self.bots.prefix(4)))
      let isEnabled = !generator.once(in: 3)
      return .registry(isEnabled ? .enableHandover(bot) : .disableHandover(bot), by: .trusted)
    default: return .conversation(request())
    }
  }

  private static func deployment(of bot: BotID) -> DeploymentID { DeploymentID(bot.value | 0xD0) }

  private mutating func identifier() -> UInt128 {
    UInt128(generator.next()) << 64 | UInt128(generator.next())
  }

  private mutating func visitor() -> VisitorID {
    VisitorID(UInt128(Int.random(in: 1...12, using: &generator)))
  }

  private mutating func body() -> EventBody {
    var body = EventBody(text: generator.pick(Self.texts))
    if generator.once(in: 4) { body.reason = "because" }
    if generator.once(in: 4) { body.variables = ["city": .string("Lyon"), "adults": .integer(2)] }
    return body
  }

  private mutating func key() -> String? {
    generator.once(in: 3) ? "key \(Int.random(in: 1...6, using: &generator))" : nil
  }

  private mutating func start() -> LedgerCommand {
    let conversation = ConversationID(identifier())
    conversations.append(conversation)
    var request = StartRequest(
      conversation: conversation,
      deployment: Self.deployment(of: generator.pick(Array(Self.bots.prefix(4)))),
      visitor: visitor(),
    )
    request.body.authorName = generator.pick(["Anna", "Ben"])
    request.idempotencyKey = key()
    return .start(request)
  }

  private mutating func request() -> ConversationRequest {
    let isNew = generator.once(in: 2)
    let conversation = generator.pick(isNew ? conversations.suffix(6) : conversations)
    let command = command()
    var request = ConversationRequest(
      conversation,
      command,
      successor: ConversationID(identifier()),
    )
    if generator.once(in: 12) { request.caller = .owner(Self.airline) }
    request.idempotencyKey = key()
    if generator.once(in: 25) { request.expectedPosition = 40 }
    // A client that tries again sends the same key with the same words.
    if generator.once(in: 6) {
      request.idempotencyKey = "retry"
      request.command = .post(as: .bot(Self.bots[0]), EventBody(text: "again"))
    }
    return request
  }

  private mutating func command() -> ConversationCommand {
    let bot = generator.pick(Self.bots)
    let agent = generator.pick(Self.agents)
    var agentBody = EventBody()
    agentBody.authorID = "agent \(agent)"
    switch Int.random(in: 0..<20, using: &generator) {
    case 0..<5: return .post(as: .visitor(visitor()), body())
    case 5..<8: return .post(as: generator.once(in: 4) ? .agent(agent) : .bot(bot), body())
    case 8..<13: return handOver(to: bot)
    case 13: return .requestAgent(by: .bot(bot), method: nil, body())
    case 14, 15: return .takeOver(agent, agentBody)
    case 16, 17: return .handBack(agent, agentBody)
    case 18:
      let isEnd = generator.once(in: 5)
      return isEnd ? .end(by: .staff, EventBody()) : .setVariables(as: .staff, body())
    default: return .note(as: .agent(agent), body())
    }
  }

  private mutating func handOver(to bot: BotID) -> ConversationCommand {
    guard let module = ModuleID(generator.once(in: 8) ? 9 : 1) else { return command() }
    let source = generator.once(in: 6) ? generator.pick(Self.bots) : nil
    return .handOver(HandOver(to: bot, landingOn: module, from: source, body: body()))
  }

  /// A conversation of another system, a part of which may have come before.
  private mutating func history() -> LedgerCommand {
    let number = Int.random(in: 1...5, using: &generator)
    let visitor = VisitorID(UInt128(100 + number))
    let (first, second) = (generator.pick(Self.bots), generator.pick(Self.bots))
    let events: [ConversationEvent] = [
      .started(bot: first, deployment: Self.deployment(of: first), visitor: visitor),
      .messagePosted(by: .visitor(visitor)), .handedOver(from: first, to: second, module: nil),
      .messagePosted(by: .bot(second)), .agentTookOver(Self.agents[0]),
      .agentHandedBack(Self.agents[0], to: second, since: 99), .ended(by: .source),
    ]
    let count = Int.random(in: 1...events.count, using: &generator)
    let rows = events.prefix(count).enumerated().map { index, event in
      ImportedRow(
        key: "row \(index)",
        occurredAt: index.isMultiple(of: 2) ? nil : Timestamp(microseconds: Int64(index)),
        events: [NewEvent(event, EventBody(text: "row \(index)"))],
      )
    }
    let conversation = ConversationID(UInt128(number) << 96 | 0xC)
    if !conversations.contains(conversation) { conversations.append(conversation) }
    return .record(ImportedConversation(conversation, rows: rows))
  }
}
