import Foundation
import Glibc
import Testing

/// Ends commands of the tool at random moments of their run and calls them again.
@Suite
struct `A command that is killed` {
  private let rounds = Effort.rounds(0.5, least: 4)

  /// Starts a call and kills it at a random moment of the time it takes undisturbed.
  private func kill(
    _ arguments: [String],
    on ledger: LedgerFolder,
    within time: Duration,
    _ chance: inout Chance,
  ) throws -> Answer.Exit {
    let name = ledger.folder.appending(path: UUID().uuidString)
    let tool = try Tool.start(
      ledger.call(arguments),
      output: name,
      error: name.appendingPathExtension("err"),
    )
    let microseconds = time.components.attoseconds / 1_000_000_000_000
    usleep(.random(in: 0...UInt32(microseconds), using: &chance))
    _ = Glibc.kill(tool.identifier, SIGKILL)
    tool.wait()
    return tool.exit
  }

  @Test
  func `has imported a part, and the next import brings the rest`() throws {
    let corpus = try #require(Corpus.sample)
    let call = ["import", "--from", "sgd", "--json"] + corpus.files
    let undisturbed = try LedgerFolder()
    var manifest: Shape.Manifest?
    let time = try ContinuousClock().measure { manifest = try undisturbed.run(call).json() }
    let expected = try undisturbed.contents()
    var chance = Chance(Effort.seed, 2)
    var kills = 0
    for _ in 0..<rounds {
      let ledger = try LedgerFolder()
      for _ in 0..<Int.random(in: 1...3, using: &chance) {
        let exit = try kill(call, on: ledger, within: time, &chance)
        if exit == .signal(SIGKILL) { kills += 1 }
      }
      let rest = try ledger.run(call).json(Shape.Manifest.self)
      #expect(rest.rows == manifest?.rows)
      #expect(rest.skipped == 0)
      let taken = try ledger.run(call).json(Shape.Manifest.self)
      #expect(taken.eventsAppended == 0)
      #expect(taken.duplicates == manifest?.rows)
      #expect(try ledger.contents() == expected)
      try ledger.run("verify")
      #expect(try ledger.read(Shape.Verdict.self, "replay").same)
    }
    Effort.note("\(kills) kills of an import, the next one brought the rest")
  }

  @Test
  func `has made a ledger or none when it was init`() throws {
    var chance = Chance(Effort.seed, 3)
    let undisturbed = try LedgerFolder()
    let time = try ContinuousClock().measure { try undisturbed.run("init") }
    for _ in 0..<rounds {
      let ledger = try LedgerFolder()
      _ = try kill(["init"], on: ledger, within: time, &chance)
      try ledger.expectLedgerOrNone()
      try ledger.run("init")
      try ledger.enterNetwork()
      let conversation = try ledger.startConversation()
      try ledger.run("post", conversation, "Hello")
      #expect(try ledger.entries(of: conversation).map(\.text) == ["Hello"])
      try ledger.run("verify")
    }
  }

  @Test
  func `has left the views as they were or new when it was rebuild`() throws {
    var chance = Chance(Effort.seed, 4)
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let contents = try ledger.contents()
    var digest: Shape.Rebuilt?
    let time = try ContinuousClock().measure {
      digest = try ledger.read(Shape.Rebuilt.self, "rebuild")
    }
    for _ in 0..<rounds {
      _ = try kill(["rebuild"], on: ledger, within: time, &chance)
      #expect(try ledger.contents() == contents)
      let verdict = try ledger.read(Shape.Verdict.self, "replay")
      #expect(verdict.same)
      #expect(verdict.rebuiltDigest == digest?.digest)
    }
    #expect(try ledger.read(Shape.Rebuilt.self, "rebuild") == digest)
    #expect(!FileManager.default.fileExists(atPath: ledger.path + "/views.new"))
  }
}

extension LedgerFolder {
  /// Expects that readers find a ledger, or hear that there is none and what to do.
  func expectLedgerOrNone() throws {
    let answer = try answer(to: ["status"])
    guard answer.exit != .code(0) else { return }
    #expect(answer.exit == .code(66), "\(answer.standardError)")
    #expect(answer.standardError.contains("handover init"), "\(answer.standardError)")
  }
}
