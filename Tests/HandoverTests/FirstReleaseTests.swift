import Foundation
import Testing

/// What the first release wrote, read by this one (Tests/Samples/releases/1).
@Suite
struct `A ledger of the first release` {
  private static let golden = Clone.samples.appending(path: "releases/1")

  /// What the first release printed of its ledger.
  private struct Then: Decodable {
    var position: UInt64
    var root: String
  }

  @Test
  func `has the same root, and holds every check`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let then = try Self.value(Then.self, "status.json")
    let status = try ledger.status()
    #expect(status.position == then.position)
    #expect(status.root == then.root)
    try ledger.run("verify")
  }

  @Test
  func `says in each of its records what it said`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let events = try ledger.run("export", "--to", "cloudevents").lines
    let then = try Self.lines("export.cloudevents")
    #expect(Array(events.prefix(then.count)) == then)
  }

  @Test
  func `shows the same transcripts and inboxes`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    for line in try Self.lines("transcripts.ndjson") {
      let then = try Self.json(line)
      let now = try ledger.run("transcript", try #require(then["conversationId"]), "--json")
      #expect(try Self.json(now.text)["entries"] == then["entries"])
    }
    for line in try Self.lines("inboxes.ndjson") {
      let then = try Self.json(line)
      let now = try ledger.run("inbox", try #require(then["botId"]), "--json")
      // Since then sessions have expired, and a message says where it comes from.
      let rows = try Self.json(now.text)["rows"]?
        .replacing("expired", with: "active").replacing(/(:"[^"]*"),"source":"[a-z]+"}/) { match in
          "\(match.1)}"
        }
      #expect(rows == then["rows"]?.replacing("expired", with: "active"))
    }
  }

  @Test
  func `keeps its proof, its checkpoint and the receipt of its erasure`() throws {
    let ledger = try LedgerFolder(holding: Self.golden.appending(path: "ledger"))
    let checkpoint = try Self.json(Self.text("checkpoint.json"))
    let (vkey, note) = (try #require(checkpoint["vkey"]), try #require(checkpoint["note"]))
    let proof = Self.golden.appending(path: "conversation.proof").path
    try ledger.run("check-proof", proof, "--vkey", vkey)
    let file = try ledger.file("then.checkpoint", Data(note.utf8))
    try ledger.run("verify", "--checkpoint", file, "--vkey", vkey)
    let receipt = Self.golden.appending(path: "ledger/receipts/erasure-130.json").path
    try ledger.run("check-receipt", receipt, "--vkey", vkey)
  }

  @Test
  func `is restored from its backup`() throws {
    let ledger = try LedgerFolder()
    let backup = Self.golden.appending(path: "backup")
    let copy = ledger.folder.appending(path: "backup")
    try FileManager.default.copyItem(at: backup, to: copy)
    try ledger.run("restore", copy.path)
    try FileManager.default.copyItem(
      at: Self.golden.appending(path: "ledger/keys/master.key"),
      to: URL(filePath: ledger.path).appending(path: "keys/master.key"),
    )
    #expect(try ledger.status().position == 133)
  }

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: golden.appending(path: name), encoding: .utf8)
  }

  private static func lines(_ name: String) throws -> [String] {
    try text(name).split(separator: "\n").map(String.init)
  }

  private static func value<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text(name).utf8))
  }

  /// The members of an object, each as text: strings as they are, others as sorted JSON.
  private static func json(_ text: String) throws -> [String: String] {
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    return try object.mapValues { value in
      if let text = value as? String { return text }
      let bytes = try JSONSerialization.data(
        withJSONObject: value,
        options: [.fragmentsAllowed, .sortedKeys],
      )
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
