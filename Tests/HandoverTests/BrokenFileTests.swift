import Foundation
import Testing

@Suite
struct `What was good in an import` {
  private let good: [Line] = [.started("c", with: "Flights"), .message("c", "one")]

  /// The texts of the one conversation of a ledger.
  private func texts(in ledger: LedgerFolder) throws -> [String] {
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights")
    let row = try #require(page.rows.first)
    return try ledger.entries(of: row.conversationId).map(\.text)
  }

  @Test
  func `is kept before and after a line of 200 MB`() throws {
    let ledger = try LedgerFolder()
    let path = try ledger.file("long.jsonl", lines: good)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    let megabyte = Data(repeating: UInt8(ascii: "x"), count: 1_000_000)
    for _ in 0..<200 { try handle.write(contentsOf: megabyte) }
    let last = try Line.message("c", "last", id: "last").bytes
    try handle.write(contentsOf: Data("\n".utf8) + last)
    try handle.close()
    let manifest = try ledger.importLines(path, exits: 65)
    #expect(manifest.skips.map(\.row) == [3])
    #expect(manifest.skips.allSatisfy { $0.reason.contains("longer than") })
    #expect(try texts(in: ledger) == ["one", "last"])
  }

  @Test(arguments: [
    Data([0xFF]), Data([0xC0, 0x80]), Data([0xED, 0xA0, 0x80]), Data([0xF4, 0x90, 0x80, 0x80]),
    Data([0xE2, 0x82]),
  ])
  func `is kept before and after invalid UTF-8`(bytes: Data) throws {
    let ledger = try LedgerFolder()
    let (first, last) = try (
      good.map { try Data($0.bytes + [10]) }, Line.message("c", "last", id: "last").bytes,
    )
    let text = try Line.message("c", "?", id: "2").bytes.flatMap { byte in
      byte == UInt8(ascii: "?") ? Array(bytes) : [byte]
    }
    let file = try ledger.file("bad.jsonl", Data(first.joined()) + text + [10] + last + [10])
    let manifest = try ledger.importLines(file, exits: 65)
    #expect(manifest.skips.map(\.row) == [3])
    #expect(try texts(in: ledger) == ["one", "last"])
    try ledger.run("post", try conversation(in: ledger), "-", input: bytes, exits: 65)
    #expect(try texts(in: ledger) == ["one", "last"])
  }

  private func conversation(in ledger: LedgerFolder) throws -> String {
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights")
    return try #require(page.rows.first).conversationId
  }

  @Test
  func `is kept when a file is cut off`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let before = try ledger.status()
    let sample = try #require(Corpus.sample?.files.first)
    let content = try Data(contentsOf: URL(filePath: sample))
    for length in [0, 1, 100_000, content.count - 3] {
      let file = try ledger.file("train/cut.json", content.prefix(length))
      let answer = try ledger.run("import", "--from", "sgd", file, exits: 65)
      #expect(answer.standardError.contains("cut.json"))
    }
    #expect(try ledger.status() == before)
  }

  @Test(arguments: ["sgd", "jsonl"])
  func `is kept when a later file is missing or a folder`(format: String) throws {
    let ledger = try LedgerFolder()
    let file = try ledger.file("good.jsonl", lines: good)
    let first = format == "sgd" ? try #require(Corpus.sample?.files.first) : file
    let missing = ledger.folder.appending(path: "missing").path
    let answer = try ledger.run(
      "import",
      "--from",
      format,
      "--json",
      first,
      missing,
      exits: 66,
    )
    #expect(answer.standardError == "handover: \(missing): there is no such file\n")
    #expect(try answer.json(Shape.Manifest.self).conversations > 0)
    let before = try ledger.status()
    let folder = ledger.folder.path
    let second = try ledger.run("import", "--from", format, folder, exits: 66)
    #expect(second.standardError == "handover: \(folder): is a folder; name the files in it\n")
    #expect(try ledger.status() == before)
  }

  @Test
  func `is kept when a line of the registry is refused`() throws {
    let ledger = try LedgerFolder()
    var orphan = Line("botRegistered")
    orphan.bot = "Orphan"
    orphan.owner = "nobody"
    let lines = good + [orphan, .message("c", "last", id: "last")]
    let manifest = try ledger.importLines(try ledger.file("a.jsonl", lines: lines), exits: 65)
    #expect(manifest.messages == 2)
    #expect(manifest.skips.map(\.row) == [3])
    #expect(try texts(in: ledger) == ["one", "last"])
  }

  @Test
  func `is not taken twice when a bad line is mended`() throws {
    let ledger = try LedgerFolder()
    let more: [Line] = [.message("c", "two"), .message("c", "three")]
    let lines = try (good + more).map { try $0.bytes }
    let whole = Data(lines.joined(separator: [10]))
    let broken = Data((lines[..<2] + [[123]] + lines[3...]).joined(separator: [10]))
    try ledger.importLines(try ledger.file("a.jsonl", broken), exits: 65)
    #expect(try texts(in: ledger) == ["one", "three"])
    let manifest = try ledger.importLines(try ledger.file("a.jsonl", whole))
    #expect(manifest.duplicates == 3)
    #expect(manifest.messages == 1)
    #expect(try texts(in: ledger) == ["one", "three", "two"])
  }

  @Test
  func `is not counted as a run when nothing was taken`() throws {
    let ledger = try LedgerFolder()
    let key = String(repeating: "k", count: 300)
    let lines = good + [.message("c", "too long a name", id: key)]
    let file = try ledger.file("a.jsonl", lines: lines)
    try ledger.importLines(file, exits: 65)
    let before = try ledger.status()
    let second = try ledger.importLines(file, exits: 65)
    #expect(second.eventsAppended == 0)
    #expect(second.skips.map(\.row) == [3])
    #expect(try ledger.status() == before)
  }
}
