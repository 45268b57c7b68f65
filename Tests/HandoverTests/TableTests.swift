import Foundation
import Testing

@Suite
struct `A table` {
  /// Imports conversations: one with a long path, one of a visitor with a long name, and others.
  private func ledger(hops: Int, name: String) throws -> LedgerFolder {
    let ledger = try LedgerFolder()
    var lines: [Line] = []
    for number in 0..<20 {
      let id = "conversation \(number)"
      lines.append(.started(id, with: "A", visitor: number == 1 ? name : "visitor \(number)"))
      lines.append(.message(id, "Hello", id: "m"))
    }
    for hop in 0..<hops {
      var line = Line("handedOver")
      line.source = "tests"
      line.conversation = "conversation 0"
      line.id = "hop \(hop)"
      (line.from, line.to) = hop % 2 == 0 ? ("A", "B") : ("B", "A")
      lines.append(line)
    }
    let file = try ledger.file("history.jsonl", lines: lines)
    try ledger.run("import", "--from", "jsonl", file)
    return ledger
  }

  @Test
  func `is not padded by one long path`() throws {
    let ledger = try ledger(hops: 2_000, name: "Anna")
    let answer = try ledger.run("inbox", "A")
    let rows = answer.lines.dropFirst()
    #expect(rows.count == 20)
    #expect(rows.contains { $0.contains("A → (1999 more) → A") })
    #expect(answer.lines.allSatisfy { $0.utf8.count < 250 })
    // The whole path is in the JSON.
    let page = try ledger.run("inbox", "A", "--json").text
    #expect(page.utf8.count > 2_000 * 36)
  }

  @Test
  func `is not padded by one long name, nor by one long character`() throws {
    for name in [
      String(repeating: "n", count: 1_024), "n" + String(repeating: "\u{301}", count: 511),
    ] {
      let ledger = try ledger(hops: 1, name: name)
      for call in [["inbox", "A"], ["bots"]] {
        let answer = try ledger.run(call)
        #expect(answer.lines.allSatisfy { $0.count < 300 && $0.utf8.count < 800 }, "\(call)")
      }
    }
  }
}
