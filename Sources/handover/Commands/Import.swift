import ArgumentParser
import ConversationLedger
import Foundation
import LedgerExchange

/// Brings the history of another system into a ledger.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Import conversations from files of another system.",
    discussion: """
      A second import of the same files appends nothing. Every row that is not taken has a reason.
      The ledger is made if there is none.

      Example:
        handover import --from sgd train/dialogues_001.json --json
      """,
  )

  @Option(name: .long, help: "The files' format: \(SourceFormat.names).")
  var from: SourceFormat

  @Argument(help: "The files.", completion: .file())
  var files: [String]

  @Flag(name: .long, help: "Say what would become of every row, and change nothing.")
  var dryRun = false

  @Option(name: .customLong("run"), help: "The run's name, for the audit.")
  var runName = "import"

  @OptionGroup var options: LedgerOptions
  @OptionGroup var write: WriteOptions

  /// How many skipped and ambiguous rows are listed for people; scripts get more.
  private static let shownRows = 20

  func run() throws {
    let (manifest, failure) = dryRun ? try preview() : try record()
    if options.json { try printJSON(manifest) } else { show(manifest) }
    if let failure { throw failure }
    guard manifest.skipped == 0 else {
      throw CommandFailure(
        Failure.Code.badData,
        "\(manifest.skipped) of \(manifest.rows) rows were not taken; the reasons are listed",
      )
    }
  }

  private func record() throws -> (ImportManifest, SourceError?) {
    try write.withLedger(options, creating: true) { ledger in
      try importFiles(into: ledger, .record)
    }
  }

  /// A dry run reads the ledger there is; if there is none, an empty one that is thrown away.
  private func preview() throws -> (ImportManifest, SourceError?) {
    do {
      return try importFiles(into: options.open(), .preview)
    } catch let error as LedgerError where error.kind == .noLedger {
      let folder = FileManager.default.temporaryDirectory.path + "/handover-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let ledger = try Ledger(at: folder, for: .writing(creating: true))
      defer { ledger.close() }
      return try importFiles(into: ledger, .preview)
    }
  }

  /// Imports file by file; one that cannot be read ends the import, what was good is kept.
  private func importFiles(
    into ledger: Ledger,
    _ mode: Importer.Mode,
  ) throws -> (ImportManifest, SourceError?) {
    let bar = ProgressBar("importing")
    var importer = Importer(into: ledger, run: runName, mode: mode) { manifest in
      bar.show(UInt64(manifest.rows), "rows")
    }
    var failure: SourceError?
    do {
      try importer.read(files, as: from)
    } catch let error as SourceError {
      failure = error
    }
    try importer.finish()
    bar.end()
    return (importer.manifest, failure)
  }

  private func show(_ manifest: ImportManifest) {
    let counts = [
      ("files", manifest.files), ("rows", manifest.rows),
      ("conversations", manifest.conversations), ("messages", manifest.messages),
      ("handovers", manifest.handovers), ("agent handovers", manifest.agentHandovers),
      ("agent returns", manifest.agentReturns), ("duplicates", manifest.duplicates),
      ("skipped", manifest.skipped), ("events appended", manifest.eventsAppended),
    ]
    var table = Table([dryRun ? "would import" : "imported", ""], flexible: 0, rightAligned: [1])
    for (name, count) in counts { table.add([name, "\(count)"]) }
    table.print()
    for skip in manifest.skips.prefix(Self.shownRows) {
      Terminal.note("skipped \(skip.file), row \(skip.row): \(skip.reason)")
    }
    let rest = manifest.skips.count - Self.shownRows
    if rest > 0 { Terminal.note("and \(rest) more; --json lists them all") }
    showAmbiguous(manifest)
  }

  private func showAmbiguous(_ manifest: ImportManifest) {
    guard manifest.ambiguousRows > 0 else { return }
    let places = manifest.ambiguous.prefix(Self.shownRows).map { "\($0.file), row \($0.row)" }
    let rest = manifest.ambiguousRows - places.count
    Terminal.note(
      "\(manifest.ambiguousRows) duplicates have neither \"id\" nor \"at\" and may be other words "
        + "that say the same: \(places.joined(separator: "; "))\(rest > 0 ? "; …" : "")"
    )
  }
}

extension SourceFormat {
  fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
