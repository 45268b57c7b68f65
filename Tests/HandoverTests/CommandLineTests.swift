import Foundation
import Testing

@Suite
struct `The command line` {
  static let commands = [
    [], ["init"], ["import"], ["export"], ["status"], ["rebuild"], ["bots"], ["bots", "list"],
    ["bots", "register"], ["bots", "module"], ["bots", "deploy"], ["bots", "request"],
    ["bots", "enable"], ["bots", "disable"], ["inbox"], ["transcript"], ["why"], ["follow"],
    ["start"], ["post"], ["note"], ["set"], ["hand-over"], ["request-agent"], ["take-over"],
    ["hand-back"], ["end"], ["replay"], ["verify"], ["checkpoint"], ["prove"], ["check-proof"],
    ["check-receipt"],
    ["erase"], ["read-audit"], ["keys"], ["keys", "status"], ["keys", "rotate"],
    ["keys", "accept-older"],
    ["reads"], ["backup"], ["restore"], ["serve"], ["token"], ["token", "issue"],
    ["token", "inspect"],
  ]

  @Test
  func `helps with every command, with an example`() throws {
    let ledger = try LedgerFolder()
    for command in Self.commands {
      let answer = try ledger.run(command + ["--help"])
      #expect(answer.text.contains("Example:\n  handover "), "\(command)")
      #expect(answer.text.contains("handover \(command.joined(separator: " "))"), "\(command)")
      #expect(answer.standardError == "")
    }
  }

  @Test
  func `has help for every command it lists`() throws {
    let ledger = try LedgerFolder()
    let lines = try ledger.run("--help").lines.drop { !$0.hasSuffix("SUBCOMMANDS:") }
    let listed = lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
    #expect(Set(listed) == Set(Self.commands.compactMap(\.first)))
  }

  @Test(arguments: commands)
  func `refuses an unknown option`(command: [String]) throws {
    let answer = try LedgerFolder().run(command + ["--no-such-option"], exits: 64)
    #expect(answer.text == "")
    #expect(answer.standardError.hasPrefix("Error: "))
    #expect(answer.standardError.contains("handover \(command.joined(separator: " "))"))
  }

  @Test
  func `refuses what it does not understand`() throws {
    let ledger = try LedgerFolder()
    let calls = [
      ["no-such-command"], ["import"], ["import", "--from", "sgd"], ["export"],
      ["import", "--from", "no-such-format", "x"], ["export", "--to", "no-such-format"],
      ["inbox"], ["transcript"], ["transcript", "no-uuid"], ["start"], ["follow", "--after", "x"],
      ["status", "--map-size", "1"], ["init", "--map-size", "0"],
    ]
    for call in calls { try ledger.run(call, exits: 64) }
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    for call in [
      ["inbox", "Flights", "--limit", "0"], ["inbox", "Flights", "--status", "gone"],
      ["inbox", "Flights", "--as-of", "yesterday"], ["inbox", "Flights", "--from", "soon"],
      ["transcript", conversation, "--as-of", "x"],
    ] { try ledger.run(call, exits: 64) }
    try ledger.run("inbox", "Flights", "--after", "x", exits: 65)
  }

  @Test
  func `makes no ledger by reading one that is not there`() throws {
    let ledger = try LedgerFolder()
    let conversation = "0190b6a0-5c1f-7d1e-8000-000000000001"
    let calls = [
      ["status"], ["bots"], ["inbox", "A"], ["transcript", conversation], ["why", conversation],
      ["follow"], ["replay"], ["verify"], ["checkpoint"], ["checkpoint", "--accept-older"],
      ["prove", "1"],
      ["rebuild"], ["export", "--to", "jsonl"],
      ["post", conversation, "Hello"], ["start", "--bot", "A"], ["bots", "enable", "A"],
      ["hand-over", conversation, "A", "--module", "1"], ["end", conversation],
    ]
    for call in calls {
      let answer = try ledger.run(call, exits: 66)
      #expect(answer.text == "")
      #expect(answer.standardError.contains("there is no ledger at \(ledger.path)"))
      #expect(answer.standardError.contains("handover init"))
    }
    #expect(!FileManager.default.fileExists(atPath: ledger.path))
  }

  @Test
  func `says what is not there`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = "0190b6a0-5c1f-7d1e-8000-000000000001"
    for call in [
      ["inbox", "Ferries"], ["bots", "enable", "Ferries"], ["start", "--bot", "Ferries"],
      ["transcript", conversation], ["why", conversation],
      ["export", "--to", "jsonl", "--inbox", "Ferries"],
      ["export", "--to", "jsonl", "--conversation", conversation],
      ["replay", "--conversation", conversation],
    ] {
      let answer = try ledger.run(call, exits: 66)
      let name = call.contains("Ferries") ? "Ferries" : conversation
      #expect(answer.standardError.contains(name), "\(call)")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completes in a shell`(shell: String) throws {
    let ledger = try LedgerFolder()
    let answer = try ledger.run("--generate-completion-script", shell)
    for word in ["hand-over", "take-over", "inbox", "--idempotency-key"] {
      #expect(answer.text.contains(shell == "fish" ? word.trimmed : word), "\(word)")
    }
    guard shell == "bash" else { return }
    let script = try ledger.file("completion.bash", answer.standardOutput)
    var call = ledger.call(["-n", script])
    call.executable = "/bin/bash"
    #expect(try Tool.run(call, in: ledger.folder).exit == .code(0))
  }

  @Test
  func `takes the ledger from the option, then from the environment`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init")
    let other = ledger.folder.appending(path: "other").path
    try ledger.run("init", "--ledger", other)
    try ledger.run("bots", "register", "There", "--owner", "a", "--ledger", other)
    #expect(try ledger.read([Shape.Bot].self, "bots").isEmpty)
    #expect(try ledger.read([Shape.Bot].self, "bots", "--ledger", other).map(\.name) == ["There"])
    let position = try ledger.status().position
    try ledger.run("init")
    #expect(try ledger.status().position == position)
  }
}

extension String {
  /// The word without the hyphens before it.
  fileprivate var trimmed: String { String(drop { $0 == "-" }) }
}
