import ConversationLedger
import Conversations
import Foundation
import LedgerExchange
import Testing

@Suite(.inTemporaryFolder)
struct `A bot that conversations name` {
  private let sample = ImportBench.sample("02-unregistered-holder/docs-example.jsonl")

  private func start(_ conversation: String = "42", more: String = "") -> String {
    #"{"type":"conversationStarted","source":"crm","conversation":"\#(conversation)""#
      + #","bot":"Flights"\#(more)}"#
  }

  private func handover(to bot: String, source: String = "crm") -> String {
    #"{"type":"handedOver","source":"\#(source)","conversation":"42","from":"Flights""#
      + #","to":"\#(bot)"}"#
  }

  @Test
  func `is registered, so that the example of the documentation comes in whole`() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/jsonl.md").standardizedFileURL
    let text = try String(contentsOf: page, encoding: .utf8)
    let example = try #require(text.split(separator: "```json\n").dropFirst().first)
    let lines = try #require(example.split(separator: "```").first).split(separator: "\n")
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let manifest = try bench.run("example.jsonl", lines.map(String.init))
    #expect(manifest.skipped == 0 && manifest.rows == lines.count && manifest.handovers == 1)
    #expect(lines.map(String.init) == (try ImportBench.lines(of: sample)))
    #expect(try bench.bots == ["Flights of crm", "Hotels of crm"])
    #expect(try bench.size(ofInboxOf: "Hotels") == 1)
    #expect(try bench.ledger.status().conversations == 1)
    let conversation = try #require(try bench.conversations.first)
    for format in [Exporter.Format.text, .csv, .cloudevents, .jsonl] {
      #expect(try bench.export(format).contains(conversation.description), "\(format)")
    }
  }

  @Test
  func `by writing, or by getting a conversation back, is registered too`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let speaker = #"{"kind":"bot","id":"Trains"}"#
    let lines = [
      start(more: #","owner":"airline""#),
      #"{"type":"variablesSet","source":"crm","conversation":"42","author":\#(speaker)"#
        + #","variables":{"a":1}}"#,
      #"{"type":"agentTookOver","source":"crm","conversation":"42","agent":{"id":"eve"}}"#,
      #"{"type":"agentHandedBack","source":"crm","conversation":"42","agent":{"id":"eve"}"#
        + #","to":"Cars"}"#,
      #"{"type":"handoverRefused","source":"crm","conversation":"42","code":"bot_not_found""#
        + #","to":"None"}"#,
    ]
    #expect(try bench.run("a.jsonl", lines).skipped == 0)
    // A destination that was refused need not be there.
    #expect(try bench.bots == ["Cars of crm", "Flights of airline", "Trains of crm"])
  }

  @Test
  func `by a UUID is registered under it, and a registered one keeps its name`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let (known, unknown) = (BotID.fresh(), BotID.fresh())
    let owner = OwnerID.account("airline")
    _ = try bench.ledger.submitAndWait([
      .registry(.registerOwner(owner, name: "airline"), by: .trusted),
      .registry(
        .registerBot(known, owner: owner, name: "Known", sessionMinutes: nil),
        by: .trusted,
      ),
    ])
    let lines = [start(), handover(to: "\(known)"), handover(to: "\(unknown)")]
    #expect(try bench.run("a.jsonl", lines).skipped == 0)
    let expected = ["\(unknown) of crm", "Flights of crm", "Known of airline"]
    #expect(try bench.bots == expected.sorted())
    #expect(try bench.size(ofInboxOf: "\(unknown)") == 1)
  }

  @Test
  func `and that cannot be registered makes its rows skipped, not vanish`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let name = String(repeating: "n", count: (4 << 20) + 1)
    let manifest = try bench.run("a.jsonl", [start(), handover(to: name)])
    #expect(manifest.skips.map(\.row) == [2])
    #expect(try bench.size(ofInboxOf: "Flights") == 1)
  }
}

@Suite(.inTemporaryFolder)
struct `Lines of the registry` {
  private static let conversation = [
    #"{"type":"conversationStarted","source":"crm","conversation":"42","bot":"Flights"}"#,
    #"{"type":"handedOver","source":"crm","conversation":"42","from":"Flights","to":"Hotels"}"#,
    #"{"type":"messagePosted","source":"crm","conversation":"42","text":"?""#
      + #","author":{"kind":"bot","id":"Hotels"}}"#,
  ]
  private static let registry = [
    #"{"type":"ownerRegistered","owner":"chain","name":"The Chain"}"#,
    #"{"type":"botRegistered","bot":"Hotels","owner":"chain","name":"Hotel Bot""#
      + #","sessionMinutes":60}"#,
    #"{"type":"moduleDefined","bot":"Hotels","module":1,"name":"Rooms"}"#,
    #"{"type":"moduleDefined","bot":"Flights","module":2,"name":"Seats"}"#,
    #"{"type":"handoverEnabled","bot":"Hotels"}"#,
  ]

  private func check(_ bench: ImportBench) throws {
    #expect(try bench.bots == ["Flights of crm", "Hotel Bot of The Chain"])
    let registry = try bench.ledger.registry()
    let hotels = try #require(registry.bots[try bench.ledger.bot("Hotel Bot")])
    #expect(hotels.sessionMinutes == 60 && hotels.isEnabledForHandover)
    #expect(Array(hotels.modules.values) == ["Rooms"])
    #expect(registry.bots[try bench.ledger.bot("Flights")]?.modules.values.first == "Seats")
    #expect(try bench.size(ofInboxOf: "Hotel Bot") == 1)
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `give the same registry in any order, and no twin of a bot`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // The conversation's own lines keep their order, because they tell a history.
    let lines = Self.merged(Self.registry.shuffled(using: &generator), &generator)
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    #expect(try bench.run("a.jsonl", lines).skipped == 0, "\(lines)")
    try check(bench)
    #expect(try bench.run("a.jsonl", lines).eventsAppended == 0)
  }

  /// The conversation's lines with those of the registry anywhere between them.
  private static func merged(
    _ registry: [String],
    _ generator: inout SeededGenerator,
  ) -> [String] {
    var lines = conversation
    for line in registry {
      lines.insert(line, at: Int.random(in: 0...lines.count, using: &generator))
    }
    return lines
  }

  @Test(arguments: [false, true])
  func `count wherever their file stands in the run`(isLast: Bool) throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let files = [
      try ImportBench.file("conversation.jsonl", Self.conversation),
      try ImportBench.file("registry.jsonl", Self.registry),
    ]
    let run = isLast ? files : files.reversed()
    #expect(try bench.run(run[0], run[1]).skipped == 0)
    try check(bench)
  }

  @Test
  func `count though thousands of rows come before them`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let rows = (0..<5_000).map { number in
      #"{"type":"messagePosted","source":"crm","conversation":"42","text":"\#(number)""#
        + #","author":{"kind":"visitor"}}"#
    }
    try bench.run("a.jsonl", Self.conversation + rows + Self.registry)
    try check(bench)
  }

  @Test
  func `without a source that could mean two bots are skipped, and say so`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let lines =
      Self.conversation
      + Self.conversation.map { $0.replacing(#""crm""#, with: #""erp""#) } + Self.registry
    let manifest = try bench.run("a.jsonl", lines)
    #expect(manifest.skips.map(\.row) == [8, 9, 10, 11])
    #expect(manifest.skips.allSatisfy { $0.reason.contains("crm, erp") })
    #expect(
      try bench.bots == ["Flights of crm", "Flights of erp", "Hotels of crm", "Hotels of erp"]
    )
    // Beside conversations of one source, the line means that one.
    let file = try ImportBench.file("b.jsonl", Self.conversation + Self.registry)
    let other = try ImportBench("other")
    defer { other.ledger.close() }
    #expect(
      try other.run(
        file,
        try ImportBench.file("c.jsonl", lines.filter { $0.contains(#""erp""#) }),
      ).skipped == 0
    )
    #expect(try other.bots.contains("Hotel Bot of The Chain"))
  }

  @Test
  func `change nothing that the ledger knew before`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    try bench.run("a.jsonl", Self.conversation)
    let before = try bench.bots
    try bench.run("b.jsonl", Self.registry.map { $0.replacing("}", with: #","source":"crm"}"#) })
    #expect(try bench.bots == before)
    #expect(try bench.ledger.registry().bots[try bench.ledger.bot("Hotels")]?.modules.count == 1)
  }
}

@Suite(.inTemporaryFolder)
struct `A conversation of a bot nobody registered` {
  @Test
  func `as earlier releases recorded it is in every export of everything`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let conversation = ConversationID.fresh()
    let (bot, other) = (BotID.fresh(), BotID.fresh())
    let started = ConversationEvent.started(bot: bot, deployment: .fresh(), visitor: .fresh())
    let rows = [started, .handedOver(from: bot, to: other, module: nil)].enumerated().map {
      ImportedRow(key: "#\($0.offset + 1)", occurredAt: nil, events: [NewEvent($0.element)])
    }
    let history = ImportedConversation(conversation, rows: rows)
    _ = try bench.ledger.submitAndWait([.record(history)])
    let position = try bench.ledger.headPosition()
    for format in Exporter.Format.allCases {
      #expect(try bench.export(format).contains(conversation.description), "\(format)")
    }
    #expect(try bench.ledger.headPosition() == position)
  }
}
