import Foundation
import Testing

@Suite
struct `A terminal` {
  /// A ledger with the sample's conversation, whose name and message would steer a terminal.
  private func scene() throws -> (ledger: LedgerFolder, conversation: String) {
    let ledger = try LedgerFolder()
    let sample = Clone.samples.appending(path: "faults/14-export-text-escapes/pty.jsonl").path
    try ledger.run("import", "--from", "jsonl", sample)
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights")
    return (ledger, try #require(page.rows.first).conversationId)
  }

  /// Runs a command with standard output and error on a terminal, and answers what that gets.
  private func show(_ arguments: [String], _ ledger: LedgerFolder) throws -> Data {
    let script = """
      import os, pty, sys
      os.environ["NO_COLOR"] = "1"
      process, terminal = pty.fork()
      if process == 0:
          os.execv(sys.argv[1], sys.argv[1:])
      try:
          while chunk := os.read(terminal, 65536):
              sys.stdout.buffer.write(chunk)
      except OSError:
          pass
      os.waitpid(process, 0)
      """
    let call = ["-c", script, Tool.path] + arguments + ["--ledger", ledger.path]
    return try Python.run(call, in: ledger.folder).standardOutput
  }

  /// What is left in a text that steers a terminal, its line ends and tabs aside.
  ///
  /// A terminal makes a carriage return and a line feed of each line feed, of those in a CSV too,
  /// which have a carriage return of their own.
  private func steering(in text: String) -> [Unicode.Scalar] {
    let lines = text.replacingOccurrences(of: "\r\n", with: "\n")
      .replacingOccurrences(of: "\r\n", with: "\n")
    return Array(lines.unicodeScalars).filter {
      ($0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t")
        || $0.properties.isBidiControl
    }
  }

  @Test(
    .enabled(if: Python.isThere),
    arguments: [
      ["export", "--to", "text"], ["export", "--to", "csv"], ["export", "--to", "jsonl"],
      ["export", "--to", "cloudevents"], ["transcript", "C"], ["transcript", "C", "--json"],
      ["inbox", "Flights"], ["inbox", "Flights", "--json"], ["why", "C"],
      ["follow", "--after", "0", "--limit", "6"], ["replay", "--conversation", "C"],
      ["inbox", "\u{1B}]0;x\u{7}"], ["inbox", "--\u{9B}2J"], ["erase", "--ground", "\u{202E}x"],
    ],
  )
  func `gets nothing that would steer it`(arguments: [String]) throws {
    let (ledger, conversation) = try scene()
    let call = arguments.map { $0 == "C" ? conversation : $0 }
    let shown = String(decoding: try show(call, ledger), as: UTF8.self)
    #expect(!shown.isEmpty)
    #expect(steering(in: shown) == [], "\(shown)")
  }

  @Test(.enabled(if: Python.isThere))
  func `gets words as they are, with what steers in digits`() throws {
    let (ledger, conversation) = try scene()
    let shown = String(decoding: try show(["export", "--to", "text"], ledger), as: UTF8.self)
    #expect(shown.contains(#"Ann\u{1b}[2J"#))
    #expect(shown.contains(#"\u{9b}31mC1"#))
    #expect(shown.contains(#"\u{202e} rlo \u{2066}"#))
    let json = String(
      decoding: try show(["transcript", conversation, "--json"], ledger),
      as: UTF8.self,
    )
    let line = try #require(json.split(separator: "\r\n").first)
    let transcript = try JSONDecoder().decode(Shape.Transcript.self, from: Data(line.utf8))
    #expect(transcript.entries.contains { $0.text.unicodeScalars.contains("\u{9B}") })
  }

  @Test(arguments: ["text", "csv", "jsonl"])
  func `is not meant when an export goes into a file, which gets every byte`(
    format: String
  ) throws {
    let (ledger, _) = try scene()
    let text = try ledger.run("export", "--to", format).text
    #expect(text.unicodeScalars.contains("\u{9B}"))
    #expect(text.unicodeScalars.contains("\u{202E}"))
    if format != "jsonl" { #expect(text.contains("\u{1B}[2J")) }
  }

  @Test(arguments: [
    ["inbox", "\u{1B}[2J\u{9B}1m\u{202E}"], ["transcript", "\u{1B}[2J"], ["--\u{1B}[2J"],
    ["import", "--from", "jsonl", "\u{1B}[2J.jsonl"], ["bots", "module", "Flights", "\u{1B}[2J"],
    ["post", "C", "x", "--by", "\u{9B}"], ["hand-over", "C", "\u{7F}\u{8}", "--module", "1"],
    ["erase", "--visitor", "\u{1B}[2J\nhandover: done", "--ground", "x"],
  ])
  func `is told of errors and refusals without steering it`(arguments: [String]) throws {
    let (ledger, conversation) = try scene()
    let answer = try ledger.answer(to: arguments.map { $0 == "C" ? conversation : $0 })
    #expect(answer.exit != .code(0))
    #expect(!answer.standardError.isEmpty)
    #expect(steering(in: answer.standardError) == [], "\(answer.standardError)")
    #expect(!answer.standardError.contains("\nhandover: done"))
  }

  @Test
  func `is told of reasons why a row was not taken without steering it`() throws {
    let (ledger, _) = try scene()
    let name = "\u{1B}[2J.jsonl"
    let file = try ledger.file(name, Data(#"{"type":"\u001b[2J","conversation":"c"}"#.utf8))
    let answer = try ledger.run("import", "--from", "jsonl", file, exits: 65)
    #expect(answer.standardError.contains(#"\u{1b}[2J.jsonl, row 1"#))
    #expect(steering(in: answer.standardError) == [])
  }

  @Test
  func `is shown what a token claims without steering it`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init")
    let parts = ["{\"alg\":\"\u{1B}[2J\"}", "{\"sub\":\"\u{9B}2J\u{202E}\"}", "x"]
    let token = parts.map { part in
      Data(part.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        .replacing("=", with: "")
    }
    let answer = try ledger.run("token", "inspect", token.joined(separator: "."), exits: 1)
    #expect(answer.text.contains(#"{"alg":"\u{1b}[2J"}"#))
    #expect(answer.text.contains(#"{"sub":"\u{9b}2J\u{202e}"}"#))
    #expect(steering(in: answer.text + answer.standardError) == [])
  }
}
