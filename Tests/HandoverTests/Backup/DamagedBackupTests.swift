import Foundation
import Testing

@Suite
struct `A damaged backup` {
  private func backedUp() throws -> LedgerFolder {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    try ledger.backUp()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "Hello")
    try ledger.backUp()
    return ledger
  }

  /// The files of a backup, of each kind.
  @Test
  func `names the file in which a bit was flipped`() throws {
    let ledger = try backedUp()
    let files = try ledger.backupFiles()
    #expect(files.count { $0.hasSuffix(".records") } == 2)
    #expect(files.count { $0.hasPrefix("manifests/") } == 2)
    #expect(files.count { $0.hasPrefix("keys/") } >= 4)
    var chance = Chance(Effort.seed, 21)
    for name in files {
      let file = URL(filePath: ledger.backup + "/" + name)
      let whole = try Data(contentsOf: file)
      for _ in 0..<Effort.rounds(0.25, least: 3) {
        var bytes = whole
        let place = Int.random(in: bytes.indices, using: &chance)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
        try bytes.write(to: file)
        try expectNamed(ledger, name, "bit at \(place)")
      }
      try whole.write(to: file)
    }
    #expect(try check(ledger, exits: 0).whole)
  }

  @Test
  func `names a file that is missing, empty, cut off, or too long`() throws {
    let ledger = try backedUp()
    for name in try ledger.backupFiles() where !name.hasPrefix("manifests/") {
      let file = URL(filePath: ledger.backup + "/" + name)
      let whole = try Data(contentsOf: file)
      try FileManager.default.removeItem(at: file)
      try expectNamed(ledger, name, "missing")
      for content in [Data(), whole.dropLast(), whole + [0], whole + whole] {
        try content.write(to: file)
        try expectNamed(ledger, name, "\(content.count) bytes")
      }
      try whole.write(to: file)
    }
    #expect(try check(ledger, exits: 0).whole)
  }

  @Test
  func `is not restored, not even in part`() throws {
    let ledger = try backedUp()
    let segment = try #require(ledger.backupFiles().last { $0.hasSuffix(".records") })
    let file = URL(filePath: ledger.backup + "/" + segment)
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: file)
    let target = try LedgerFolder()
    for call in [["restore", ledger.backup], ["restore", ledger.backup, "--to", "1"]] {
      let answer = try target.run(call, exits: 74)
      #expect(answer.standardError.contains(segment))
      #expect(!FileManager.default.fileExists(atPath: target.path))
    }
    let answer = try ledger.run("backup", ledger.backup, exits: 74)
    #expect(answer.standardError.contains(segment))
  }

  @Test
  func `is mended by the manifest before, when the newest one is gone`() throws {
    let ledger = try backedUp()
    let newest = try #require(ledger.backupFiles().last { $0.hasPrefix("manifests/") })
    try FileManager.default.removeItem(atPath: ledger.backup + "/" + newest)
    let status = try ledger.status()
    #expect(try ledger.backUp().position == status.position)
    #expect(try ledger.restored().status() == status)
  }

  private func check(_ ledger: LedgerFolder, exits code: Int32) throws -> Shape.BackupCheck {
    try ledger.read(
      Shape.BackupCheck.self,
      "backup",
      ledger.backup,
      "--check",
      exits: code,
    )
  }

  /// Expects that the check says no and names the file, or, of the newest manifest, that there is
  /// nothing to check.
  private func expectNamed(_ ledger: LedgerFolder, _ name: String, _ what: String) throws {
    let answer = try ledger.answer(to: ["backup", ledger.backup, "--check"])
    #expect([.code(1), .code(74)].contains(answer.exit), "\(name): \(what)")
    #expect(answer.standardError.contains(name), "\(what): \(answer.standardError)")
  }
}
