import Foundation
import Testing

@Suite
struct `A file that is no import` {
  /// The repository's own selection, or all of the test suite where it lies on this machine.
  static let files = Clone.files(in: Clone.samples.appending(path: "json"), ".json")

  static let allFiles = {
    let folder = Clone.shared.appending(path: "robustness/json-test-suite/test_parsing")
    let files = Clone.files(in: folder, ".json")
    if files.isEmpty { Clone.skip("../shared/data/robustness/json-test-suite") }
    return files.isEmpty ? Self.files : files
  }()

  /// Two files without a line: no JSON, and yet the neutral format with nothing in it.
  private static let emptyFiles = [
    "n_single_space.json", "n_structure_no_data.json", "n_structure_UTF8_BOM_no_data.json",
  ]

  /// A ledger with a conversation that nothing may harm.
  private func goodLedger() throws -> LedgerFolder {
    let ledger = try LedgerFolder()
    let lines: [Line] = [.started("c", with: "Flights"), .message("c", "Hello")]
    try ledger.importLines(try ledger.file("good.jsonl", lines: lines))
    return ledger
  }

  private func expectGood(_ ledger: LedgerFolder) throws {
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights")
    let row = try #require(page.rows.first)
    #expect(page.rows.count == 1)
    #expect(try ledger.entries(of: row.conversationId).map(\.text) == ["Hello"])
    try ledger.run("verify")
  }

  @Test
  func `of dialogues is refused, each one, and harms nothing`() throws {
    let ledger = try goodLedger()
    let before = try ledger.status()
    for file in Self.allFiles {
      let name = file.lastPathComponent
      let answer = try ledger.answer(to: ["import", "--from", "sgd", "--json", file.path])
      let codes: [Answer.Exit] = name.hasPrefix("n_") ? [.code(65)] : [.code(0), .code(65)]
      #expect(codes.contains(answer.exit), "\(name): \(answer.standardError)")
      let manifest = try answer.json(Shape.Manifest.self)
      #expect(manifest.eventsAppended == 0, "\(name)")
      #expect(manifest.rows == manifest.skipped, "\(name)")
      #expect(answer.standardError.isEmpty == (answer.exit == .code(0)), "\(name)")
    }
    #expect(try ledger.status() == before)
    try expectGood(ledger)
  }

  @Test
  func `of lines is refused, and harms nothing`() throws {
    let ledger = try goodLedger()
    for file in Self.files {
      let name = file.lastPathComponent
      let isRefused = name.hasPrefix("n_") && !Self.emptyFiles.contains(name)
      let answer = try ledger.answer(to: ["import", "--from", "jsonl", "--json", file.path])
      let codes: [Answer.Exit] = isRefused ? [.code(65)] : [.code(0), .code(65)]
      #expect(codes.contains(answer.exit), "\(name): \(answer.standardError)")
    }
    try expectGood(ledger)
  }

  @Test
  func `of lines has a reason for every line, and ends no import of many files`() throws {
    let ledger = try goodLedger()
    let before = try ledger.status()
    let paths = Self.allFiles.map(\.path)
    let answer = try ledger.run(["import", "--from", "jsonl", "--json"] + paths, exits: 65)
    let manifest = try answer.json(Shape.Manifest.self)
    #expect(manifest.files == paths.count)
    #expect(manifest.eventsAppended == 0)
    #expect(manifest.rows == manifest.skipped)
    #expect(manifest.skips.count == manifest.skipped)
    #expect(manifest.skips.allSatisfy { $0.row > 0 && !$0.reason.isEmpty })
    let refused = Set(manifest.skips.map { URL(filePath: $0.file).lastPathComponent })
    let broken = Self.allFiles.map(\.lastPathComponent)
      .filter { $0.hasPrefix("n_") && !Self.emptyFiles.contains($0) }
    #expect(Set(broken).subtracting(refused) == [])
    #expect(try ledger.status() == before)
    try expectGood(ledger)
  }

  @Test(arguments: ["sgd", "jsonl"])
  func `says what is wrong with it and where`(format: String) throws {
    let ledger = try goodLedger()
    let file = try ledger.file("broken.json", Data("{\"type\": nope}\n".utf8))
    let answer = try ledger.run("import", "--from", format, file, exits: 65)
    #expect(answer.standardError.contains(file))
    #expect(answer.standardError.contains("character 10"), "\(answer.standardError)")
    #expect(!answer.standardError.contains("The given data was not valid JSON."))
  }
}
