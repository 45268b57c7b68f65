import Conversations

@testable import ConversationLedger

/// A ledger of two bots of one owner and a visitor who talks to the first, with a clock set by
/// hand; sessions last ten minutes.
struct Desk {
  static let owner = OwnerID(0xA1)
  static let flights = BotID(0xB1)
  static let hotels = BotID(0xB2)
  static let deployment = DeploymentID(0xD1)
  static let anna = VisitorID(0xCA)
  static let eve = AgentID(0xEE)
  static let talk = ConversationID(0xC1)

  let bench: LedgerBench

  init(_ name: String) throws {
    bench = LedgerBench(name)
    let registry: [RegistryCommand] = [
      .registerOwner(Self.owner, name: "Acme"),
      .registerBot(Self.flights, owner: Self.owner, name: "Flights", sessionMinutes: 10),
      .registerBot(Self.hotels, owner: Self.owner, name: "Hotels", sessionMinutes: 10),
      .defineModule(Self.hotels, .least, name: "Welcome"),
      .defineModule(Self.flights, .least, name: "Welcome"),
      .enableHandover(Self.hotels),
      .enableHandover(Self.flights),
      .registerDeployment(Self.deployment, bot: Self.flights, channel: "web"),
    ]
    var body = EventBody()
    (body.authorID, body.authorName, body.externalID) = ("anna", "Anna Lee", "crm-42")
    body.variables = ["city": .string("Lyon"), "adults": .integer(1)]
    let start = StartRequest(
      conversation: Self.talk,
      deployment: Self.deployment,
      visitor: Self.anna,
      body: body,
    )
    for answer in try bench.submit(registry.map { .registry($0, by: .trusted) } + [.start(start)]) {
      guard case .done = answer else { throw Unexpected(answer) }
    }
  }

  /// Lets the time of a session pass.
  func expire() { bench.clock.advance(by: 11 * 60_000_000) }

  /// Closes the ledger; it is opened again when it is asked next.
  func restart() { bench.close() }

  /// A command to a conversation; the one that follows, if any, has a number of its own.
  static func request(
    _ command: ConversationCommand,
    to conversation: ConversationID = talk,
    key: String? = nil,
    successor: UInt128 = 0xC2,
  ) -> LedgerCommand {
    .conversation(
      ConversationRequest(
        conversation,
        command,
        idempotencyKey: key,
        successor: ConversationID(successor),
      )
    )
  }

  @discardableResult
  func ask(
    _ command: ConversationCommand,
    to conversation: ConversationID = talk,
    key: String? = nil,
    successor: UInt128 = 0xC2,
  ) throws -> LedgerAnswer {
    let request = Self.request(command, to: conversation, key: key, successor: successor)
    return try bench.submit([request])[0]
  }

  /// Writes as the visitor.
  ///
  /// - Returns: The conversation the message is in.
  @discardableResult
  func says(
    _ text: String,
    to conversation: ConversationID = talk,
    key: String? = nil,
    successor: UInt128 = 0xC2,
  ) throws -> ConversationID {
    let command = ConversationCommand.post(as: .visitorOfConversation, EventBody(text: text))
    let answer = try ask(command, to: conversation, key: key, successor: successor)
    guard case .done(let receipt) = answer else { throw Unexpected(answer) }
    return receipt.conversation
  }

  /// Hands a conversation over.
  @discardableResult
  func handOver(
    to bot: BotID,
    _ conversation: ConversationID = talk,
    key: String? = nil,
    variables: JSONObject = [:],
  ) throws -> LedgerAnswer {
    var body = EventBody()
    body.variables = variables
    return try ask(
      .handOver(HandOver(to: bot, landingOn: .least, body: body)),
      to: conversation,
      key: key,
    )
  }

  /// The position of the log's last event.
  var position: UInt64 {
    get throws { try bench.ledger().headPosition() }
  }

  /// What the first event of a conversation says.
  func start(of conversation: ConversationID) throws -> EventBody? {
    try bench.ledger().events(of: conversation).events.first?.body
  }
}

extension LedgerAnswer {
  /// The receipt; `nil` for anything else.
  var receipt: Receipt? { if case .done(let receipt) = self { receipt } else { nil } }
  /// The refusal; `nil` for anything else.
  var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}
