import Foundation
import LMDB
import Testing

@testable import EventStore

@Suite(.inTemporaryFolder)
struct `A master key` {
  let path = TemporaryFolder.path + "/master.key"

  @Test
  func `is made once, as a line of 64 digits that only its owner can read`() throws {
    _ = try MasterKey(atPath: path, creating: true)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.wholeMatch(of: /[0-9a-f]{64}\n/) != nil)
    #expect(try permissions() == 0o600)
    _ = try MasterKey(atPath: path, creating: true)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    let names = try FileManager.default.contentsOfDirectory(atPath: TemporaryFolder.path)
    #expect(names == ["master.key"])
  }

  @Test
  func `differs from the next one`() throws {
    let other = TemporaryFolder.path + "/other.key"
    for path in [path, other] { _ = try MasterKey(atPath: path, creating: true) }
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        != String(contentsOfFile: other, encoding: .utf8)
    )
  }

  @Test
  func `is the same when it is read again`() throws {
    let keys = TemporaryFolder.path + "/keys"
    do {
      let master = try MasterKey(atPath: path, creating: true)
      try KeyRing(at: keys, for: .writing, masterKey: master).provision(upTo: 1)
    }
    let master = try MasterKey(atPath: path, creating: false)
    let ring = try KeyRing(at: keys, for: .reading, masterKey: master)
    #expect(try ring.key(inSlot: 1) != nil)
  }

  @Test
  func `is not made where it should be there already`() {
    #expect(throws: KeyError.noMasterKey(path: path)) {
      try MasterKey(atPath: path, creating: false)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  /// What is wrong with a file of the key.
  static let damages: [[UInt8]] = [
    [],
    Array("\n".utf8),
    Array(String(repeating: "a", count: 63).utf8),
    Array(String(repeating: "a", count: 65).utf8),
    Array(String(repeating: "a", count: 66).utf8),
    Array((String(repeating: "a", count: 63) + "g").utf8),
    Array(("0x" + String(repeating: "a", count: 62)).utf8),
    // One bit of one digit has turned over: the file is no longer UTF-8.
    Array(String(repeating: "a", count: 63).utf8) + [0xE1, 0x0A],
  ]

  /// The file may still be mended by hand; every visitor's key is lost with it.
  @Test(arguments: damages, [true, false])
  func `that is damaged is refused and left as it is`(damage: [UInt8], creating: Bool) throws {
    let file = URL(filePath: path)
    try Data(damage).write(to: file)
    #expect(throws: KeyError.malformedMasterKey(source: path)) {
      try MasterKey(atPath: path, creating: creating)
    }
    #expect(try Array(Data(contentsOf: file)) == damage)
  }

  @Test
  func `may have white space around it and capital digits`() throws {
    let digits = String(repeating: "0123456789ABCDEF", count: 4)
    try Data("  \(digits)\r\n".utf8).write(to: URL(filePath: path))
    #expect(throws: Never.self) { try MasterKey(atPath: path, creating: false) }
  }

  @Test
  func `is written for its owner alone though a file of that name was left open to all`() throws {
    let left = path + ".tmp"
    try #require(
      FileManager.default.createFile(
        atPath: left,
        contents: Data("left by a crash".utf8),
        attributes: [.posixPermissions: 0o644],
      )
    )
    _ = try MasterKey(atPath: path, creating: true)
    #expect(try permissions() == 0o600)
    #expect(!FileManager.default.fileExists(atPath: left))
  }

  @Test(arguments: [
    (KeyError.noMasterKey(path: "a/b"), "no master key at a/b"),
    (.malformedMasterKey(source: "a/b"), "from a/b is no key; expected 64 hexadecimal digits"),
    (.wrongMasterKey, "does not open this ledger's keys"),
  ])
  func `says what is wrong with it and what to do`(error: KeyError, words: String) {
    #expect(error.description.contains(words))
  }

  private func permissions() throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
