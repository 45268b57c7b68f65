import Foundation
import Testing

/// The keyed calls of the first release, made again (Tests/Samples/releases/1).
@Suite
struct `A key of the first release` {
  private static let golden = Clone.samples.appending(path: "releases/1")

  private struct Conversations: Decodable {
    var live: String
    var expired: String
    var successor: String
  }

  /// The calls as `made-by.txt` lists them, and where the first release recorded each.
  private func calls(_ known: Conversations) -> [(arguments: [String], position: UInt64)] {
    let live = known.live
    return [
      (["post", live, "I need a seat, please", "--idempotency-key", "m-1"], 15),
      (
        [
          "request-agent", live, "--reason", "asks for a person", "--idempotency-key", "a-1",
        ], 19,
      ),
      (["take-over", live, "--as", "eve", "--idempotency-key", "t-1"], 20),
      (
        [
          "hand-over", live, "Hotels", "--module", "1", "--reason", "books a room", "--variable",
          "nights=3", "--idempotency-key", "h-1",
        ], 25,
      ),
      (["post", known.expired, "much later", "--idempotency-key", "s-1"], 29),
    ]
  }

  @Test
  func `is answered as first given, and appends nothing`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let data = try Data(contentsOf: Self.golden.appending(path: "conversations.json"))
    let known = try JSONDecoder().decode(Conversations.self, from: data)
    let before = try ledger.status().position
    for (arguments, position) in calls(known) {
      let receipt = try ledger.run(arguments + ["--json"]).json(Shape.Receipt.self)
      #expect(receipt.repeated, "\(arguments)")
      #expect(receipt.position == position, "\(arguments)")
      let isLater = arguments[1] == known.expired
      #expect(receipt.conversationId == (isLater ? known.successor : known.live))
    }
    for (key, code) in [("h-refused", "handover_not_enabled"), ("h-agent", "agent_in_control")] {
      let bot = key == "h-refused" ? "Closed" : "Hotels"
      let call = ["hand-over", known.live, bot, "--module", "1", "--idempotency-key", key]
      let refusal = try ledger.run(call + ["--json"], exits: 77).json(Shape.Refusal.self)
      #expect(refusal.code == code)
    }
    #expect(try ledger.status().position == before)
  }
}
