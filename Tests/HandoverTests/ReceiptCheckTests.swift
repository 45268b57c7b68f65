import Foundation
import Testing

/// The receipt of an erasure, in the hands of somebody without the ledger.
@Suite
struct `A receipt of an erasure` {
  let ledger: LedgerFolder
  let vkey: String
  /// The receipt, outside of the ledger.
  let receipt: URL

  private struct Check: Decodable {
    var holds: Bool
    var origin: String
    var reason: String?
    var receipt: Shape.Erasure?
  }

  private struct Keys: Decodable {
    var vkey: String
  }

  init() throws {
    ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "My card is 4111 1111")
    vkey = try ledger.read(Keys.self, "checkpoint").vkey
    let made = try ledger.read(
      Shape.Erasure.self,
      "erase",
      "--conversation",
      conversation,
      "--ground",
      "ticket 7",
    )
    let name = "erasure-\(made.orderPosition)"
    receipt = ledger.folder.appending(path: name + ".json")
    for ending in [".json", ".note"] {
      try FileManager.default.copyItem(
        atPath: ledger.path + "/receipts/" + name + ending,
        toPath: ledger.folder.appending(path: name + ending).path,
      )
    }
    // Nothing of the ledger is needed from here on.
    try FileManager.default.removeItem(atPath: ledger.path)
  }

  private func check(_ file: URL, key: String? = nil, exits code: Int32) throws -> Check {
    let arguments = ["check-receipt", file.path, "--vkey", key ?? vkey, "--json"]
    return try ledger.run(arguments, exits: code).json(Check.self)
  }

  @Test
  func `holds under the log's key, and says what was erased`() throws {
    let check = try check(receipt, exits: 0)
    #expect(check.holds)
    #expect(check.reason == nil)
    #expect(vkey.hasPrefix(check.origin + "+"))
    #expect(check.receipt?.ground == "ticket 7")
    #expect(check.receipt?.conversations == 1)
    let text = try ledger.run("check-receipt", receipt.path, "--vkey", vkey).text
    #expect(text.contains("ground     ticket 7\n"))
    #expect(text.contains("leftovers  0 found\n"))
  }

  @Test
  func `does not hold when a byte of it was changed`() throws {
    let content = try String(contentsOf: receipt, encoding: .utf8)
    try content.replacing("ticket 7", with: "ticket 8")
      .write(to: receipt, atomically: true, encoding: .utf8)
    let check = try check(receipt, exits: 1)
    #expect(!check.holds)
    #expect(check.reason?.contains("another content or name") == true)
    #expect(check.receipt == nil)
  }

  @Test
  func `does not hold under another name or another ledger's key`() throws {
    let renamed = ledger.folder.appending(path: "erasure-999.json")
    try FileManager.default.copyItem(at: receipt, to: renamed)
    let note = receipt.deletingPathExtension().appendingPathExtension("note")
    try FileManager.default.copyItem(
      at: note,
      to: ledger.folder.appending(path: "erasure-999.note"),
    )
    #expect(try !check(renamed, exits: 1).holds)
    let other = try LedgerFolder()
    try other.run("init")
    let key = try other.read(Keys.self, "checkpoint").vkey
    let foreign = try check(receipt, key: key, exits: 1)
    #expect(foreign.reason?.contains("not signed by this key") == true)
  }

  @Test
  func `without a note, a key or sense is refused with what to do`() throws {
    let noKey = try ledger.run("check-receipt", receipt.path, exits: 64)
    #expect(noKey.standardError.contains("--vkey"))
    let badKey = try ledger.run("check-receipt", receipt.path, "--vkey", "x", exits: 65)
    #expect(badKey.standardError.contains("cannot be checked"))
    let note = receipt.deletingPathExtension().appendingPathExtension("note")
    try Data("not a note".utf8).write(to: note)
    try ledger.run("check-receipt", receipt.path, "--vkey", vkey, exits: 65)
    try FileManager.default.removeItem(at: note)
    let missing = try ledger.run("check-receipt", receipt.path, "--vkey", vkey, exits: 66)
    #expect(missing.standardError.contains(".note"))
  }
}
