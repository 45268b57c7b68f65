import Foundation
import Testing

@Suite
struct `Beside a running writer` {
  /// Enough lines, and long enough ones, that the writer commits some while more is to come.
  private func lines(_ conversations: Range<Int>) throws -> Data {
    let text = String(repeating: "word ", count: 320)
    let lines = conversations.flatMap { number -> [Line] in
      let name = "conversation \(number)"
      let messages = (0..<25).map { Line.message(name, text, id: "\($0)") }
      return [.started(name, with: "Flights")] + messages
    }
    return Data(try lines.map { try $0.bytes + [10] }.joined())
  }

  @Test
  func `readers answer at the head they see, and never wait`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init")
    let follower = try ledger.start("follow", "--after", "0", "--limit", "500", "--json")
    let writer = try ledger.start("import", "--from", "jsonl", "--json", "/dev/stdin")
    try writer.write(try lines(0..<120))
    follower.wait()
    #expect(follower.exit == .code(0))
    #expect(writer.isRunning)
    let status = try ledger.status()
    #expect(status.writerProcess == writer.identifier)
    #expect(status.position >= 500)
    let bots = try ledger.read([Shape.Bot].self, "bots")
    #expect(bots.map(\.name) == ["Flights"])
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights", "--limit", "5")
    #expect(page.position >= status.position)
    let row = try #require(page.rows.last)
    let transcript = try ledger.read(Shape.Transcript.self, "transcript", row.conversationId)
    #expect(transcript.complete)
    #expect(transcript.entries.count == row.messages)
    for call in [
      ["verify"], ["replay"], ["export", "--to", "jsonl"], ["why", row.conversationId],
    ] {
      try ledger.run(call)
    }
    #expect(writer.isRunning)
    try writer.write(try lines(120..<130))
    try writer.endInput()
    writer.wait()
    #expect(writer.exit == .code(0))
    let after = try ledger.status()
    #expect(after.writerProcess == nil)
    #expect(after.conversations == 130)
    #expect(after.messages == 130 * 25)
    try ledger.run("verify")
  }

  @Test
  func `a second writer is refused with the first one's process`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let before = try ledger.status().position
    let follower = try ledger.start("follow", "--after", "\(before)", "--limit", "1")
    let writer = try ledger.start("import", "--from", "jsonl", "--json", "/dev/stdin")
    try writer.write(try lines(0..<120))
    follower.wait()
    for call in [
      ["post", conversation, "Hello"], ["init"], ["rebuild"], ["bots", "enable", "Cars"],
    ] {
      let answer = try ledger.run(call, exits: 75)
      #expect(answer.standardError.contains("\(writer.identifier)"), "\(call)")
    }
    #expect(try ledger.entries(of: conversation).isEmpty)
    try writer.endInput()
    writer.wait()
    try ledger.run("post", conversation, "Hello")
  }

  @Test
  func `a follower sees every event once and in order`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let first = try ledger.status().position
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "one")
    try ledger.run("post", conversation, "two")
    let call = ["follow", "--json", "--limit"]
    let all = try ledger.run(call + ["3", "--after", "\(first)"]).jsonLines(Shape.Event.self)
    #expect(all.map(\.position) == [first + 1, first + 2, first + 3])
    #expect(all.map(\.type) == ["conversationStarted", "messagePosted", "messagePosted"])
    let resumed = try ledger.run(call + ["1", "--after", "\(first + 2)"])
      .jsonLines(Shape.Event.self)
    #expect(resumed.map(\.text) == ["two"])
    let name = UUID().uuidString
    let output = ledger.folder.appending(path: name)
    let live = try Tool.start(
      ledger.call(call + ["1"]),
      output: output,
      error: output.appendingPathExtension("error"),
    )
    // The follower begins at the head it finds, so events go on until it has seen one.
    while live.isRunning { try ledger.run("post", conversation, "live") }
    live.wait()
    #expect(live.exit == .code(0))
    let seen = try JSONDecoder().decode(Shape.Event.self, from: Data(contentsOf: output))
    #expect(seen.text == "live")
  }
}
