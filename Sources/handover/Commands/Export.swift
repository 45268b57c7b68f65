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

  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let scope = try noted(scope(try options.open()))
    let ledger = try options.open()
    let exporter = JSONLinesExporter(of: ledger) { Terminal.write($0) }
    let count = try exporter.export(scope)
    Terminal.note("\(count) lines, complete up to position \(try ledger.headPosition())")
  }

  private func scope(_ ledger: Ledger) throws -> JSONLinesExporter.Scope {
    if let conversation {
      _ = try ledger.page(of: conversation)
      return .conversation(conversation)
    }
    return try inbox.map { .inbox(try ledger.bot($0)) } ?? .all
  }

  /// The scope, once it is written down who exports it.
  private func noted(_ scope: JSONLinesExporter.Scope) throws -> JSONLinesExporter.Scope {
    let read = ReadingScope(scope)
    let reading = Reading(.exported, of: read, by: reader.name, means: to.rawValue)
    return try Ledger.read(at: options.ledger, noting: reading) { _ in scope }
  }
}

extension ReadingScope {
  fileprivate init(_ scope: JSONLinesExporter.Scope) {
    self =
      switch scope {
      case .all: .log
      case .inbox(let bot): .inbox(bot)
      case .conversation(let conversation): .conversation(conversation)
      }
  }
}
