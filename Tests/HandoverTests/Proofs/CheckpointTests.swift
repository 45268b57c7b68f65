import Foundation
import Testing

/// The signed checkpoint of a ledger, as the tool shows it.
struct CheckpointShape: Decodable, Equatable {
  var origin: String
  var size: UInt64
  var root: String
  var note: String
  var vkey: String
}

@Suite
struct `A signed checkpoint` {
  /// The example key of golang.org/x/mod/sumdb/note, which is no secret.
  private static let key =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"

  /// Computed with another program: Python's `cryptography`.
  private static let golden = """
    PeterNeumann
    0
    47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=

    — PeterNeumann x08goyw1WL6iZD4GagectIEwy1dBJcu1w1xKzfGPJaPzS+8xGDsAojSszwytUnvM\
    DG2Qs6yQC6sGr2c9X4K9VN/2Mwk=

    """

  @Test
  func `has the text that the published format gives it`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init")
    try Data(Self.key.utf8).write(to: URL(filePath: ledger.path + "/keys/checkpoint.key"))
    let answer = try ledger.run("checkpoint")
    #expect(answer.text == Self.golden)
    let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    #expect(answer.standardError == "key \(vkey)\n")
    let shape = try ledger.read(CheckpointShape.self, "checkpoint")
    #expect(shape.note == Self.golden)
    #expect(shape.vkey == vkey)
    #expect(shape.size == 0)
    #expect(shape.root == (try ledger.status().root))
    let latest = try Data(contentsOf: URL(filePath: ledger.path + "/keys/checkpoint.latest"))
    #expect(String(decoding: latest, as: UTF8.self) == Self.golden)
  }

  @Test
  func `is verified by the key that init prints`() throws {
    let ledger = try LedgerFolder()
    let made = try ledger.read(Made.self, "init")
    #expect(made.position == 0)
    #expect(made.vkey.hasPrefix("conversation-ledger/"))
    #expect(try ledger.run("init").lines.last == "key \(made.vkey)")
    try ledger.enterNetwork()
    let checkpoint = try ledger.read(CheckpointShape.self, "checkpoint")
    #expect(checkpoint.vkey == made.vkey)
    #expect(made.vkey.hasPrefix(checkpoint.origin + "+"))
    let status = try ledger.status()
    #expect(checkpoint.size == status.position)
    #expect(checkpoint.root == status.root)
    #expect(try ledger.read(CheckpointShape.self, "checkpoint") == checkpoint)
    let mode = try FileManager.default.attributesOfItem(
      atPath: ledger.path + "/keys/checkpoint.key"
    )[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test
  func `bears the name that init was given, which stays`() throws {
    let ledger = try LedgerFolder()
    for name in ["two words", "a+b", ""] {
      let other = try LedgerFolder()
      #expect(
        try other.run("init", "--origin", name, exits: 65).standardError.contains("\"\(name)\"")
      )
    }
    try ledger.run("init", "--origin", "example.com/ledger")
    #expect(try ledger.read(CheckpointShape.self, "checkpoint").origin == "example.com/ledger")
    try ledger.run("init", "--origin", "example.com/ledger")
    let answer = try ledger.run("init", "--origin", "example.com/other", exits: 65)
    #expect(answer.standardError.contains("example.com/ledger"))
    try ledger.run("checkpoint", "--origin", "example.com/other", exits: 64)
  }

  @Test
  func `is signed while another process writes`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let before = try ledger.status().position
    let writer = try ledger.start("import", "--from", "jsonl", "--json", "/dev/stdin")
    let names = ["one", "two"]
    for name in names {
      let lines = [Line.started(name, with: "Flights"), .message(name, "Hello", id: "1")]
      try writer.write(Data(try lines.map { try $0.bytes + [10] }.joined()))
    }
    let checkpoint = try ledger.read(CheckpointShape.self, "checkpoint")
    #expect(writer.isRunning)
    #expect(checkpoint.size >= before)
    try writer.endInput()
    writer.wait()
    #expect(writer.exit == .code(0))
    let later = try ledger.read(CheckpointShape.self, "checkpoint")
    #expect(later.size > before)
    #expect(later.size == (try ledger.status().position))
    #expect(later.vkey == checkpoint.vkey)
  }

  @Test
  func `of a log that has no key is refused until one is made`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    try ledger.removeKeyFile("checkpoint.key")
    #expect(try ledger.run("checkpoint", exits: 66).standardError.contains("handover init"))
    #expect(try ledger.run("status").standardError == "")
    try ledger.run("init")
    try ledger.run("checkpoint")
    try ledger.removeKeyFile("checkpoint.key")
    for call in ["checkpoint", "init"] {
      #expect(try ledger.run(call, exits: 66).standardError.contains("there is no signing key"))
    }
    #expect(try ledger.run("status").standardError.contains("handover: warning: "))
  }

  @Test
  func `changed on disk is refused`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let checkpoint = try ledger.read(CheckpointShape.self, "checkpoint")
    let file = URL(filePath: ledger.path + "/keys/checkpoint.latest")
    let forged = checkpoint.note.replacing("\n\(checkpoint.size)\n", with: "\n1\n")
    #expect(forged != checkpoint.note)
    for content in [forged, "", "nonsense\n", String(checkpoint.note.dropLast())] {
      try Data(content.utf8).write(to: file)
      for call in ["init", "checkpoint"] {
        let answer = try ledger.run(call, exits: 74)
        #expect(answer.standardError.contains("checkpoint.latest is not what was written"))
      }
      #expect(try ledger.run("bots").standardError.contains("handover: warning: "))
    }
    try Data(checkpoint.note.utf8).write(to: file)
    #expect(try ledger.read(CheckpointShape.self, "checkpoint") == checkpoint)
  }

  private struct Made: Decodable {
    var position: UInt64
    var vkey: String
  }
}

extension LedgerFolder {
  /// Removes a file from the folder of the keys.
  func removeKeyFile(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path + "/keys/" + name)
  }
}
