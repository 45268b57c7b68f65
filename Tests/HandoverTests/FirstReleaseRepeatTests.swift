import Foundation
import Testing

/// Commands the first release was asked and answered (Tests/Samples/releases/1), asked again.
@Suite
struct `A command of the first release, asked again` {
  private static let golden = Clone.samples.appending(path: "releases/1")

  /// The conversations of the golden ledger that are of use here.
  private static let live = "01a1f6ae-99d1-75af-ac15-43318d5e8559"
  private static let expired = "01a1f6e5-87ec-787f-94b8-990d50575106"

  /// Keyed commands of made-by.txt, and the lines of answers.ndjson that answered them.
  private static let commands: [(line: Int, arguments: [String])] = [
    (0, ["post", live, "I need a seat, please", "--by", "visitor", "--idempotency-key", "m-1"]),
    (3, ["hand-over", live, "Closed", "--module", "1", "--idempotency-key", "h-refused"]),
    (4, ["request-agent", live, "--reason", "asks for a person", "--idempotency-key", "a-1"]),
    (5, ["take-over", live, "--as", "eve", "--idempotency-key", "t-1"]),
    (
      8,
      [
        "hand-over", live, "44598515-28f1-5b4f-8aac-7790b08b54c6", "--module", "1",
        "--idempotency-key", "h-agent",
      ],
    ),
    (
      10,
      [
        "hand-over", live, "44598515-28f1-5b4f-8aac-7790b08b54c6", "--module", "1", "--reason",
        "books a room", "--variable", "nights=3", "--idempotency-key", "h-1",
      ],
    ),
  ]

  @Test(arguments: commands)
  func `is answered as it was first, and records nothing`(
    line: Int,
    arguments: [String],
  ) throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let then = try Answered(Self.answers()[line])
    let position = try ledger.status().position
    // The clock of these tests may be years ahead of the ledger.
    let answer = try ledger.answer(to: arguments + ["--accept-clock", "--json"])
    #expect(try Answered(answer.text) == then)
    #expect(try ledger.status().position == position)
  }

  @Test
  func `that began a successor is answered with it, and records nothing`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let position = try ledger.status().position
    let call = ["post", Self.expired, "much later", "--by", "visitor", "--idempotency-key", "s-1"]
    let receipt = try ledger.run(call + ["--accept-clock", "--json"]).json(Shape.Receipt.self)
    #expect(receipt.conversationId == "01a1f7f8-3089-7cdf-bf59-dd5d5da22fed")
    #expect(receipt.position == 29 && receipt.repeated)
    #expect(try ledger.status().position == position)
  }

  @Test
  func `to start keeps the conversation it started`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let call = [
      "start", "--bot", "76f72445-424a-5767-8844-f01d164f469b", "--visitor", "anna", "--name",
      "Anna Lee", "--external-id", "crm-42", "--idempotency-key", "start-1",
    ]
    let receipt = try ledger.run(call + ["--accept-clock", "--json"]).json(Shape.Receipt.self)
    #expect(receipt.conversationId == Self.live)
    #expect(receipt.repeated)
  }

  @Test
  func `to import the same files appends nothing`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let position = try ledger.status().position
    for (format, name) in [
      ("jsonl", "imported/daily.jsonl"), ("jsonl", "imported/docs-example.jsonl"),
      ("jsonl", "imported/with-ids.jsonl"), ("sgd", "imported/dialogues.json"),
    ] {
      // The label of a source is the end of its path.
      let content = try Data(contentsOf: Self.golden.appending(path: name))
      let file = try ledger.file(name, content)
      try ledger.run("import", "--from", format, file, "--accept-clock")
    }
    #expect(try ledger.status().position == position)
  }

  private static func answers() throws -> [String] {
    try String(contentsOf: golden.appending(path: "answers.ndjson"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }
}

/// What an answer says, whether it came first or again; the name of an agent is said while the
/// agent is in control.
private struct Answered: Decodable, Equatable {
  var conversationId: String?
  var holderBotId: String?
  var moduleId: Int?
  var position: UInt64?
  var code: String?

  init(_ text: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
  }
}
