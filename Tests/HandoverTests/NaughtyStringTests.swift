import Foundation
import Testing

/// Texts compared byte for byte, because two texts that look the same are the same to `==`.
private func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }

@Suite
struct `A naughty string` {
  /// The whole list; empty strings are no names.
  private static func all() throws -> [String] {
    let file = Clone.samples.appending(path: "naughty-strings/blns.json")
    return try JSONDecoder().decode([String].self, from: Data(contentsOf: file))
  }

  /// A conversation for each string, with the string in every part that takes one.
  private static func lines(_ strings: [String]) -> [Line] {
    strings.enumerated().flatMap { index, string in
      let name = "conversation \(index)"
      var bot = Line("botRegistered")
      (bot.bot, bot.owner, bot.name) = ("bot \(index)", "tests", string)
      bot.source = "tests"
      var deployment = Line("deploymentRegistered")
      (deployment.bot, deployment.deployment) = ("bot \(index)", "deployment \(index)")
      deployment.source = "tests"
      var started = Line.started(name, with: "bot \(index)", visitor: string)
      started.deployment = "deployment \(index)"
      var message = Line.message(name, string)
      message.variables = ["value": string, "key \(string)": "value"]
      var handover = Line("handedOver")
      (handover.conversation, handover.source) = (name, "tests")
      (handover.from, handover.to) = ("bot \(index)", "bot \(index)")
      handover.reason = string
      return [bot, deployment, started, message, handover]
    }
  }

  private func expectAll(_ strings: [String], in ledger: LedgerFolder) throws {
    let bots = try ledger.read([Shape.Bot].self, "bots")
    #expect(bots.count == strings.count)
    let expected = Set(strings.map { Array($0.utf8) })
    #expect(Set(bots.map { Array($0.name.utf8) }) == expected)
    let export = try ledger.run("export", "--to", "jsonl").jsonLines(Line.self)
    let messages = export.filter { $0.type == "messagePosted" }
    #expect(messages.map { bytes($0.text) } == strings.map { bytes($0) })
    for (line, string) in zip(messages, strings) {
      #expect(bytes(line.variables?["value"]) == bytes(string))
      let keys = (line.variables ?? [:]).keys.map { Array($0.utf8) }
      #expect(Set(keys) == [Array("value".utf8), Array("key \(string)".utf8)])
    }
    let started = export.filter { $0.type == "conversationStarted" }
    #expect(started.map { bytes($0.visitor?.name) } == strings.map { bytes($0) })
    let handovers = export.filter { $0.type == "handedOver" }
    #expect(handovers.map { bytes($0.reason) } == strings.map { bytes($0) })
  }

  @Test
  func `comes back byte for byte through import and export`() throws {
    let (origin, fresh) = (try LedgerFolder(), try LedgerFolder())
    let strings = try Self.all()
    var owner = Line("ownerRegistered")
    owner.owner = "tests"
    let file = try origin.file("naughty.jsonl", lines: [owner] + Self.lines(strings))
    let manifest = try origin.importLines(file)
    #expect(manifest.skips == [])
    try expectAll(strings, in: origin)
    try fresh.importLines(try origin.export())
    try expectAll(strings, in: fresh)
    #expect(try origin.importLines(file).eventsAppended == 0)
    #expect(try origin.importLines(try fresh.export()).eventsAppended == 0)
  }

  /// The nastiest kinds: options, quotes, escapes, right-to-left marks, combining marks, emoji.
  static let chosen = [
    "-1.00", "--version", "--", "''\"`touch x`", "\\x00%s%n", "$HOME", "👨‍👩‍👧‍👦",
    "T\u{330}\u{33A}o\u{35E}", "\u{202E}evil\u{202C}", "\u{FEFF}", "\u{1B}[31mred\u{1}\u{7F}",
    "ﷺ", "\u{0}nul\u{0}", "田中さん", "null", "{\"a\":1}",
  ]

  @Test
  func `comes back byte for byte through commands`() throws {
    let ledger = try LedgerFolder()
    for string in Self.chosen {
      // An argument cannot hold a zero byte; standard input can.
      let word = string.filter { $0 != "\u{0}" }
      try ledger.run(
        "bots",
        "register",
        "--owner=\(word)",
        "--channel=web",
        "--module=1=\(word)",
        "--",
        word,
      )
      let start = try ledger.run(
        "start",
        "--bot=\(word)",
        "--visitor=\(word)",
        "--name=\(word)",
        "--json",
      )
      let conversation = try start.json(Shape.Receipt.self).conversationId
      try ledger.run("post", conversation, "-", input: Data(string.utf8))
      try ledger.run("post", "--by", "bot", "--", conversation, word)
      let page = try ledger.read(Shape.Inbox.self, "inbox", "--", word)
      #expect(page.rows.map { bytes($0.visitor.name) } == [bytes(word)])
      let transcript = try ledger.read(Shape.Transcript.self, "transcript", conversation)
      #expect(transcript.entries.map { bytes($0.text) } == [bytes(string), bytes(word)])
      #expect(transcript.entries.map { bytes($0.author.name) } == [bytes(word), bytes(word)])
    }
    let names = try ledger.read([Shape.Bot].self, "bots").map { Array($0.name.utf8) }
    let words = Self.chosen.map { string in Array(string.filter { $0 != "\u{0}" }.utf8) }
    #expect(Set(names) == Set(words))
  }

  @Test
  func `steers no terminal from a table`() throws {
    let ledger = try LedgerFolder()
    let name = "a\u{1B}[31mb\u{202E}c\u{7}"
    try ledger.run("bots", "register", name, "--owner", "airline", "--channel", "web")
    let conversation = try ledger.startConversation(with: name, "--visitor", name)
    try ledger.run("post", conversation, name)
    for command in [["bots"], ["inbox", name], ["why", conversation], ["replay", "--from", "1"]] {
      let text = try ledger.run(command).text
      #expect(text.contains("a\\u{1b}[31mb\\u{202e}c\\u{7}"), "\(command)")
      #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    }
  }

  @Test
  func `in the name of a variable is kept apart from one that looks the same`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("set", conversation, "caf\u{E9}=1", "cafe\u{301}=2")
    let export = try ledger.run("export", "--to", "jsonl").standardOutput
    #expect(export.range(of: Data("\"caf\u{E9}\":1".utf8)) != nil)
    #expect(export.range(of: Data("\"cafe\u{301}\":2".utf8)) != nil)
    let fresh = try LedgerFolder()
    try fresh.importLines(try ledger.export())
    let again = try fresh.run("export", "--to", "jsonl").standardOutput
    #expect(again.range(of: Data("{\"cafe\u{301}\":2,\"caf\u{E9}\":1}".utf8)) != nil)
  }
}
