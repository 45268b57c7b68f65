import Foundation
import Testing

@Suite
struct `An import of dialogues` {
  @Test(arguments: Corpus.all)
  func `counts what was counted by other means, and appends nothing the second time`(
    corpus: Corpus
  ) throws {
    let ledger = try LedgerFolder()
    let figures = corpus.figures
    let manifest = try ledger.importDialogues(corpus)
    let before = try ledger.status()
    var expected = Shape.Manifest(run: "import", files: corpus.files.count, rows: figures.turns)
    expected.conversations = figures.dialogues
    expected.messages = figures.turns
    expected.handovers = figures.serviceSwitches
    expected.eventsAppended = Int(before.position)
    #expect(manifest == expected)
    try expectInboxes(of: figures, in: ledger)
    var repeated = Shape.Manifest(run: "import", files: corpus.files.count, rows: figures.turns)
    repeated.duplicates = figures.turns
    #expect(try ledger.importDialogues(corpus) == repeated)
    #expect(try ledger.status() == before)
    try expectInboxes(of: figures, in: ledger)
  }

  private func expectInboxes(of figures: Corpus.Figures, in ledger: LedgerFolder) throws {
    let bots = try ledger.read([Shape.Bot].self, "bots").filter { $0.conversations > 0 }
    let sizes = Dictionary(
      uniqueKeysWithValues: bots.map { bot in
        let size = Corpus.Figures.InboxSize(
          conversations: bot.conversations,
          messages: bot.messages,
        )
        return (bot.name, size)
      }
    )
    #expect(sizes == figures.finalInboxes)
  }

  @Test
  func `puts a dialogue that returns into the first bot's inbox`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Homes_1", "--had-handover")
    let names = Dictionary(
      uniqueKeysWithValues: try ledger.botIdentifiers().map { ($0.value, $0.key) }
    )
    let paths = Set(page.rows.map { $0.path.compactMap { names[$0] } })
    #expect(paths == [["Homes_1", "Calendar_1", "Homes_1"]])
    #expect(page.rows.count == 26)
    #expect(page.total == 26)
    #expect(page.complete)
    #expect(page.rows.allSatisfy { $0.icon == "right-arrow" && $0.handovers == 2 })
    #expect(page.rows.allSatisfy { $0.source == "imported" && $0.channel == "sgd" })
  }

  @Test
  func `puts a handover between the visitor's message and the new bot's answer`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Homes_1", "--had-handover")
    let row = try #require(page.rows.first)
    let entries = try ledger.entries(of: row.conversationId)
    let places = entries.indices.filter { entries[$0].kind == "handover" }
    #expect(places.count == 2)
    for place in places {
      let (before, after) = (entries[place - 1], entries[place + 1])
      #expect(before.author?.hasPrefix("visitor") == true)
      #expect(after.kind == "message")
      #expect(after.author != "visitor ")
      #expect(after.author?.hasPrefix("bot") == true)
    }
  }

  @Test
  func `says what it would do and does nothing when it is a dry run`() throws {
    let ledger = try LedgerFolder()
    let planned = try ledger.importDialogues(.sample, "--dry-run")
    #expect(planned.conversations == Corpus.sample?.figures.dialogues)
    #expect(planned.handovers == Corpus.sample?.figures.serviceSwitches)
    #expect(!FileManager.default.fileExists(atPath: ledger.path))
    try ledger.importDialogues(.sample)
    let before = try ledger.status()
    let second = try ledger.importDialogues(.sample, "--dry-run")
    #expect(second.duplicates == Corpus.sample?.figures.turns)
    #expect(try ledger.status() == before)
  }
}

@Suite
struct `The views of an import` {
  @Test
  func `have one digest, however often they are built`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let first = try ledger.read(Shape.Rebuilt.self, "rebuild")
    let second = try ledger.read(Shape.Rebuilt.self, "rebuild")
    #expect(first == second)
    let verdict = try ledger.read(Shape.Verdict.self, "replay")
    #expect(verdict.same)
    #expect(verdict.position == first.position)
    #expect(verdict.rebuiltDigest == first.digest)
    #expect(verdict.liveDigest == first.digest)
  }

  @Test
  func `are compared at the log's head before they were ever written`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let verdict = try ledger.read(Shape.Verdict.self, "replay")
    #expect(verdict.position == (try ledger.status().position))
    #expect(verdict.same)
  }

  @Test
  func `come back when their folder is deleted`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let digest = try ledger.read(Shape.Rebuilt.self, "rebuild")
    let contents = try ledger.contents()
    try FileManager.default.removeItem(atPath: ledger.path + "/views")
    #expect(try ledger.contents() == contents)
    #expect(try ledger.read(Shape.Rebuilt.self, "rebuild") == digest)
    try ledger.run("verify")
  }
}

extension LedgerFolder {
  /// Imports a corpus and returns the manifest.
  @discardableResult
  func importDialogues(_ corpus: Corpus?, _ more: String...) throws -> Shape.Manifest {
    let corpus = try #require(corpus)
    return try run(["import", "--from", "sgd", "--json"] + more + corpus.files).json()
  }

  /// Imports a file of the neutral format and returns the manifest.
  @discardableResult
  func importLines(_ path: String, exits code: Int32 = 0) throws -> Shape.Manifest {
    try run(["import", "--from", "jsonl", "--json", path], exits: code).json()
  }
}
