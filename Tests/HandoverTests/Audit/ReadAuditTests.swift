import Foundation
import Testing

extension Shape {
  /// What `reads` answers.
  struct Reads: Decodable {
    var position: UInt64
    var complete: Bool
    var count: Int
    var audit: Bool
    var waiting: Int
    var reads: [Read]

    struct Read: Decodable {
      var position: UInt64
      var kind: String
      var reader: String?
      var means: String
      var at: String
      var recordedAt: String
      var conversationId: String?
      var botId: String?
      var through: UInt64
      var conversations: Int64?
    }
  }

  /// What `read-audit` answers.
  struct ReadAudit: Decodable {
    var audit: Bool
  }
}

@Suite
struct `The read audit` {
  private func ledgerWithWords() throws -> (ledger: LedgerFolder, conversation: String) {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "Hello")
    return (ledger, conversation)
  }

  private func reads(_ ledger: LedgerFolder, _ more: String...) throws -> Shape.Reads {
    try ledger.run(["reads", "--json"] + more).json()
  }

  @Test
  func `records who opens what, from its switch on to its switch off`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    try ledger.run("transcript", conversation)
    #expect(try reads(ledger).count == 0)
    #expect(try !ledger.read(Shape.ReadAudit.self, "read-audit", "status").audit)
    #expect(try ledger.read(Shape.ReadAudit.self, "read-audit", "on", "--as", "officer").audit)
    let position = try ledger.status().position
    try ledger.run("read-audit", "on")
    #expect(try ledger.status().position == position)
    try ledger.run("transcript", conversation, "--as", "eve")
    try ledger.run("why", conversation, "--as", "eve")
    try ledger.run("follow", "--after", "0", "--limit", "2", "--as", "eve")
    let list = try reads(ledger)
    #expect(list.reads.map(\.means) == ["follow", "why", "transcript"])
    #expect(list.reads.map(\.conversationId) == [nil, conversation, conversation])
    #expect(list.reads.allSatisfy { $0.kind == "opened" && $0.reader == "eve" })
    #expect(list.reads.map(\.position) == (1...3).reversed().map { position + $0 })
    #expect(list.audit)
    #expect(list.waiting == 0)
    #expect(try reads(ledger, "--conversation", conversation).count == 2)
    #expect(try reads(ledger, "--limit", "1").complete == false)
    try ledger.run("read-audit", "off", "--as", "officer")
    try ledger.run("transcript", conversation)
    #expect(try reads(ledger).count == 3)
    try ledger.run("verify")
    #expect(try ledger.read(Shape.Verdict.self, "replay").same)
  }

  @Test
  func `records a replay that shows words, and none that does not`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    try ledger.run("read-audit", "on", "--as", "officer")
    #expect(
      try ledger.run("replay", "--conversation", conversation, "--as", "eve").text
        .contains("Hello")
    )
    #expect(try ledger.run("replay", "--from", "1", "--as", "joe").text.contains("Hello"))
    for call in [["replay"], ["replay", "--difference", "1", "2"]] { try ledger.run(call) }
    let list = try reads(ledger)
    #expect(list.reads.map(\.means) == ["replay", "replay"])
    #expect(list.reads.map(\.reader) == ["joe", "eve"])
    #expect(list.reads.map(\.conversationId) == [nil, conversation])
  }

  @Test
  func `records every export, before it leaves`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    let position = try ledger.status().position
    let flights = try #require(try ledger.botIdentifiers()["Flights"])
    try ledger.run("export", "--to", "jsonl", "--as", "officer")
    try ledger.run("export", "--to", "jsonl", "--inbox", "Flights")
    try ledger.run("export", "--to", "jsonl", "--conversation", conversation)
    let list = try reads(ledger)
    #expect(list.reads.map(\.kind) == ["exported", "exported", "exported"])
    #expect(list.reads.map(\.conversations) == [1, 1, 1])
    #expect(list.reads.map(\.conversationId) == [conversation, nil, nil])
    #expect(list.reads.map(\.botId) == [nil, flights, nil])
    #expect(list.reads.last?.reader == "officer")
    #expect(list.reads.map(\.through) == (0..<3).reversed().map { position + $0 })
    // What is not there is not exported, and so not recorded.
    try ledger.run("export", "--to", "jsonl", "--inbox", "Ferries", exits: 66)
    #expect(try reads(ledger).count == 3)
  }

  @Test
  func `shows nothing if it cannot be written down`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    // A folder that cannot be made, whoever tries.
    try? FileManager.default.removeItem(atPath: ledger.path + "/audit")
    try Data().write(to: URL(filePath: ledger.path + "/audit"))
    try ledger.run("transcript", conversation)
    let answer = try ledger.run("export", "--to", "jsonl", exits: 74)
    #expect(answer.standardOutput.isEmpty)
    #expect(answer.standardError.contains("nothing is shown"))
    try ledger.run("read-audit", "on")
    for call in [
      ["transcript", conversation], ["why", conversation], ["follow", "--limit", "0"],
    ] {
      #expect(try ledger.run(call, exits: 74).standardOutput.isEmpty)
    }
    #expect(try reads(ledger).count == 0)
    try FileManager.default.removeItem(atPath: ledger.path + "/audit")
    try ledger.run("transcript", conversation)
    #expect(try reads(ledger).count == 1)
  }

  @Test
  func `does not wait for a writer, who takes the notes in later`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    try ledger.run("read-audit", "on")
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 4))
    let orders = witness.beginRound(new: 4_000)
    let writer = try Writer(ledger, orders)
    writer.waitForOutput(bytes: 2_000)
    for name in ["eve", "bob"] { try ledger.run("transcript", conversation, "--as", name) }
    let beside = try reads(ledger)
    #expect(writer.tool.isRunning)
    #expect(beside.waiting == 2)
    #expect(beside.count == 0)
    writer.kill()
    witness.hear(try writer.report(), orders)
    try ledger.run("init")
    let list = try reads(ledger)
    #expect(list.reads.map(\.reader) == ["bob", "eve"])
    #expect(list.waiting == 0)
    #expect(try ledger.read(Shape.Verdict.self, "replay").same)
    try ledger.run("verify")
  }

  @Test
  func `comes back with a backup`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    try ledger.run("read-audit", "on")
    try ledger.run("transcript", conversation, "--as", "eve")
    try ledger.backUp()
    let restored = try ledger.restored()
    #expect(try reads(restored).reads.map(\.reader) == ["eve"])
    try restored.run("transcript", conversation, "--as", "bob")
    #expect(try reads(restored).reads.map(\.reader) == ["bob", "eve"])
  }
}
