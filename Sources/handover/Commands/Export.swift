import ArgumentParser
import ConversationLedger
import Conversations
import LedgerExchange

/// Writes conversations in a format for elsewhere.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export conversations, or the whole log for others to check.",
    discussion: """
      jsonl is the neutral format, on standard output: one event a line, nothing left out; import
      reads it back. tiles is the whole log as files that any web server can give out
      (c2sp.org/tlog-tiles), with its records as lines of JSON, words sealed, and a signed
      checkpoint; the same folder again adds what is new.

      Example:
        handover export --to jsonl > ledger.jsonl
        handover export --to tiles --out /srv/log
      """,
  )

  /// The formats.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl, tiles
  }

  @Option(name: .long, help: "The format: jsonl or tiles.")
  var to: Format

  @Option(
    name: .long,
    help: ArgumentHelp("The folder of the tiles.", valueName: "dir"),
    completion: .directory,
  )
  var out: String?

  @Option(name: .long, help: "Only the conversations of this bot's inbox.")
  var inbox: String?

  @Option(name: .long, help: "Only this conversation.")
  var conversation: ConversationID?

  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func validate() throws {
    guard to == .tiles else {
      guard out == nil else { throw ValidationError("--out is for tiles; leave it out") }
      return
    }
    guard out != nil else { throw ValidationError("tiles go to a folder: give --out") }
    guard inbox == nil, conversation == nil else {
      throw ValidationError("tiles are of the whole log: leave --inbox and --conversation out")
    }
  }

  func run() throws {
    let scope = try noted(scope(try options.open()))
    if let out { return try exportTiles(to: out) }
    let ledger = try options.open()
    let exporter = JSONLinesExporter(of: ledger) { Terminal.write($0) }
    let count = try exporter.export(scope)
    Terminal.note("\(count) lines, complete up to position \(try ledger.headPosition())")
  }

  private func exportTiles(to folder: String) throws {
    let bar = ProgressBar("exporting")
    let report = try options.open().exportTiles(to: folder) { bar.show($0, of: $1) }
    bar.end()
    if options.json { return try printJSON(report) }
    Terminal.print("log       \(report.origin)")
    Terminal.print("size      \(report.size)")
    Terminal.print("root      \(report.root)")
    Terminal.print("key       \(report.vkey)")
    Terminal.print("files     \(report.tiles) of hashes and records, in \(folder)")
    for path in report.leftOut {
      Terminal.note("\(path) was left out: it has a record longer than 65,535 bytes")
    }
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
    try reader.read(ReadingScope(scope), by: to.rawValue, options, as: .exported) { _ in scope }
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
