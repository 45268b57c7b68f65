import Foundation
import Testing

/// Erasing on the command line, over the sample of dialogues.
@Suite
struct `An erased visitor` {
  let ledger: LedgerFolder
  /// The first row of the first bot that has one.
  let row: Shape.Row
  /// Texts of the visitor's conversation that no other conversation has.
  let own: [String]

  init() throws {
    ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let bots = try ledger.read([Shape.Bot].self, "bots")
    let bot = try #require(bots.first { $0.conversations > 0 })
    row = try #require(try ledger.read(Shape.Inbox.self, "inbox", bot.botId).rows.first)
    let lines = try ledger.run("export", "--to", "jsonl").jsonLines(Line.self)
    let conversation = row.conversationId
    let others = Set(lines.filter { $0.conversation != conversation }.compactMap(\.text))
    own = lines.filter { $0.conversation == conversation }.compactMap(\.text)
      .filter { $0.utf8.count >= 6 && !others.contains($0) }
    try #require(own.count > 5)
  }

  private func erase() throws -> Shape.Erasure {
    try ledger.read(
      Shape.Erasure.self,
      "erase",
      "--visitor",
      row.visitor.id,
      "--ground",
      "Art. 17 GDPR, ticket 81",
      "--as",
      "dpo",
    )
  }

  /// The files of the ledger that hold a text, in the forms in which bytes of ours could.
  private func files(holding text: String, in folder: String? = nil) throws -> [String] {
    let folder = folder ?? ledger.path
    let escaped = try JSONEncoder().encode([text]).dropFirst(2).dropLast(2)
    let forms = [
      Data(text.utf8), Data(escaped), text.data(using: .utf16LittleEndian) ?? Data(),
      text.data(using: .utf16BigEndian) ?? Data(),
    ]
    return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { name in
      let content = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
      return forms.contains { content.range(of: $0) != nil }
    }
  }

  @Test
  func `is in no file of the ledger, byte by byte`() throws {
    let receipt = try erase()
    #expect(receipt.hunt?.found == 0)
    #expect(receipt.hunt?.complete == true)
    try ledger.run("rebuild")
    for text in own { #expect(try files(holding: text) == [], "\(text)") }
  }

  @Test
  func `is in no file of a fresh backup, and does not come back with it`() throws {
    let proof = try ledger.run("prove", "\(row.lastMessage?.position ?? 1)").standardOutput
    _ = try ledger.run("backup", ledger.folder.path + "/old")
    _ = try erase()
    let fresh = ledger.folder.path + "/fresh"
    try ledger.run("backup", fresh)
    for text in own { #expect(try files(holding: text, in: fresh) == [], "\(text)") }
    // Given the log of today with the keys of the day before: what a careless restore brings.
    let restored = try LedgerFolder()
    let oldKeys = ledger.folder.path + "/old/keys"
    try restored.run("restore", fresh, "--keys", oldKeys)
    try FileManager.default.copyItem(
      atPath: ledger.path + "/keys/master.key",
      toPath: restored.path + "/keys/master.key",
    )
    // When it is opened for writing, then the person is gone again.
    try restored.run("bots", "register", "More", "--owner", "airline")
    let entries = try restored.entries(of: row.conversationId).filter { $0.kind == "message" }
    #expect(!entries.isEmpty && entries.allSatisfy { $0.text == "(erased)" })
    for text in own { #expect(try files(holding: text, in: restored.path) == [], "\(text)") }
    try restored.run("verify")
    // And what was proved before still is.
    let file = try ledger.file("before.proof", proof)
    try ledger.run("check-proof", file)
  }

  @Test
  func `would be found if a file held a word`() throws {
    let file = ledger.path + "/left.txt"
    let text = own[0]
    try Data("left behind: \(text)".utf8).write(to: URL(filePath: file))
    let answer = try ledger.run(
      "erase",
      "--visitor",
      row.visitor.id,
      "--ground",
      "ticket 81",
      "--json",
      exits: 1,
    )
    let receipt = try answer.json(Shape.Erasure.self)
    #expect(receipt.hunt?.found == 1)
    #expect(receipt.hunt?.leftovers.map(\.file) == ["left.txt"])
    #expect(receipt.hunt?.leftovers.map(\.offset) == ["left behind: ".utf8.count])
    #expect(answer.standardError.contains("left over: left.txt at byte 13"))
  }

  @Test
  func `shows as erased wherever the words stood`() throws {
    let before = try ledger.status().position
    _ = try erase()
    let id = row.conversationId
    let outputs = try [
      ["transcript", id], ["transcript", id, "--json"],
      ["transcript", id, "--as-of", "\(before)"], ["why", id], ["why", id, "--json"],
      ["replay", "--conversation", id, "--json"], ["inbox", row.holderBotId, "--limit", "100000"],
      ["inbox", row.holderBotId, "--limit", "100000", "--json"],
      ["inbox", row.holderBotId, "--limit", "100000", "--json", "--as-of", "\(before)"],
      ["export", "--to", "jsonl"],
      ["export", "--to", "jsonl", "--conversation", id],
      ["replay", "--from", "1", "--to", "\(before)", "--json"],
    ].map { try ledger.run($0).text }
    for output in outputs {
      for text in own { #expect(!output.contains(text)) }
    }
    #expect(outputs[0].contains("(erased)"))
    #expect(outputs[2].contains("(erased)"))
    let entries = try ledger.read(Shape.Transcript.self, "transcript", id).entries
    #expect(entries.filter { $0.kind == "message" }.allSatisfy { $0.text == "(erased)" })
    let rows = try ledger.read(Shape.Inbox.self, "inbox", row.holderBotId, "--limit", "100000").rows
    let erased = try #require(rows.first { $0.conversationId == id })
    #expect(erased.lastMessage?.preview == "(erased)")
    #expect(erased.visitor == Shape.Row.Visitor(id: row.visitor.id, name: nil))
    #expect(erased.externalId == nil)
    for text in own {
      let words = ["inbox", row.holderBotId, "--text", text, "--json"]
      let found = try ledger.run(words).json(Shape.Inbox.self).rows.map(\.conversationId)
      #expect(!found.contains(id))
    }
  }

  @Test
  func `leaves a ledger that verifies, whose views are those of a rebuild`() throws {
    let before = try ledger.status()
    let receipt = try erase()
    let verdict = try ledger.run("verify", "--json")
    #expect(verdict.text.contains(#""integrity":true"#))
    // The order and the conversation's own event; behind the receipt one that closes the order.
    #expect(receipt.position == before.position + 2)
    #expect(try ledger.status().position == before.position + 3)
    #expect(try ledger.read(Shape.Verdict.self, "replay").same)
  }

  @Test
  func `has a receipt in the ledger's folder, the same as was printed`() throws {
    let printed = try ledger.run(
      "erase",
      "--visitor",
      row.visitor.id,
      "--ground",
      "ticket 81",
      "--json",
    )
    let receipt = try printed.json(Shape.Erasure.self)
    let file = ledger.path + "/receipts/erasure-\(receipt.orderPosition).json"
    #expect(FileManager.default.contents(atPath: file) == printed.standardOutput)
    #expect(receipt.scope == "visitor")
    #expect(receipt.visitorId == row.visitor.id)
    #expect(receipt.conversationIds == [row.conversationId])
    #expect(receipt.keys == 1)
    #expect(!receipt.resumed)
  }

  @Test
  func `does not come back when the data is imported again, or the export elsewhere`() throws {
    _ = try erase()
    try ledger.importDialogues(.sample)
    #expect(try ledger.entries(of: row.conversationId).contains { $0.text == "(erased)" })
    let fresh = try LedgerFolder()
    try fresh.run("import", "--from", "jsonl", try ledger.export())
    let copied = try fresh.entries(of: row.conversationId).filter { $0.kind == "message" }
    #expect(!copied.isEmpty)
    #expect(copied.allSatisfy { $0.text == "(erased)" })
    #expect(try fresh.contents().bots == ledger.contents().bots)
    let again = try fresh.answer(to: ["post", row.conversationId, "Hello"])
    #expect(again.exit == .code(77))
    #expect(again.standardError.contains("visitor_erased"))
    let export = try fresh.run("export", "--to", "jsonl").jsonLines(Line.self)
    let original = try ledger.run("export", "--to", "jsonl").jsonLines(Line.self)
    #expect(export.map(\.type) == original.map(\.type))
  }
}

/// What the command takes and refuses.
@Suite
struct `The command erase` {
  let ledger: LedgerFolder
  let conversation: String

  init() throws {
    ledger = try LedgerFolder()
    try ledger.enterNetwork()
    conversation = try ledger.startConversation(with: "Flights", "--visitor", "anna")
    try ledger.run("post", conversation, "My number is 555 0199 22")
  }

  @Test
  func `only says what it would do with --dry-run`() throws {
    let before = try ledger.status()
    let preview = try ledger.read(
      Shape.ErasurePreview.self,
      "erase",
      "--visitor",
      "anna",
      "--ground",
      "x",
      "--dry-run",
    )
    #expect(preview.scope == "visitor")
    #expect(preview.conversationIds == [conversation])
    #expect(preview.events == 2)
    #expect(preview.keys == 1)
    #expect(preview.complete)
    #expect(try ledger.status() == before)
    #expect(try ledger.entries(of: conversation).map(\.text) == ["My number is 555 0199 22"])
  }

  @Test
  func `knows a visitor by the identifier of the start, and a conversation by its own`() throws {
    for call in [["--visitor", "anna"], ["--conversation", conversation]] {
      let answer = try ledger.run(["erase"] + call + ["--ground", "x", "--dry-run"])
      #expect(answer.text.contains("would erase    1 conversations"))
      #expect(answer.text.contains(conversation))
    }
  }

  @Test
  func `says what is not there, and what was erased already`() throws {
    let unknown = "0190b6a0-5c1f-7d1e-8000-000000000001"
    for call in [
      ["--visitor", "nobody"], ["--visitor", unknown], ["--conversation", unknown],
      ["--older-than", "1", "--bot", "Ferries"],
    ] {
      for more in [[], ["--dry-run"]] {
        let answer = try ledger.run(["erase", "--ground", "x"] + call + more, exits: 66)
        #expect(answer.standardError.contains("there is no "))
        #expect(answer.standardError.contains(call.last ?? ""))
      }
    }
    try ledger.run("erase", "--conversation", conversation, "--ground", "x")
    let again = try ledger.run("erase", "--conversation", conversation, "--ground", "x", exits: 77)
    #expect(again.standardError.contains("was erased already"))
  }

  @Test
  func `refuses what it does not understand`() throws {
    for call in [
      ["erase"], ["erase", "--ground", "x"], ["erase", "--visitor", "anna"],
      ["erase", "--visitor", "anna", "--conversation", "x", "--ground", "x"],
      ["erase", "--visitor", "anna", "--ended", "--ground", "x"],
      ["erase", "--visitor", "anna", "--bot", "Flights", "--ground", "x"],
      ["erase", "--older-than", "-1", "--ground", "x"],
      ["erase", "--older-than", "soon", "--ground", "x"],
      ["erase", "--older-than", "99999999999999999999d", "--ground", "x"],
    ] { try ledger.run(call, exits: 64) }
    try ledger.run("erase", "--visitor", "anna", "--ground", " ", exits: 65)
  }

  @Test
  func `by age reaches what is over, and nothing else`() throws {
    try ledger.run("end", conversation)
    let open = try ledger.startConversation()
    let call = ["erase", "--older-than", "0d", "--ended", "--ground", "rule 3", "--json"]
    let receipt = try ledger.run(call).json(Shape.Erasure.self)
    #expect(receipt.scope == "retention")
    #expect(receipt.conversationIds == [conversation])
    #expect(receipt.inactiveSince != nil)
    try ledger.run("post", open, "Hello")
    let rest = try ledger.run(call).json(Shape.Erasure.self)
    #expect(rest.conversations == 0)
  }

  @Test
  func `takes any ground`() throws {
    let file = Clone.samples.appending(path: "naughty-strings/blns.json")
    let strings = try JSONDecoder().decode([String].self, from: Data(contentsOf: file))
      .filter { $0.contains { !$0.isWhitespace } && !$0.contains("\0") }
    for string in stride(from: 0, to: strings.count, by: 23).map({ strings[$0] }) {
      let conversation = try ledger.startConversation()
      try ledger.run("post", conversation, "Hello there")
      let call = ["erase", "--conversation", conversation, "--ground=" + string, "--json"]
      let receipt = try ledger.run(call).json(Shape.Erasure.self)
      #expect(Array(receipt.ground.utf8) == Array(string.utf8))
      let text = try ledger.run("transcript", conversation).text
      #expect(text.contains("(erased)"))
    }
  }
}
