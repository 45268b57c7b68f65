import Foundation
import Testing

@Suite
struct `A plain transcript` {
  /// Texts with every character that some reader takes for the end of a line, and with nothing.
  static let texts = [
    "", "\n", "\n\n\n", "\r\n", "\r", "a\nb", "a\n\nb", "\na", "a\n", "a\r\n\r\nb", "a\u{B}\u{B}b",
    "a\u{C}b", "a\u{85}\u{85}b", "a\u{2028}\u{2028}b", "a\u{2029}b", " ", " \n ", "\t",
    "\n\u{301}\n",
  ]

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
