import ArgumentParser
import ConversationLedger
import Conversations
import Foundation

/// Shows a conversation.
struct TranscriptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transcript",
    abstract: "Show a conversation from its first message on.",
    discussion: """
      An empty line stands where a bot handed over to another, and nowhere else.

      Example:
        handover transcript 0190b6a0-5c1f-7d1e-8000-000000000001
      """,
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Option(name: .long, help: "As it was at a log position or time.") var asOf: String?
  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let transcript = try reader.read(.conversation(conversation), by: "transcript", options) {
      try $0.transcript(of: conversation, asOf: try moment(asOf))
    }
    if options.json { return try printJSON(transcript) }
    Terminal.show(transcript)
    Terminal.note("\(transcript.count) entries, complete at position \(transcript.position)")
  }
}

extension Terminal {
  /// Prints a transcript; what would steer a terminal is harmless on one.
  static func show(_ transcript: Transcript) {
    write(Data(transcript.plainText.utf8), showing: .lines)
  }
}

/// Shows why a conversation is where it is.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Show the events that put a conversation where it is, refusals included.",
    discussion: "Example:\n  handover why 0190b6a0-5c1f-7d1e-8000-000000000001",
  )

  @Argument(help: "The conversation.") var conversation: ConversationID
  @Option(name: .long, help: "As it was at a log position or time.") var asOf: String?
  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let (why, registry) = try reader.read(.conversation(conversation), by: "why", options) {
      (try $0.why(conversation, asOf: try moment(asOf)), try $0.registry())
    }
    if options.json { return try printJSON(why) }
    var table = EventTable.table()
    for event in why.events { table.add(EventTable.cells(event, registry)) }
    table.print()
    Terminal.note("\(why.count) events, complete at position \(why.position)")
  }
}

/// Follows the log.
struct Follow: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print events as they are recorded, until interrupted.",
    discussion: """
      With --json, one JSON object a line. --after resumes exactly where an earlier run ended; a
      position the log has not reached ends the command with exit code 66.

      Example:
        handover follow --after 4711 --json
      """,
  )

  @Option(name: .long, help: "Begin behind this position; standard: the end of the log.")
  var after: UInt64?
  @Option(name: .long, help: "End after this many events.") var limit: Int?
  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let end = try reader.read(.log, by: "follow", options) { try $0.headPosition() }
    let ledger = try options.open()
    var position = after ?? end
    guard position <= end else {
      throw LedgerError(
        .notFound,
        "the log ends at position \(end), before \(position): it is another log, or an older one",
      )
    }
    var count = 0
    while count < limit ?? .max {
      let head = try ledger.headPosition()
      guard head > position else {
        Thread.sleep(forTimeInterval: 0.05)
        continue
      }
      let end = min(head, position + UInt64(min(10_000, (limit ?? .max) - count)))
      try ledger.forEachEvent(from: position + 1, through: end) { try show(EventRow($0)) }
      count += Int(end - position)
      position = end
    }
  }

  private func show(_ event: EventRow) throws {
    if options.json { return try printJSON(event) }
    let words = event.text ?? event.reason ?? ""
    let author = event.author ?? ""
    Terminal.print("\(event.position)  \(event.at)  \(event.type)  \(author)  \(words)")
  }
}

/// How events look in a table.
enum EventTable {
  static func table() -> Table {
    Table(
      ["position", "at", "event", "by", "from", "to", "module", "words"],
      flexible: 7,
      rightAligned: [0, 6],
    )
  }

  static func cells(_ event: EventRow, _ registry: Registry) -> [String] {
    let names = BotNames(registry)
    let code = event.code.map { "\($0): " } ?? ""
    return [
      "\(event.position)", String(event.at.prefix(19)), event.type, event.authorKind ?? "",
      names.name(event.from), names.name(event.to), event.module.map { "\($0)" } ?? "",
      code + (event.reason ?? event.text ?? ""),
    ]
  }
}
