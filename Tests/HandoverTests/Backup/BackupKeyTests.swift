import Foundation
import Testing

/// The keys of a backup have a place and a retention of their own.
@Suite
struct `The keys of a backup` {
  private func ledgerWithWords() throws -> (ledger: LedgerFolder, conversation: String) {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "Hello")
    return (ledger, conversation)
  }

  @Test
  func `never hold the master key`() throws {
    let (ledger, _) = try ledgerWithWords()
    try ledger.backUp()
    let key = try Data(contentsOf: URL(filePath: ledger.path + "/keys/master.key")).prefix(64)
    let digits = String(decoding: key, as: UTF8.self)
    let bytes = Data(
      stride(from: 0, to: 64, by: 2).compactMap { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return UInt8(digits[start...].prefix(2), radix: 16)
      }
    )
    #expect(bytes.count == 32)
    for name in try ledger.backupFiles() {
      let content = try Data(contentsOf: URL(filePath: ledger.backup + "/" + name))
      #expect(content.range(of: key) == nil, "\(name)")
      #expect(content.range(of: bytes) == nil, "\(name)")
    }
  }

  @Test
  func `lie apart if that is wanted, and the older ones go`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    let keys = ledger.folder.appending(path: "keys").path
    var copies: [String] = []
    for _ in 0..<4 {
      let backup = try ledger.backUp("--keys", keys, "--keep-keys", "2")
      copies.append(try #require(backup.keys))
      #expect(backup.keysRemoved.count == (copies.count > 2 ? 1 : 0))
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: keys).sorted()
    #expect(left.map { keys + "/" + $0 } == copies.suffix(2))
    #expect(!FileManager.default.fileExists(atPath: ledger.backup + "/keys"))
    let restored = try ledger.restored("--keys", keys)
    #expect(try restored.entries(of: conversation).map(\.text) == ["Hello"])
    let other = try LedgerFolder()
    let answer = try other.run("restore", ledger.backup, exits: 66)
    #expect(answer.standardError.contains("no copy of the keys"))
  }

  @Test
  func `can be left out: the words then show as erased until they are put back`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    let copy = try #require(try ledger.backUp().keys)
    let restored = try ledger.restored("--without-keys")
    #expect(try restored.entries(of: conversation).allSatisfy { $0.text != "Hello" })
    #expect(try restored.status().root == ledger.status().root)
    try restored.run("verify")
    // A visitor who comes now gets a key that is none of the old ones.
    let data = restored.path + "/keys/data.mdb"
    try FileManager.default.removeItem(atPath: data)
    try FileManager.default.copyItem(atPath: copy + "/data.mdb", toPath: data)
    #expect(try restored.entries(of: conversation).map(\.text) == ["Hello"])
  }

  @Test
  func `that are missing are not made anew in their slots`() throws {
    let (ledger, conversation) = try ledgerWithWords()
    try ledger.backUp("--without-keys")
    let restored = try ledger.restored("--without-keys")
    let answer = try restored.answer(to: ["post", conversation, "more"])
    #expect(answer.exit == .code(77), "\(answer.standardError)")
    #expect(answer.standardError.contains("visitor_erased"))
    try restored.run("verify")
    #expect(try restored.read(Shape.Verdict.self, "replay").same)
  }

  @Test
  func `say what is still needed`() throws {
    let (ledger, _) = try ledgerWithWords()
    try ledger.backUp()
    let other = try LedgerFolder()
    let restored = try other.run("restore", ledger.backup, "--json").json(Shape.Restored.self)
    #expect(restored.needed.contains { $0.contains("master.key") })
    let answer = try other.run("status", exits: 66)
    #expect(answer.standardError.contains("master key"))
  }

  @Test
  func `of another ledger are refused`() throws {
    let (ledger, _) = try ledgerWithWords()
    let (other, _) = try ledgerWithWords()
    try ledger.backUp()
    try other.backUp()
    let target = try LedgerFolder()
    let answer = try target.run(
      "restore",
      ledger.backup,
      "--keys",
      other.backup + "/keys",
      exits: 74,
    )
    #expect(answer.standardError.contains("another ledger"))
    #expect(!FileManager.default.fileExists(atPath: target.path))
  }
}
