import Foundation
import Testing

/// Who can read what a ledger writes, and where it writes.
@Suite
struct `The files of a ledger` {
  private let ledger: LedgerFolder
  private let conversation: String

  init() throws {
    ledger = try LedgerFolder()
    try ledger.enterNetwork()
    conversation = try ledger.startConversation(with: "Flights", "--visitor", "anna")
    try ledger.run("post", conversation, "My number is 555 0199 22")
  }

  private func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
  }

  private func set(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  private func expectPrivate(_ folder: String) throws {
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) + [""] {
      let path = folder + (name.isEmpty ? "" : "/" + name)
      #expect(try mode(path) & 0o077 == 0, "\(path)")
    }
  }

  @Test
  func `are its owner's alone, also after an erasure, a rotation and in a backup`() throws {
    try expectPrivate(ledger.path)
    try ledger.run("checkpoint")
    try ledger.run("erase", "--visitor", "anna", "--ground", "ticket 81")
    try expectPrivate(ledger.path)
    try ledger.run("keys", "rotate")
    try expectPrivate(ledger.path)
    try ledger.backUp()
    try expectPrivate(ledger.backup)
    let restored = try ledger.restored()
    try expectPrivate(restored.path)
  }

  @Test
  func `that give words away are its owner's alone`() throws {
    let out = ledger.folder.appending(path: "anna.proof").path
    try Data("old".utf8).write(to: URL(filePath: out))
    try set(0o644, out)
    try ledger.run("prove", "--conversation", conversation, "--words", "--out", out)
    #expect(try mode(out) == 0o600)
    try ledger.run("check-proof", out)
  }

  @Test
  func `are not written through a link`() throws {
    let (out, other) = (ledger.path + ".proof", ledger.path + ".other")
    try Data("kept".utf8).write(to: URL(filePath: other))
    try FileManager.default.createSymbolicLink(atPath: out, withDestinationPath: other)
    let answer = try ledger.run("prove", "1", "--out", out, exits: 73)
    #expect(answer.standardError.contains("there is a link"))
    for name in ["receipts", "keys/checkpoint.latest", "writer.lock", "views", "log/data.mdb"] {
      let path = ledger.path + "/" + name
      let isThere = FileManager.default.fileExists(atPath: path)
      if isThere { try FileManager.default.moveItem(atPath: path, toPath: path + ".aside") }
      try FileManager.default.createSymbolicLink(
        atPath: path,
        withDestinationPath: isThere ? path + ".aside" : other,
      )
      let answer = try ledger.run("post", conversation, "Hello", exits: 77)
      #expect(answer.standardError.contains("\(path) is a link"))
      try FileManager.default.removeItem(atPath: path)
      if isThere { try FileManager.default.moveItem(atPath: path + ".aside", toPath: path) }
    }
    #expect(FileManager.default.contents(atPath: other) == Data("kept".utf8))
    // The ledger's folder itself may be a link.
    let place = ledger.path + ".place"
    try FileManager.default.moveItem(atPath: ledger.path, toPath: place)
    try FileManager.default.createSymbolicLink(atPath: ledger.path, withDestinationPath: place)
    try ledger.run("post", conversation, "Hello")
  }

  @Test
  func `that others can get at are named when it is opened for writing`() throws {
    #expect(try ledger.run("post", conversation, "Hello").standardError == "")
    for name in ["", "/keys", "/keys/master.key", "/keys/checkpoint.key", "/keys/data.mdb"] {
      let path = ledger.path + name
      let before = try mode(path)
      try set(before | 0o050, path)
      let read = try ledger.run("post", conversation, "Hello").standardError
      #expect(read.contains("handover: warning: \(path) can be read and entered by others"))
      try set(before | 0o002, path)
      let written = try ledger.run("post", conversation, "Hello").standardError
      #expect(written.contains("\(path) can be written by others"))
      try set(before, path)
    }
    #expect(try ledger.run("post", conversation, "Hello").standardError == "")
  }
}

/// What a command says of a ledger that it cannot use as it is.
@Suite
struct `A ledger that is not as it should be` {
  private let ledger: LedgerFolder
  private let conversation: String

  init() throws {
    ledger = try LedgerFolder()
    try ledger.enterNetwork()
    conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "Hello")
  }

  @Test
  func `because its keys are gone is named so, and can be gone on with`() throws {
    try FileManager.default.removeItem(atPath: ledger.path + "/keys/data.mdb")
    for call in [["post", conversation, "More"], ["status"], ["verify"]] {
      let answer = try ledger.run(call, exits: 66)
      #expect(answer.standardError.contains("there is no \(ledger.path)/keys/data.mdb"))
      #expect(answer.standardError.contains("handover keys accept-older"))
    }
    let answer = try ledger.run("keys", "accept-older", "--as", "dba")
    #expect(answer.standardError.contains("the ledger's own key is among them"))
    #expect(try ledger.run("verify").text.contains("as the log says"))
    #expect(try ledger.run("keys", "status").text.contains(" missing"))
    try ledger.run("post", conversation, "More", exits: 77)
    try ledger.run("keys", "accept-older", exits: 66)
  }

  @Test
  func `because its lock cannot be taken is not one that somebody else writes`() throws {
    let lock = ledger.path + "/writer.lock"
    try FileManager.default.removeItem(atPath: lock)
    try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
    let answer = try ledger.run("post", conversation, "More", exits: 74)
    #expect(answer.standardError.contains("the lock \(lock) cannot be taken"))
  }

  @Test
  func `because its master key cannot be read is not one without`() throws {
    let key = ledger.path + "/keys/master.key"
    try FileManager.default.removeItem(atPath: key)
    try FileManager.default.createDirectory(atPath: key, withIntermediateDirectories: false)
    for call in [["post", conversation, "More"], ["status"]] {
      let answer = try ledger.run(call, exits: 74)
      #expect(answer.standardError.contains("the master key at \(key) cannot be read"))
    }
  }

  @Test
  func `because a rotation failed has the old key and no file more`() throws {
    let keys = ledger.path + "/keys"
    let before = try FileManager.default.contentsOfDirectory(atPath: keys).sorted()
    // Where the new key would be written there is a folder.
    let inTheWay = keys + "/master.key.next.tmp"
    try FileManager.default.createDirectory(
      atPath: inTheWay + "/inside",
      withIntermediateDirectories: true,
    )
    try ledger.run("keys", "rotate", exits: 74)
    try FileManager.default.removeItem(atPath: inTheWay)
    #expect(try FileManager.default.contentsOfDirectory(atPath: keys).sorted() == before)
    #expect(try ledger.entries(of: conversation).map(\.text) == ["Hello"])
    try ledger.run("keys", "rotate")
    #expect(try ledger.entries(of: conversation).map(\.text) == ["Hello"])
  }

  @Test
  func `because a follower knows a longer one is named so`() throws {
    let head = try ledger.status().position
    let answer = try ledger.run("follow", "--after", "\(head + 1)", "--limit", "1", exits: 66)
    #expect(answer.standardError.contains("the log ends at position \(head), before \(head + 1)"))
    let row = try ledger.run("follow", "--after", "\(head - 1)", "--limit", "1", "--json")
    #expect(row.text.contains("\"position\":\(head)"))
  }

  @Test
  func `because it was restored to before a checkpoint says what it needs to be written`() throws {
    let head = try ledger.status().position
    try ledger.run("checkpoint")
    try ledger.backUp()
    let other = try LedgerFolder()
    let call = ["restore", ledger.backup, "--to", "\(head - 1)", "--json"]
    let restored = try other.run(call).json(Shape.Restored.self)
    let needed = try #require(restored.needed.first { $0.contains("accept-older") })
    #expect(needed.contains("handover checkpoint --accept-older --ledger \(other.path)"))
    try FileManager.default.copyItem(
      atPath: ledger.path + "/keys/master.key",
      toPath: other.path + "/keys/master.key",
    )
    try other.run("post", conversation, "More", exits: 74)
    try other.run("checkpoint", "--accept-older")
    try other.run("post", conversation, "More")
    #expect(try other.entries(of: conversation).map(\.text) == ["More"])
    // At its end nothing more is needed than the master key.
    let whole = try LedgerFolder()
    let report = try whole.run("restore", ledger.backup, "--json").json(Shape.Restored.self)
    #expect(report.needed.count == 1)
  }

  @Test
  func `because a repeated erasure has no name any more gives the receipt`() throws {
    let talk = try ledger.startConversation(with: "Flights", "--visitor", "anna")
    try ledger.run("post", talk, "My number is 555 0199 22")
    let call = ["erase", "--visitor", "anna", "--ground", "ticket 81", "--json"]
    let receipt = try ledger.run(call)
    let again = try ledger.run(call)
    #expect(again.standardOutput == receipt.standardOutput)
    try ledger.run("erase", "--visitor", "annika", "--ground", "ticket 81", exits: 66)
  }
}
