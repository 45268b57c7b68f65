import Foundation
import Testing

/// The static export of the whole log, read by a program that knows the published formats alone.
@Suite
struct `A static export` {
  private let ledger: LedgerFolder
  private let folder: String

  /// What `export --to tiles --json` prints.
  private struct Report: Decodable {
    var origin: String
    var size: UInt64
    var root: String
    var vkey: String
    var continuedFrom: UInt64
    var tiles: Int
    var leftOut: [String]
  }

  init() throws {
    ledger = try LedgerFolder()
    folder = ledger.folder.appending(path: "export").path
    try ledger.importDialogues(.sample)
  }

  private func export() throws -> Report {
    try ledger.read(Report.self, "export", "--to", "tiles", "--out", folder)
  }

  private func checkByPython(_ vkey: String) throws -> Answer {
    let checker = Clone.root.appending(path: "Tests/HandoverTests/Proofs/check_tiles.py").path
    return try Python.run([checker, folder, vkey], in: ledger.folder)
  }

  @Test(.enabled(if: Python.hasCryptography))
  func `is accepted by a checker in another language, and so is what is added to it`() throws {
    let first = try export()
    #expect(first.continuedFrom == 0 && first.leftOut == [])
    #expect(first.size > 256)
    #expect(try checkByPython(first.vkey).exit == .code(0))
    try ledger.run("bots", "register", "Late", "--owner", "late")
    let second = try export()
    #expect(second.continuedFrom == first.size && second.size > first.size)
    #expect(second.tiles < first.tiles)
    let answer = try checkByPython(first.vkey)
    #expect(answer.exit == .code(0), "\(answer.standardError)")
  }

  @Test(.enabled(if: Python.hasCryptography))
  func `is refused by it once a byte of any file is another`() throws {
    let report = try export()
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .map { folder + "/" + $0 }.filter { !$0.hasSuffix("log.vkey") }.sorted()
    for file in files.filter({ FileManager.default.contents(atPath: $0) != nil }).prefix(40) {
      let content = try Data(contentsOf: URL(filePath: file))
      var changed = content
      // In a line of JSON a digit of the record, elsewhere any byte: all are hashed or signed.
      let record = content.range(of: Data(#""record":""#.utf8), options: .backwards)
      let place = record.map { $0.upperBound + 40 } ?? content.count / 2
      changed[place] ^= 1
      try changed.write(to: URL(filePath: file))
      #expect(try checkByPython(report.vkey).exit == .code(1), "\(file)")
      try content.write(to: URL(filePath: file))
    }
    #expect(try checkByPython(report.vkey).exit == .code(0))
  }

  @Test
  func `has no word that was said`() throws {
    _ = try export()
    let words = try ledger.run("export", "--to", "jsonl").standardOutput
    #expect(words.range(of: Data("restaurant".utf8)) != nil)
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      guard let content = FileManager.default.contents(atPath: folder + "/" + path) else {
        continue
      }
      #expect(content.range(of: Data("restaurant".utf8)) == nil, "\(path)")
    }
  }

  @Test
  func `does not go on from that of another log`() throws {
    let other = try LedgerFolder()
    try other.importDialogues(.sample)
    try other.run("export", "--to", "tiles", "--out", folder)
    let answer = try ledger.run("export", "--to", "tiles", "--out", folder, exits: 73)
    #expect(answer.standardError.contains("another log"))
  }

  @Test
  func `leaves out a bundle that the format has no room for, and says so`() throws {
    var message = Line("messagePosted")
    message.source = "tests"
    message.conversation = "long"
    message.author = Line.Party(kind: "visitor")
    message.text = String(repeating: "long ", count: 20_000)
    let lines = [Line.started("long", with: "Flights"), message]
    try ledger.run("import", "--from", "jsonl", ledger.file("long.jsonl", lines: lines))
    let report = try export()
    #expect(report.leftOut.count == 1)
    #expect(report.leftOut[0].hasPrefix("tile/entries/"))
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "/records")
    let count = try files.reduce(0) { count, name in
      count + (try Data(contentsOf: URL(filePath: folder + "/records/" + name))).count { $0 == 10 }
    }
    #expect(count == report.size)
  }
}
