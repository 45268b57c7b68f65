import ArgumentParser
import ConversationLedger
import Conversations
import LedgerExchange

/// Writes conversations in a format for elsewhere.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export conversations to standard output.",
    discussion: """
      jsonl is the neutral format: one event a line, nothing left out; import reads it back.

      Example:
        handover export --to jsonl > ledger.jsonl
      """,
  )

  /// The formats.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl
  }

  @Option(name: .long, help: "The format: jsonl.")
  var to: Format

  @Option(name: .long, help: "Only the conversations of this bot's inbox.")
  var inbox: String?

  @Option(name: .long, help: "Only this conversation.")
  var conversation: ConversationID?

  @OptionGroup var options: LedgerOptions

  func run() throws {
    let ledger = try options.open()
    let exporter = JSONLinesExporter(of: ledger) { Terminal.write($0) }
    let count = try exporter.export(try scope(ledger))
    Terminal.note("\(count) lines, complete up to position \(try ledger.headPosition())")
  }

  private func scope(_ ledger: Ledger) throws -> JSONLinesExporter.Scope {
    if let conversation { return .conversation(conversation) }
    return try inbox.map { .inbox(try ledger.bot($0)) } ?? .all
  }
}
