import Foundation
import Testing

@Suite
struct `A row with a known identity and other content` {
  @Test
  func `is skipped with file, row and advice, and everything else is taken`() throws {
    let ledger = try LedgerFolder()
    let edited = "And now for something completely different"
    let (first, second) = try (dialogues(0..<3, editing: nil), dialogues(0..<5, editing: edited))
    let file = try ledger.file("train/dialogues.json", first)
    let taken: Shape.Manifest = try ledger.run("import", "--from", "sgd", "--json", file).json()
    #expect(taken.skipped == 0)
    #expect(taken.conversations == 3)
    let contents = try ledger.contents()
    _ = try ledger.file("train/dialogues.json", second)
    let answer = try ledger.run("import", "--from", "sgd", "--json", file, exits: 65)
    let manifest: Shape.Manifest = try answer.json()
    let skip = try #require(manifest.skips.first)
    #expect(manifest.skips.count == 1)
    #expect(skip.file == file)
    #expect(skip.row == 3)
    #expect(skip.reason.contains("other content has this identity, at position "))
    #expect(skip.reason.contains("import this file under another source name"))
    #expect(manifest.skipped == 1)
    #expect(manifest.duplicates == taken.rows - 1)
    #expect(manifest.conversations == 2)
    #expect(manifest.rows == manifest.messages + manifest.duplicates + manifest.skipped)
    #expect(answer.standardError.hasPrefix("handover: 1 of \(manifest.rows) rows were not taken"))
    let known = Set(contents.inboxes.values.joined().map(\.conversation))
    let after = try ledger.contents().inboxes.values.joined()
      .filter { known.contains($0.conversation) }
    let previews = contents.inboxes.values.joined().compactMap(\.preview)
    #expect(after.compactMap(\.preview).sorted() == previews.sorted())
    #expect(!(try ledger.run("export", "--to", "jsonl").text.contains(edited)))
  }

  @Test
  func `is listed with its reason for people too`() throws {
    let ledger = try LedgerFolder()
    let lines: [Line] = [.started("c", with: "Flights"), .message("c", "one", id: "a")]
    try ledger.importLines(try ledger.file("a.jsonl", lines: lines))
    let other = lines.dropLast() + [.message("c", "two", id: "a")]
    let file = try ledger.file("b.jsonl", lines: Array(other))
    let answer = try ledger.run("import", "--from", "jsonl", file, exits: 65)
    #expect(
      answer.standardError.contains("skipped \(file), row 2: other content has this identity")
    )
    #expect(answer.lines.contains { $0.split(separator: " ") == ["skipped", "1"] })
  }

  @Test
  func `is none when an id is a number that is also a place`() throws {
    let ledger = try LedgerFolder()
    let lines: [Line] = [
      .started("c", with: "Flights"), .message("c", "one", id: "1"), .message("c", "two"),
      .message("c", "three", id: "3"),
    ]
    let file = try ledger.file("a.jsonl", lines: lines)
    #expect(try ledger.importLines(file).messages == 3)
    let second = try ledger.importLines(file)
    #expect(second.duplicates == 4)
    #expect(second.skips == [])
  }

  @Test
  func `is told apart by its bytes, not by how it looks`() throws {
    let (origin, ledger) = (try LedgerFolder(), try LedgerFolder())
    let lines: [Line] = [.started("c", with: "Flights"), .message("c", "caf\u{E9}")]
    try origin.importLines(try origin.file("a.jsonl", lines: lines))
    let export = try origin.export()
    try ledger.importLines(export)
    let decomposed = try String(contentsOfFile: export, encoding: .utf8)
      .replacingOccurrences(of: "caf\u{E9}", with: "cafe\u{301}", options: .literal)
    let manifest = try ledger.importLines(
      try ledger.file("b.jsonl", Data(decomposed.utf8)),
      exits: 65,
    )
    #expect(manifest.skipped == 1)
  }

  /// Some dialogues of the sample, the third turn of the first one changed if a text is given.
  private func dialogues(_ range: Range<Int>, editing text: String?) throws -> Data {
    let file = URL(filePath: try #require(Corpus.sample?.files.first))
    let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    var dialogues = try #require(value as? [[String: Any]])
    var turns = try #require(dialogues[0]["turns"] as? [[String: Any]])
    if let text { turns[2]["utterance"] = text }
    dialogues[0]["turns"] = turns
    return try JSONSerialization.data(withJSONObject: Array(dialogues[range]))
  }
}
