import Foundation
import Testing

@Suite
struct `An export` {
  @Test(arguments: Corpus.all)
  func `of dialogues gives the same ledger elsewhere, and nothing twice`(
    corpus: Corpus
  ) throws {
    let (origin, fresh) = (try LedgerFolder(), try LedgerFolder())
    try origin.importDialogues(corpus)
    let export = try origin.export()
    let manifest = try fresh.importLines(export)
    #expect(manifest.conversations == corpus.figures.dialogues)
    #expect(manifest.messages == corpus.figures.turns)
    #expect(manifest.handovers == corpus.figures.serviceSwitches)
    #expect(manifest.skipped == 0)
    // Written views are read faster than folded ones; another test compares the two.
    for ledger in [origin, fresh] { try ledger.run("rebuild") }
    let contents = try origin.contents()
    #expect(try fresh.contents() == contents)
    try expectSameTranscripts(of: contents, in: origin, and: fresh)
    let lines = try Data(contentsOf: URL(filePath: export))
    #expect(try Data(contentsOf: URL(filePath: fresh.export())) == lines)
    try expectNothingNew(try origin.importLines(export), in: origin, rows: manifest.rows)
    try expectNothingNew(
      try fresh.importDialogues(corpus),
      in: fresh,
      rows: corpus.figures.turns,
    )
  }

  /// Compares the transcript of one conversation of each inbox.
  private func expectSameTranscripts(
    of contents: Contents,
    in origin: LedgerFolder,
    and fresh: LedgerFolder,
  ) throws {
    for rows in contents.inboxes.values {
      for row in rows.prefix(1) {
        let entries = try origin.entries(of: row.conversation)
        #expect(try fresh.entries(of: row.conversation) == entries)
        #expect(entries.count { $0.kind == "message" } == row.messages)
      }
    }
  }

  private func expectNothingNew(
    _ manifest: Shape.Manifest,
    in ledger: LedgerFolder,
    rows: Int,
  ) throws {
    #expect(manifest.eventsAppended == 0)
    #expect(manifest.skips == [])
    #expect(manifest.rows == rows)
    #expect(manifest.duplicates == rows)
  }

  @Test
  func `of live conversations gives the same ledger elsewhere`() throws {
    let (origin, fresh) = (try LedgerFolder(), try LedgerFolder())
    try origin.enterNetwork()
    let conversation = try origin.liveConversation()
    try fresh.importLines(try origin.export())
    #expect(try fresh.contents() == origin.contents())
    #expect(try fresh.entries(of: conversation) == origin.entries(of: conversation))
    let (there, here) = try (
      fresh.read(Shape.Why.self, "why", conversation),
      origin.read(Shape.Why.self, "why", conversation),
    )
    #expect(there.events.map(\.type) == here.events.map(\.type))
    #expect(there.events.map(\.code) == here.events.map(\.code))
    let times = try fresh.read(Shape.Transcript.self, "transcript", conversation).entries.map(\.at)
    #expect(
      try origin.read(Shape.Transcript.self, "transcript", conversation).entries.map(\.at)
        == times
    )
    let manifest = try origin.importLines(try fresh.export())
    #expect(manifest.eventsAppended == 0)
    #expect(manifest.skipped == 0)
  }

  @Test
  func `names the human stretch by the positions of the ledger that reads it`() throws {
    let (origin, fresh) = (try LedgerFolder(), try LedgerFolder())
    try origin.enterNetwork()
    let conversation = try origin.liveConversation()
    try fresh.importDialogues(.sample)
    try fresh.importLines(try origin.export())
    let entries = try fresh.read(Shape.Transcript.self, "transcript", conversation).entries
    let requested = try #require(entries.first { $0.kind == "agentTookOver" })
    #expect(entries.first { $0.kind == "agentHandedBack" }?.since == requested.position)
    let manifest = try origin.importLines(try fresh.export(of: conversation))
    #expect(manifest.duplicates == manifest.rows)
  }

  @Test
  func `of one inbox or one conversation holds these alone`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights_2")
    let inbox = try ledger.run("export", "--to", "jsonl", "--inbox", "Flights_2")
      .jsonLines(Line.self)
    #expect(Set(inbox.compactMap(\.conversation)) == Set(page.rows.map(\.conversationId)))
    let row = try #require(page.rows.first)
    let one = try ledger.run("export", "--to", "jsonl", "--conversation", row.conversationId)
      .jsonLines(Line.self)
    #expect(Set(one.compactMap(\.conversation)) == [row.conversationId])
    #expect(one.count { $0.type == "messagePosted" } == row.messages)
  }
}

extension LedgerFolder {
  /// A conversation with something of everything in it.
  fileprivate func liveConversation() throws -> String {
    let conversation = try startConversation(with: "Flights", "--visitor", "anna")
    try run("post", conversation, "Hello\n\nworld")
    try run("set", conversation, "city=Lyon", "mood=\"fine\"")
    let terms = ["--module", "1", "--reason", "books a room", "--variable", "nights=many"]
    try run(["hand-over", conversation, "Hotels"] + terms)
    try run("post", conversation, "Which city?", "--by", "bot", "--idempotency-key", "k1")
    try run("hand-over", conversation, "Trains", "--module", "1", exits: 77)
    try run("request-agent", conversation, "--reason", "asks for a person")
    try run("take-over", conversation, "--as", "eve")
    try run("note", conversation, "a regular", "--as", "eve")
    try run("post", conversation, "I am Eve", "--by", "agent", "--as", "eve")
    try run("hand-back", conversation, "--as", "eve", "--reason", "solved")
    try run("end", conversation, "--reason", "done")
    return conversation
  }
}
