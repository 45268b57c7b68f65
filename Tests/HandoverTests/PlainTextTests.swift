import Foundation
import Testing

@Suite
struct `A plain transcript` {
  /// Texts with every character that some reader takes for the end of a line, and with nothing.
  static let texts = [
    "", "\n", "\n\n\n", "\r\n", "\r", "a\nb", "a\n\nb", "\na", "a\n", "a\r\n\r\nb", "a\u{B}\u{B}b",
    "a\u{C}b", "a\u{85}\u{85}b", "a\u{2028}\u{2028}b", "a\u{2029}b", " ", " \n ", "\t",
    "\n\u{301}\n", "\u{301}", "\u{200D}\n\u{200D}", "\u{1C}\u{1D}\u{1E}", "\u{FEFF}\n",
  ]

  @Test
  func `has no empty line where a message has one`() throws {
    let ledger = try LedgerFolder()
    var handover = Line("handedOver")
    (handover.source, handover.from, handover.to) = ("tests", "Flights", "Hotels")
    let lines = Self.texts.enumerated().flatMap { index, text in
      let name = "conversation \(index)"
      handover.conversation = name
      let messages = [Line.message(name, text, id: "a"), handover, .message(name, text, id: "b")]
      return [.started(name, with: "Flights")] + messages
    }
    try ledger.importLines(
      try ledger.file("texts.jsonl", lines: [.started("other", with: "Hotels")] + lines)
    )
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Hotels", "--had-handover")
    #expect(page.rows.count == Self.texts.count)
    for (row, text) in zip(page.rows.reversed(), Self.texts) {
      try expectOneEmptyLine(in: row.conversationId, saying: text, ledger)
    }
  }

  /// Expects the empty line of the handover alone, in the middle of two equal halves.
  private func expectOneEmptyLine(
    in conversation: String,
    saying text: String,
    _ ledger: LedgerFolder,
  ) throws {
    let entries = try ledger.read(Shape.Transcript.self, "transcript", conversation).entries
    #expect(entries.map { Array($0.text.utf8) } == [Array(text.utf8), [], Array(text.utf8)])
    let lines = try ledger.run("transcript", conversation).lines
    let empty = lines.indices.filter { lines[$0].allSatisfy(\.isWhitespace) }
    #expect(empty == [lines.count / 2], "\(lines)")
    for line in lines where !line.isEmpty {
      let isIndented = line.utf8.starts(with: "    | ".utf8)
      let breaks = line.filter(\.isNewline)
      #expect(isIndented || line.hasPrefix("20"))
      #expect(breaks.isEmpty)
    }
  }

  @Test
  func `names a message without text`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "")
    let lines = try ledger.run("transcript", conversation).lines
    #expect(lines.count == 1)
    #expect(lines.first?.hasSuffix("visitor Anna Lee: (empty message)") == true)
    let row = try #require(try ledger.read(Shape.Inbox.self, "inbox", "Flights").rows.first)
    #expect(row.lastMessage?.preview == "(empty message)")
  }

  @Test
  func `shows the lines of a message as indented lines`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "first\n\nthird")
    let lines = try ledger.run("transcript", conversation).lines
    #expect(lines.first?.hasSuffix("  visitor Anna Lee: first") == true)
    #expect(lines.dropFirst() == ["    | ", "    | third"])
  }

  @Test
  func `keeps names and reasons on one line`() throws {
    let ledger = try LedgerFolder()
    let name = "two\n\nlines"
    try ledger.run(
      "bots",
      "register",
      name,
      "--owner",
      "airline",
      "--channel",
      "web",
      "--module",
      "1=\n",
    )
    let conversation = try ledger.startConversation(with: name, "--visitor", name)
    try ledger.run("post", conversation, "Hello")
    try ledger.run("post", conversation, "Hello", "--by", "bot")
    try ledger.run("request-agent", conversation, "--reason", "a\n\nb")
    try ledger.run("take-over", conversation, "--as", name)
    try ledger.run("note", conversation, "a\n\nb", "--as", name)
    try ledger.run("end", conversation, "--reason", "\n\n")
    let lines = try ledger.run("transcript", conversation).lines
    #expect(!lines.contains(""))
    #expect(lines.count == 8)
    for command in [["inbox", name], ["bots"], ["why", conversation]] {
      let shown = try ledger.run(command).lines
      #expect(!shown.contains(""))
    }
  }
}
