import Foundation
import Testing

/// The master key from elsewhere, and another one in its place.
@Suite
struct `The master key` {
  private let ledger: LedgerFolder
  private let digits = String(repeating: "5a", count: 32)
  private let others = String(repeating: "c3", count: 32)

  init() throws { ledger = try LedgerFolder() }

  private func with(_ variables: [String: String]) {
    ledger.adapt = { call in
      var call = call
      call.environment.merge(variables) { $1 }
      return call
    }
  }

  private var masterKeyFile: String { ledger.path + "/keys/master.key" }

  /// A ledger with one conversation, and its words.
  private func fill() throws -> String {
    try ledger.run("import", "--from", "jsonl", lines())
    return try words()
  }

  private func lines() throws -> String {
    try ledger.file(
      "lines.jsonl",
      lines: [.started("1", with: "Flights"), .message("1", "To Lyon, please")],
    )
  }

  private func words() throws -> String {
    String(decoding: try ledger.run("export", "--to", "jsonl").standardOutput, as: UTF8.self)
  }

  @Test(arguments: [
    "HANDOVER_MASTER_KEY", "HANDOVER_MASTER_KEY_FILE", "HANDOVER_MASTER_KEY_COMMAND",
  ])
  func `comes from where the environment says, and lies nowhere in the ledger`(
    _ variable: String
  ) throws {
    let file = try ledger.file("elsewhere.key", Data(digits.utf8))
    let values = [
      "HANDOVER_MASTER_KEY": digits, "HANDOVER_MASTER_KEY_FILE": file,
      "HANDOVER_MASTER_KEY_COMMAND": "printf '%s\\n' \(digits)",
    ]
    with([variable: values[variable] ?? ""])
    #expect(try fill().contains("To Lyon, please"))
    #expect(!FileManager.default.fileExists(atPath: masterKeyFile))
    for path in try FileManager.default.subpathsOfDirectory(atPath: ledger.path) {
      let content = FileManager.default.contents(atPath: ledger.path + "/" + path) ?? Data()
      #expect(content.range(of: Data(digits.utf8)) == nil, "\(path)")
      #expect(content.range(of: Data(repeating: 0x5A, count: 32)) == nil, "\(path)")
    }
    // Without it, and with another one, nothing is read, and the sentence says why.
    with([:])
    #expect(
      try ledger.run("export", "--to", "jsonl", exits: 66).standardError.contains("master key")
    )
    with(["HANDOVER_MASTER_KEY": others])
    let answer = try ledger.run("bots", exits: 66)
    #expect(answer.standardError.contains("does not open this ledger's keys"))
  }

  @Test
  func `is named once, has 64 digits, and comes from a command that succeeds`() throws {
    _ = try fill()
    with(["HANDOVER_MASTER_KEY": digits, "HANDOVER_MASTER_KEY_FILE": "x"])
    let two = try ledger.run("bots", exits: 65)
    #expect(two.standardError.contains("HANDOVER_MASTER_KEY and HANDOVER_MASTER_KEY_FILE"))
    with(["HANDOVER_MASTER_KEY": "5a"])
    #expect(try ledger.run("bots", exits: 66).standardError.contains("64 hexadecimal digits"))
    with(["HANDOVER_MASTER_KEY_COMMAND": "echo \(digits); exit 3"])
    #expect(try ledger.run("bots", exits: 66).standardError.contains("ended with 3"))
    with(["HANDOVER_MASTER_KEY_FILE": ledger.path + "/missing"])
    #expect(try ledger.run("bots", exits: 66).standardError.contains("/missing"))
    // An error never says what the key is.
    with(["HANDOVER_MASTER_KEY": others + "5a"])
    #expect(try !ledger.run("bots", exits: 66).standardError.contains(others))
  }

  @Test
  func `is changed, and every word stays readable and every proof valid`() throws {
    let words = try fill()
    let before = try String(contentsOfFile: masterKeyFile, encoding: .utf8)
    let status = try ledger.run("keys", "status").standardOutput
    try ledger.run("keys", "rotate")
    #expect(try String(contentsOfFile: masterKeyFile, encoding: .utf8) != before)
    #expect(try ledger.run("keys", "status").standardOutput != status)
    #expect(try self.words() == words)
    #expect(try ledger.run("verify").exit == .code(0))
    try ledger.run("import", "--from", "jsonl", lines())
    #expect(try self.words() == words)
    // The old one opens nothing any more.
    try before.write(toFile: masterKeyFile, atomically: true, encoding: .utf8)
    try ledger.run("bots", exits: 66)
  }

  @Test
  func `is changed for one from elsewhere, and back`() throws {
    let words = try fill()
    with(["HANDOVER_MASTER_KEY_NEW": others])
    try ledger.run("keys", "rotate")
    with(["HANDOVER_MASTER_KEY": others])
    #expect(try self.words() == words)
    // A key that is given as digits has no place where another could be put.
    let answer = try ledger.run("keys", "rotate", exits: 65)
    #expect(answer.standardError.contains("HANDOVER_MASTER_KEY_NEW"))
    let file = ledger.folder.appending(path: "next.key").path
    with(["HANDOVER_MASTER_KEY": others, "HANDOVER_MASTER_KEY_NEW_FILE": file])
    try ledger.run("keys", "rotate")
    with(["HANDOVER_MASTER_KEY_FILE": file])
    #expect(try self.words() == words)
  }

  @Test
  func `is in its place after a death in the middle of a change`() throws {
    let words = try fill()
    let before = try String(contentsOfFile: masterKeyFile, encoding: .utf8)
    try ledger.run("keys", "rotate")
    // Given that the data keys were wrapped, and the new master key not yet put in its place.
    try FileManager.default.moveItem(atPath: masterKeyFile, toPath: masterKeyFile + ".next")
    try before.write(toFile: masterKeyFile, atomically: true, encoding: .utf8)
    // Then a reader reads, and a writer finishes.
    #expect(try self.words() == words)
    try ledger.run("import", "--from", "jsonl", lines())
    #expect(!FileManager.default.fileExists(atPath: masterKeyFile + ".next"))
    #expect(try self.words() == words)
    // Given that only the new master key was written.
    try others.write(toFile: masterKeyFile + ".next", atomically: true, encoding: .utf8)
    #expect(try self.words() == words)
    try ledger.run("import", "--from", "jsonl", lines())
    #expect(!FileManager.default.fileExists(atPath: masterKeyFile + ".next"))
  }

  @Test
  func `does not bring back what was erased`() throws {
    _ = try fill()
    let row = try #require(
      words().split(separator: "\n").first { $0.contains("\"conversationStarted\"") }
    )
    let conversation = try #require(
      try JSONDecoder().decode(Line.self, from: Data(row.utf8)).conversation
    )
    try ledger.run("erase", "--conversation", conversation, "--ground", "ticket 81")
    try ledger.run("keys", "rotate")
    #expect(try !words().contains("Lyon"))
    #expect(try ledger.run("keys", "status").lines.contains { $0.hasSuffix("1 destroyed") })
    #expect(try ledger.run("verify").exit == .code(0))
  }
}
