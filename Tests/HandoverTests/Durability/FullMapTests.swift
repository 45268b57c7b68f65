import Foundation
import Testing

/// Fills the log's memory map, whose size is set when a ledger is opened for writing.
@Suite
struct `A full map` {
  private static let sentence = "the memory map is full; open the ledger with a larger map"

  @Test
  func `refuses what is new, shows what is there, and goes on when it is larger`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init", "--map-size", "1")
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let text = String(repeating: "words ", count: 10_000)
    var count = 0
    var answer = try ledger.answer(to: ["post", conversation, text, "--map-size", "1"])
    while answer.exit == .code(0), count < 100 {
      count += 1
      answer = try ledger.answer(to: ["post", conversation, text, "--map-size", "1"])
    }
    #expect(answer.exit == .code(74))
    #expect(answer.standardError.contains(Self.sentence))
    #expect(count > 5)
    #expect(try ledger.entries(of: conversation).count == count)
    try ledger.run("verify")
    let call = ["import", "--from", "sgd", "--json"] + (Corpus.sample?.files ?? [])
    let refused = try ledger.run(call + ["--map-size", "1"], exits: 74)
    #expect(refused.standardError.contains(Self.sentence))
    let contents = try ledger.contents()
    try ledger.run("post", conversation, "more", "--map-size", "2")
    #expect(try ledger.entries(of: conversation).count == count + 1)
    let manifest = try ledger.run(call).json(Shape.Manifest.self)
    #expect(manifest.conversations == Corpus.sample?.figures.dialogues)
    #expect(try ledger.contents() != contents)
    // A map that is smaller than the log already is has no room.
    let late = try ledger.run("post", conversation, "late", "--map-size", "1", exits: 74)
    #expect(late.standardError.contains(Self.sentence))
    try ledger.run("verify")
    #expect(try ledger.read(Shape.Verdict.self, "replay").same)
  }

  @Test
  func `lets a visitor be erased`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init", "--map-size", "1")
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    for length in [60_000, 3_000, 1] {
      let call = ["post", conversation, String(repeating: "x", count: length), "--map-size", "1"]
      while try ledger.answer(to: call).exit == .code(0) {}
    }
    let erasure = ["erase", "--conversation", conversation, "--ground", "asked", "--map-size", "1"]
    let receipt = try ledger.run(erasure + ["--json"]).json(Shape.Erasure.self)
    #expect(receipt.conversations == 1)
    #expect(try !ledger.entries(of: conversation).contains { $0.text.contains("x") })
    try ledger.run("verify")
  }

  @Test
  func `stops many callers, who lose nothing and go on when it is larger`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 6))
    for mapSize in [1, 2, 3] {
      let orders = witness.beginRound(new: 600)
      let writer = try Writer(ledger, orders, Writer.Options(mapSize: mapSize))
      writer.tool.wait()
      let report = try writer.report()
      #expect(writer.tool.exit == .code(0), "\(report.error)")
      #expect(!report.failures.isEmpty)
      for failure in report.failures { #expect(failure.contains(Self.sentence)) }
      witness.hear(report, orders)
      try witness.look()
    }
    try witness.close()
  }
}
