import ArgumentParser
import ConversationLedger
import Conversations

/// Lists the conversations of a bot.
struct Inbox: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the conversations a bot holds.",
    discussion: """
      A conversation is in the inbox of the last bot that held it. An arrow stands before those
      that were handed over.

      Example:
        handover inbox Restaurants_1 --had-handover --limit 10
      """,
  )

  @Argument(help: "The bot: its UUID, or a name only one bot has.") var bot: String
  @Option(name: .long, help: "Only active, expired or ended ones.")
  var status: ConversationStatus?
  @Option(name: .long, help: "Only with activity at or after this time (RFC 3339).")
  var from: String?
  @Option(name: .long, help: "Only started at or before this time; a date counts whole.")
  var to: String?
  @Flag(name: .long, help: "All that the bot held at some time, wherever they are.")
  var tookPart = false
  @Flag(name: .long, help: "Only those that were handed over.") var hadHandover = false
  @Flag(name: .long, help: "Only those an agent was in control of.") var hadAgent = false
  @Option(name: .long, help: "Only those with all these words in one message.")
  var text: String?
  @Option(name: .long, help: "The most rows.") var limit = 50
  @Option(name: .long, help: "Go on behind the page whose `next` this is.") var after: String?
  @Option(name: .long, help: "As it was at a log position or time.") var asOf: String?
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let ledger = try options.open()
    let page = try ledger.inbox(try query(ledger))
    if options.json { return try printJSON(page) }
    page.show(try ledger.registry())
  }

  private func query(_ ledger: Ledger) throws -> InboxQuery {
    guard (1...100_000).contains(limit) else {
      throw ValidationError("--limit is 1 to 100000, not \(limit)")
    }
    var query = InboxQuery(of: try ledger.bot(bot))
    query.status = status
    query.from = try from.map { try time($0, "--from") }
    query.to = try to.map { try endOfDay($0) }
    query.tookPart = tookPart
    query.hadHandover = hadHandover
    query.hadAgent = hadAgent
    query.text = text
    query.limit = limit
    query.after = after
    query.asOf = try moment(asOf)
    return query
  }

  /// A date alone means all of its day.
  private func endOfDay(_ text: String) throws -> Timestamp {
    let time = try time(text, "--to")
    guard text.utf8.count == 10 else { return time }
    return Timestamp(microseconds: time.microseconds + 86_400_000_000 - 1)
  }
}

extension InboxPage {
  /// Shows the page as a table.
  func show(_ registry: Registry) {
    var table = Table(
      ["", "conversation", "last activity", "status", "msgs", "visitor", "path", "last message"],
      flexible: 7,
      rightAligned: [4],
    )
    for row in rows {
      let control = row.agent.map { "agent \($0)" } ?? row.status.rawValue
      table.add([
        row.icon == "right-arrow" ? "→" : " ", row.conversationId,
        String(row.lastActivityAt.prefix(19)), control, "\(row.messages)",
        row.visitor.name ?? row.externalId ?? "-", shown(row.path, registry),
        row.lastMessage?.preview ?? "",
      ])
    }
    table.print()
    let more = next.map { "; more with --after \($0)" } ?? ""
    let changed = newer.map { $0 > 0 ? "; \($0) changed since" : "" } ?? ""
    Terminal.note("\(rows.count) of \(total), at position \(position)\(changed)\(more)")
  }
}

/// The names of the bots of a path; of a long one its ends, and how many are between them.
private func shown(_ path: [String], _ registry: Registry) -> String {
  let names = BotNames(registry)
  guard path.count > 4, let first = path.first, let last = path.last else {
    return path.map { names.name($0) }.joined(separator: " → ")
  }
  return "\(names.name(first)) → (\(path.count - 2) more) → \(names.name(last))"
}

/// A time given on the command line.
func time(_ text: String, _ option: String) throws -> Timestamp {
  guard let time = Timestamp(text: text) else {
    throw ValidationError("\(option) is a date or time like 2026-11-22T15:10:58Z, not \(text)")
  }
  return time
}

/// A moment given on the command line; none if there is no `--as-of`.
func moment(_ text: String?) throws -> Moment? { try text.map { try moment($0, "--as-of") } }

/// A moment given on the command line.
func moment(_ text: String, _ option: String) throws -> Moment {
  guard let moment = Moment(text: text) else {
    throw ValidationError("\(option) is a log position or a time (RFC 3339), not \(text)")
  }
  return moment
}
