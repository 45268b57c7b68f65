import ArgumentParser
import ConversationLedger
import Conversations
import LedgerExchange

/// Writes conversations in a format for elsewhere.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export conversations, or the whole log for others to check.",
    discussion: """
      On standard output: jsonl is the neutral format, one event a line, nothing left out, and
      import reads it back; cloudevents is one event a line too, as the live streams give them
      (CloudEvents 1.0); csv is a row for each conversation; text is the transcripts. A terminal
      shows control characters in digits; files and pipes get every byte. tiles is the
      whole log as files that any web server can give out
      (c2sp.org/tlog-tiles), with its records as lines of JSON, words sealed, and a signed
      checkpoint; the same folder again adds what is new.

      Example:
        handover export --to jsonl > ledger.jsonl
        handover export --to csv --inbox Flights > flights.csv
        handover export --to tiles --out /srv/log
      """,
  )

  /// The formats.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case jsonl, cloudevents, csv, text, tiles
  }

  @Option(name: .long, help: "The format: jsonl, cloudevents, csv, text or tiles.")
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

  @Flag(
    name: .customLong("no-bom"),
    help: "Begin a csv without the byte order mark, which spreadsheets need and programs may not.",
  )
  var isMarkLeftOut = false

  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func validate() throws {
    guard !isMarkLeftOut || to == .csv else {
      throw ValidationError("--no-bom is for csv; leave it out")
    }
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
    guard let format = Exporter.Format(rawValue: to.rawValue) else { return }
    let ledger = try options.open()
    let exporter = Exporter(of: ledger, mark: isMarkLeftOut ? .leftOut : .written) {
      Terminal.write($0, showing: format.visibleForm)
    }
    let count = try exporter.export(scope, as: format)
    let position = try ledger.headPosition()
    Terminal.note("\(count) \(format.unit), complete up to position \(position)")
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

  private func scope(_ ledger: Ledger) throws -> ExportScope {
    if let conversation {
      _ = try ledger.page(of: conversation)
      return .conversation(conversation)
    }
    return try inbox.map { .inbox(try ledger.bot($0)) } ?? .all
  }

  /// The scope, once it is written down who exports it.
  private func noted(_ scope: ExportScope) throws -> ExportScope {
    try reader.read(ReadingScope(scope), by: to.rawValue, options, as: .exported) { _ in scope }
  }
}

extension ReadingScope {
  fileprivate init(_ scope: ExportScope) {
    self =
      switch scope {
      case .all: .log
      case .inbox(let bot): .inbox(bot)
      case .conversation(let conversation): .conversation(conversation)
      }
  }
}

extension Exporter.Format {
  /// How a terminal shows what would steer it.
  fileprivate var visibleForm: VisibleForm {
    switch self {
    case .jsonl, .cloudevents: .json
    case .csv, .text: .lines
    }
  }

  /// What is counted.
  fileprivate var unit: String {
    switch self {
    case .jsonl: "lines"
    case .cloudevents: "events"
    case .csv, .text: "conversations"
    }
  }
}
