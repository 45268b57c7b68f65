import ArgumentParser
import ConversationLedger
import Conversations
import Foundation

/// Switches the read audit.
struct ReadAudit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read-audit",
    abstract: "Record who opens transcripts, or stop it; an event of the log either way.",
    discussion: """
      When it is on, nobody is shown a transcript before it is on disk who asked for it. Exports
      are always recorded. `handover reads` lists both.

      Example:
        handover read-audit on --as officer
        handover read-audit status
      """,
  )

  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable {
    case on, off, status
  }

  /// How it stands.
  struct Output: Encodable {
    var audit: Bool
  }

  @Argument(help: "on, off, or status.") var action: Action
  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions
  @OptionGroup var write: WriteOptions

  func run() throws {
    if action != .status { try change() }
    let isOn = try options.open().registry().isReadAuditOn
    if options.json { return try printJSON(Output(audit: isOn)) }
    Terminal.print("the read audit is \(isOn ? "on" : "off")")
  }

  private func change() throws {
    try write.withLedger(options) { ledger in
      let command = RegistryCommand.switchReadAudit(isOn: action == .on, by: reader.name)
      for case .refused(let refusal) in try ledger.submitAndWait([.registry(command, by: .trusted)])
      { throw refusal }
    }
  }
}

/// Lists who read what.
struct Reads: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List who opened and exported what, the newest first.",
    discussion: """
      Example:
        handover reads --conversation 0190b6a0-5c1f-7d1e-8000-000000000001
      """,
  )

  @Option(name: .long, help: "Only readings of this conversation.")
  var conversation: ConversationID?
  @Option(name: .long, help: "The most readings.") var limit = 100
  @OptionGroup var options: LedgerOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is 1 or more") }
  }

  func run() throws {
    let page = try options.open().reads(of: conversation, limit: limit)
    if options.json { return try printJSON(page) }
    var table = Table(
      ["position", "at", "by", "what", "through", "of"],
      flexible: 5,
      rightAligned: [0, 4],
    )
    for row in page.reads {
      let subject = row.conversationId ?? row.botId.map { "inbox \($0)" } ?? "the log"
      table.add([
        "\(row.position)", String(row.at.prefix(19)), row.reader ?? "-",
        "\(row.kind.rawValue) (\(row.means))", "\(row.through)", subject,
      ])
    }
    table.print()
    let waiting = page.waiting > 0 ? ", \(page.waiting) more wait for the writer" : ""
    let rest = page.complete ? "complete" : "there are more"
    Terminal.note("\(page.count) readings, \(rest) at position \(page.position)\(waiting)")
  }
}

/// Who reads, for the commands that show words.
struct ReaderOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Who reads, for the read audit; standard: the account of the operating system.",
      valueName: "user",
    ),
  )
  var user: String?

  /// The name.
  var name: String { user ?? ProcessInfo.processInfo.userName }

  /// Reads something, and has it written down before it is shown.
  func read<Result>(
    _ scope: ReadingScope,
    by means: String,
    _ options: LedgerOptions,
    as kind: Reading.Kind = .opened,
    _ body: (Ledger) throws -> Result,
  ) throws -> Result {
    let reading = Reading(kind, of: scope, by: name, means: means)
    return try Ledger.read(at: options.ledger, noting: reading, body)
  }
}
