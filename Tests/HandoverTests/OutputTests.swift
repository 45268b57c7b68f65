import Foundation
import Testing

@Suite
struct `Standard output and error` {
  @Test
  func `show no progress and no colours when they are no terminal`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let sample = try #require(Corpus.sample?.files.first)
    let calls = [
      ["import", "--from", "sgd", sample], ["rebuild"], ["replay"], ["verify"], ["bots"],
      ["status"], ["import", "--from", "sgd", "--dry-run", sample],
    ]
    for call in calls {
      let answer = try ledger.run(call)
      #expect(answer.standardError == "", "\(call)")
      #expect(!answer.text.contains("\u{1B}"))
      #expect(!answer.text.contains("\r"))
    }
  }

  @Test
  func `keep the answer apart from what is said about it`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let inbox = try ledger.run("inbox", "Homes_1", "--limit", "2")
    #expect(inbox.lines.count == 3)
    #expect(inbox.standardError.hasPrefix("2 of 26, at position "))
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Homes_1", "--limit", "2")
    let row = try #require(page.rows.first)
    let transcript = try ledger.run("transcript", row.conversationId)
    #expect(transcript.standardError.contains("entries, complete at position \(page.position)"))
    let export = try ledger.run("export", "--to", "jsonl")
    // The event that says who exported stands behind what was there.
    #expect(export.standardError.contains("lines, complete up to position \(page.position + 1)"))
    #expect(try export.jsonLines(Line.self).count == export.lines.count)
  }

  @Test
  func `page through an inbox without a gap or a double`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let whole = try ledger.read(Shape.Inbox.self, "inbox", "Homes_1", "--limit", "1000")
    #expect(whole.complete)
    #expect(whole.next == nil)
    var (rows, cursor): ([String], [String]) = ([], [])
    repeat {
      let call = ["inbox", "Homes_1", "--limit", "10", "--json"] + cursor
      let page: Shape.Inbox = try ledger.run(call).json()
      #expect(page.total == 26)
      #expect(page.complete == (page.next == nil))
      rows += page.rows.map(\.conversationId)
      cursor = page.next.map { ["--after", $0] } ?? []
    } while !cursor.isEmpty && rows.count < 100
    #expect(rows == whole.rows.map(\.conversationId))
  }

  @Test(arguments: [["bots"], ["status", "--json"], ["export", "--to", "jsonl"]])
  func `are told of a full disk by an exit code`(command: [String]) throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var call = ledger.call(command)
    call.outputPath = "/dev/full"
    let answer = try Tool.run(call, in: ledger.folder)
    #expect(answer.exit == .code(74))
    #expect(answer.standardError.contains("handover: standard output"))
  }

  @Test
  func `are no fault when the reader of a pipe has gone`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    for trap in ["", "trap '' PIPE; "] {
      let script = "\(trap){ \"$0\" export --to jsonl; echo \"exit $?\" >&2; } | head -c 1"
      var call = ledger.call(["-c", script, Tool.path])
      call.executable = "/bin/sh"
      let answer = try Tool.run(call, in: ledger.folder)
      let isCalm = ["exit 0", "exit 74", "exit 141"].contains { answer.standardError.contains($0) }
      #expect(isCalm, "\(answer.standardError.prefix(300))")
      #expect(!answer.standardError.contains("Fatal error"))
    }
  }
}
