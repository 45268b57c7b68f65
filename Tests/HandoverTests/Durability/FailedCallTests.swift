import Foundation
import Glibc
import Testing

/// Goes through the system calls by which a command writes: each of them fails once, and each of
/// them is the last thing the process does.
///
/// A long run takes every place, a short one some.
@Suite(.enabled(if: Injection.path != nil))
struct `At each system call that writes` {
  @Test(arguments: [Injection.Effect.death, .failure, .fullDisk])
  func `an init that ends there has made a ledger or none`(effect: Injection.Effect) throws {
    var chance = Chance(Effort.seed, 5)
    for place in try places(of: ["init"], on: LedgerFolder(), 4, &chance) {
      let ledger = try LedgerFolder()
      let (injection, answer) = try run(["init"], on: ledger, place, effect)
      expectSentence(answer, injection)
      try ledger.expectLedgerOrNone()
      try ledger.run("init")
      try ledger.enterNetwork()
      try ledger.run("verify")
    }
  }

  @Test(arguments: [Injection.Effect.death, .failure, .fullDisk])
  func `an import that ends there is brought to its end by the next`(
    effect: Injection.Effect
  ) throws {
    var chance = Chance(Effort.seed, 6)
    let corpus = try #require(Corpus.sample)
    let call = ["import", "--from", "sgd", "--json"] + corpus.files
    let undisturbed = try LedgerFolder()
    let places = try places(of: call, on: undisturbed, 3, &chance)
    let expected = try undisturbed.contents()
    for place in places {
      let ledger = try LedgerFolder()
      let (injection, answer) = try run(call, on: ledger, place, effect)
      expectSentence(answer, injection)
      let manifest = try ledger.run(call).json(Shape.Manifest.self)
      #expect(manifest.rows == corpus.figures.turns, "\(injection)")
      #expect(manifest.skipped == 0, "\(injection)")
      #expect(try ledger.contents() == expected, "\(injection)")
      try ledger.run("verify")
      #expect(try ledger.read(Shape.Verdict.self, "replay").same, "\(injection)")
    }
  }

  @Test(arguments: [Injection.Effect.death, .failure, .fullDisk])
  func `a rebuild that ends there has left views that are right`(effect: Injection.Effect) throws {
    var chance = Chance(Effort.seed, 7)
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let digest = try ledger.read(Shape.Rebuilt.self, "rebuild").digest
    let contents = try ledger.contents()
    for place in try places(of: ["rebuild"], on: ledger, 2, &chance) {
      let (injection, answer) = try run(["rebuild"], on: ledger, place, effect)
      expectSentence(answer, injection)
      #expect(try ledger.contents() == contents, "\(injection)")
      let verdict = try ledger.read(Shape.Verdict.self, "replay")
      #expect(verdict.same, "\(injection)")
      #expect(verdict.rebuiltDigest == digest, "\(injection)")
    }
  }

  @Test(arguments: [Injection.Effect.death, .failure, .lastingFailure, .fullDisk])
  func `a post that ends there is kept once or not at all`(effect: Injection.Effect) throws {
    var chance = Chance(Effort.seed, 8)
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    var texts: [String] = []
    let call = ["post", conversation, "an example"]
    for place in try places(of: call, on: ledger, 4, &chance) {
      texts = try ledger.entries(of: conversation).map(\.text)
      let text = "message \(place.call) \(place.number)"
      let call = ["post", conversation, text, "--idempotency-key", text, "--json"]
      let (injection, answer) = try run(call, on: ledger, place, effect)
      expectSentence(answer, injection)
      let kept = try ledger.entries(of: conversation).map(\.text)
      #expect(kept == texts + [text] || kept == texts && answer.exit != .code(0), "\(injection)")
      let receipt = try ledger.run(call).json(Shape.Receipt.self)
      #expect(receipt.repeated == (kept.count > texts.count), "\(injection)")
      #expect(try ledger.entries(of: conversation).map(\.text) == texts + [text], "\(injection)")
      try ledger.run("verify")
    }
  }

  /// A process of many callers: a fault takes several orders at once, and it goes on.
  @Test(arguments: [Injection.Effect.failure, .lastingFailure, .fullDisk, .death])
  func `many callers hear what is kept, and what may be`(effect: Injection.Effect) throws {
    var chance = Chance(Effort.seed, 9)
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 4))
    let places = ["pwrite64", "pwritev", "fdatasync"].flatMap { call in
      [1, 2, 3, 5, 8, 13, 21, 34].map { (call: call, number: $0) }
    }
    for place in Effort.sample(places, 3, &chance) {
      let injection = Injection(call: place.call, number: place.number, effect: effect)
      let orders = witness.beginRound(new: 20)
      var options = Writer.Options(heldInMemory: 40)
      options.adapt = injection.adapt
      let writer = try Writer(ledger, orders, options)
      writer.tool.wait()
      let report = try writer.report()
      let death: Answer.Exit = .signal(SIGKILL)
      #expect([.code(0), .code(74)].contains(writer.tool.exit) || writer.tool.exit == death)
      #expect(effect == .death || writer.tool.exit != death, "\(injection): \(report.error)")
      for failure in report.failures { #expect(isSentence(failure), "\(injection): \(failure)") }
      witness.hear(report, orders)
      try witness.look()
    }
    try witness.close()
  }

  /// Some of the places of a call, drawn anew.
  private func places(
    of arguments: [String],
    on ledger: LedgerFolder,
    _ limit: Int,
    _ chance: inout Chance,
  ) throws -> [(call: String, number: Int)] {
    let all = try Injection.places(of: ledger.call(arguments), in: ledger.folder)
    return Effort.sample(all, limit, &chance)
  }

  private func run(
    _ arguments: [String],
    on ledger: LedgerFolder,
    _ place: (call: String, number: Int),
    _ effect: Injection.Effect,
  ) throws -> (Injection, Answer) {
    let injection = Injection(call: place.call, number: place.number, effect: effect)
    let answer = try Tool.run(injection.adapt(ledger.call(arguments)), in: ledger.folder)
    // The tracer ends by the signal of what it traced.
    #expect(effect == .death || answer.exit.isCode, "\(injection): \(answer.exit)")
    return (injection, answer)
  }

  /// A failure has an exit code for faults and a sentence.
  private func expectSentence(_ answer: Answer, _ injection: Injection) {
    guard case .code(let code) = answer.exit, code != 0 else { return }
    #expect([73, 74].contains(code), "\(injection): \(answer.standardError)")
    #expect(isSentence(answer.standardError), "\(injection): \(answer.standardError)")
  }

  private func isSentence(_ text: String) -> Bool {
    text.contains("Input/output error") || text.contains("the disk is full")
      || text.contains("No space left") || text.contains("not known whether")
      || text.contains("a failed write closed the storage")
  }
}

extension Answer.Exit {
  /// Whether the process ended by itself.
  var isCode: Bool {
    if case .code = self { true } else { false }
  }
}
