import Foundation
import Glibc
import Testing

/// Fills a small file system and makes space again.
@Suite(.enabled(if: SmallDisk.isAllowed))
struct `A full disk` {
  private static let sentence = "the disk is full"

  @Test
  func `has an init say so, and takes it when there is space`() throws {
    let disk = try SmallDisk(mebibytes: 4)
    // With so many bytes free an init comes to its end, or to some step before it.
    for free in [0, 1, 8, 16, 20, 24, 40, 80, 160, 320, 400] {
      try disk.fill(leaving: free << 10)
      let answer = try disk.ledger.answer(to: ["init"])
      #expect([.code(0), .code(74), .code(73)].contains(answer.exit), "\(free) KiB: \(answer)")
      if answer.exit != .code(0) { expectFull(answer, "\(free) KiB") }
      try disk.ledger.expectLedgerOrNone()
      try disk.clear()
    }
    try disk.ledger.run("init")
    try disk.ledger.enterNetwork()
    try disk.ledger.run("verify")
  }

  @Test
  func `refuses what is new and shows what is there`() throws {
    let disk = try SmallDisk(mebibytes: 8)
    let ledger = disk.ledger
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "before")
    let contents = try ledger.contents()
    for free in [300, 12, 0] {
      try disk.fill(leaving: free << 10)
      for call in [
        ["post", conversation, "refused"], ["start", "--bot", "Flights"],
        ["import", "--from", "sgd"] + (Corpus.sample?.files ?? []),
      ] { expectFull(try ledger.run(call, exits: 74), "\(free) KiB, \(call)") }
      #expect(try ledger.contents() == contents)
      #expect(try ledger.entries(of: conversation).map(\.text) == ["before"])
      try ledger.run("verify")
      // What leaves is written down first; where that cannot be, nothing leaves.
      let export = try ledger.answer(to: ["export", "--to", "jsonl"])
      if export.exit != .code(0) {
        expectFull(export, "\(free) KiB, export")
        #expect(export.standardOutput.isEmpty)
      }
      let rebuilt = try ledger.answer(to: ["rebuild"])
      if rebuilt.exit != .code(0) { expectFull(rebuilt, "\(free) KiB, rebuild") }
      #expect(try ledger.contents() == contents)
    }
    try disk.clear()
    try ledger.run("post", conversation, "after")
    #expect(try ledger.entries(of: conversation).map(\.text) == ["before", "after"])
    try ledger.run("verify")
    #expect(try ledger.read(Shape.Verdict.self, "replay").same)
  }

  @Test
  func `that a message fills is named, and the message is not half there`() throws {
    let disk = try SmallDisk(mebibytes: 8)
    let ledger = disk.ledger
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let text = Data(String(repeating: "long ", count: 300_000).utf8)
    for free in stride(from: 500, to: 1_700, by: 200) {
      try disk.fill(leaving: free << 10)
      let call = ["post", conversation, "-", "--idempotency-key", "long"]
      expectFull(try ledger.run(call, input: text, exits: 74), "\(free) KiB")
      #expect(try ledger.entries(of: conversation).isEmpty)
      try ledger.run("verify")
      try disk.clear()
    }
    let receipt = try ledger.run(
      ["post", conversation, "-", "--idempotency-key", "long", "--json"],
      input: text,
    ).json(Shape.Receipt.self)
    #expect(!receipt.repeated)
    #expect(try ledger.entries(of: conversation).count == 1)
  }

  /// The reserve is for this, and for nothing else.
  @Test
  func `that the ledger itself has filled lets a visitor be erased`() throws {
    let disk = try SmallDisk(mebibytes: 8)
    let ledger = disk.ledger
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try disk.fill(leaving: 2 << 20)
    for length in [100_000, 10_000, 1] {
      let call = ["post", conversation, String(repeating: "x", count: length)]
      var answer = try ledger.answer(to: call)
      while answer.exit == .code(0) { answer = try ledger.answer(to: call) }
      expectFull(answer, "\(length) bytes")
    }
    let erasure = ["erase", "--conversation", conversation, "--ground", "asked"]
    let receipt = try ledger.run(erasure + ["--json"]).json(Shape.Erasure.self)
    #expect(receipt.conversations == 1)
    #expect(try !ledger.entries(of: conversation).contains { $0.text.contains("x") })
    try ledger.run("verify")
    try disk.clear()
  }

  /// Many callers write until nothing goes any more; then there is space, and they go on.
  @Test
  func `stops many callers, who lose nothing and go on when there is space`() throws {
    var chance = Chance(Effort.seed, 10)
    let disk = try SmallDisk(mebibytes: 24)
    let ledger = disk.ledger
    try ledger.enterNetwork()
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 6))
    for round in 0..<Effort.rounds(0.15, least: 2) {
      // At times the views and the keys come to the end of the disk before the log does.
      let free = Int.random(in: 1_400...2_400, using: &chance)
      try disk.fill(leaving: free << 10)
      let orders = witness.beginRound(new: 2_000)
      let writer = try Writer(ledger, orders)
      writer.tool.wait()
      let report = try writer.report()
      #expect(writer.tool.exit.isCode, "round \(round): \(writer.tool.exit)")
      #expect(!report.failures.isEmpty || report.error != "", "round \(round) had room")
      for failure in report.failures + (report.error == "" ? [] : [report.error]) {
        #expect(failure.contains(Self.sentence), "round \(round)")
      }
      witness.hear(report, orders)
      try witness.look()
      try disk.clear()
    }
    try witness.close()
  }

  private func expectFull(_ answer: Answer, _ place: String) {
    let isNamed =
      answer.standardError.contains(Self.sentence)
      || answer.standardError.contains("No space left on device")
    #expect(isNamed, "\(place): \(answer.standardError)")
  }
}
