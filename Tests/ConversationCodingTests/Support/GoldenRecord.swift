import ConversationCoding
import Conversations

/// One event of each type, as the first version of the ledger writes it; rows are only added.
struct GoldenRecord {
  let type: EventType
  let facts: EventFacts
  let body: EventBody

  private init(_ event: ConversationEvent, _ type: EventType, _ fill: (inout EventBody) -> Void) {
    self.type = type
    facts = EventFacts(event)
    var body = EventBody()
    fill(&body)
    self.body = body
  }

  private init(_ event: RegistryEvent, _ type: EventType, _ fill: (inout EventBody) -> Void) {
    self.type = type
    facts = EventFacts(event)
    var body = EventBody()
    fill(&body)
    self.body = body
  }

  private static let english = BotID(0x919108F7_52D14320_9BACF847_DB4148A8)
  private static let spanish = BotID(0xC232AB00_941411EC_B3C89F6B_DECED846)
  private static let owner = OwnerID(0x017F22E2_79B07CC3_98C4DC0C_0C07398F)
  private static let visitor = VisitorID(0x5C146B14_3C524AFD_938A375D_0DF1FBF6)
  private static let deployment = DeploymentID(0x1EC9414C_232A6B00_B3C89F6B_DECED846)
  private static let agent = AgentID(0x00112233_44556677_8899AABB_CCDDEEFF)
  private static let conversationRead = ConversationID(0x0190B6A0_5C1F7D1E_80000000_00000001)
  private static let module = ModuleID(21_890)

  static let all = registry + conversation

  private static let registry: [GoldenRecord] =
    [
      .init(.ownerRegistered(owner), .ownerRegistered) { $0.name = "Acme" },
      .init(.botRegistered(english, owner: owner), .botRegistered) {
        $0.name = "English"
        $0.amount = 600
      },
      .init(.deploymentRegistered(deployment, bot: english), .deploymentRegistered) {
        $0.channel = "messenger"
      },
      .init(.handoverRequested(spanish), .handoverRequested) { _ in },
      .init(.handoverEnabled(spanish), .handoverEnabled) { _ in },
      .init(.handoverDisabled(spanish), .handoverDisabled) { _ in },
      .init(.importRunStarted, .importRunStarted) {
        $0.name = "2024-05"
        $0.amount = 3
      },
      .init(.importRunFinished, .importRunFinished) {
        $0.name = "2024-05"
        $0.amount = -1
      },
      .init(.erasureOrdered(.visitor(visitor)), .erasureOrdered) {
        $0 =
          ErasureOrder(
            .visitor(visitor),
            of: [ConversationID(0x0C000000_00004000_80000000_00000001)],
            by: "dpo",
            ground: "Art. 17 GDPR, ticket 81",
          ).body
      },
      .init(.erasureFinished(order: 1_234_567_890_123), .erasureFinished) { $0.amount = 2 },
      .init(.readAuditSwitched(isOn: true), .readAuditSwitched) { $0.authorID = "officer" },
      .init(.transcriptsExported(.inbox(english), through: 4_711), .transcriptsExported) {
        $0.authorID = "officer"
        $0.name = "jsonl"
        $0.amount = 12
      },
      .init(
        .transcriptOpened(.conversation(conversationRead), through: 4_711),
        .transcriptOpened,
      ) {
        $0.authorID = "eve"
        $0.name = "transcript"
      },
      .init(
        .olderKeysAccepted(after: 4_097, isOwnKeyLost: true),
        .olderKeysAccepted,
      ) {
        $0.authorID = "eve"
        $0.amount = 9_000
      },
    ]
    + [module].compactMap { $0 }.map { module in
      .init(.moduleDefined(spanish, module), .moduleDefined) { $0.name = "Begrüßung" }
    }

  private static let conversation: [GoldenRecord] = [
    .init(
      .started(bot: english, deployment: deployment, visitor: visitor),
      .conversationStarted,
    ) {
      $0.authorName = "Zoë"
      $0.authorID = "user-17"
      $0.externalID = "thread-1"
      $0.source = "sunshine"
    },
    .init(.messagePosted(by: .bot(english)), .messagePosted) { $0 = everything },
    .init(.notePosted(by: .agent(agent)), .notePosted) { $0.text = "call back" },
    .init(.variablesSet(by: .bot(english)), .variablesSet) { $0.variables = variables },
    .init(.handedOver(from: english, to: spanish, module: module), .handedOver) {
      $0.reason = "speaks Spanish"
      $0.variables = ["language": .string("es")]
    },
    .init(
      .handoverRefused(.handoverNotEnabled, destination: spanish, module: module),
      .handoverRefused,
    ) { $0.reason = "not enabled" },
    .init(.agentRequested(by: .bot(spanish), method: .handoverProtocol), .agentRequested) {
      $0.reason = "asked for a person"
    },
    .init(.agentTookOver(agent), .agentTookOver) { $0.authorName = "Alice" },
    .init(.agentHandedBack(agent, to: spanish, since: 1_234_567_890_123), .agentHandedBack) {
      $0.authorName = "Alice"
    },
    .init(.ended(by: .visitor(visitor)), .conversationEnded) { $0.reason = "" },
    .init(.visitorErased(visitor), .visitorErased) { _ in },
    .init(.sourceTruncated, .sourceTruncated) { $0.reason = "the source keeps 90 days" },
    .init(.foreign, .foreign) { $0.raw = [0x7B, 0x7D, 0x0A, 0x00, 0xFF] },
    .init(.transcriptRead(by: .staff), .transcriptRead) { $0.authorID = "auditor@example.com" },
    .init(.requestRepeated(by: .agent(agent)), .requestRepeated) { $0.authorID = "alice" },
  ]

  private static let everything: EventBody = {
    var body = EventBody(text: "Hello\n\u{0}👩‍👩‍👧")
    body.quickReplies = ["Yes", ""]
    body.card = .object(["title": .string("Boots"), "prices": .array([.number(9.5), .null])])
    body.attachment = .object(["url": .string("https://example.com/a.png")])
    (body.authorID, body.authorName) = ("bot-1", "English")
    body.reason = "greeting"
    body.variables = variables
    (body.externalID, body.source) = ("m-1", "sunshine")
    (body.name, body.channel, body.amount) = ("n", "web", .min)
    (body.raw, body.fingerprint) = ([0, 1, 255], Array(0..<16))
    return body
  }()

  private static let variables: JSONObject = [
    "": .null, "é": .bool(true), "a": .bool(false), "smallest": .integer(.min),
    "largest": .integer(.max), "zero": .number(-0.0), "tiny": .number(.leastNonzeroMagnitude),
    "list": .array([.array([]), .object([:]), .object(["b": .integer(1), "a": .integer(2)])]),
  ]
}
