import ArgumentParser
import ConversationLedger

/// Makes a ledger from a backup.
struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a new ledger from a backup, up to its end or to an earlier moment.",
    discussion: """
      Reads and verifies the whole backup, also when a part is left out. Writes over nothing: there
      must be no ledger at --ledger. Says what is still needed; the master key always is.

      Example:
        handover restore /backup/ledger --ledger /var/lib/handover
        handover restore /backup/ledger --to 2026-11-25T08:00:00Z --ledger ./yesterday
      """,
  )

  @Argument(help: "The backup's folder.", completion: .directory) var folder: String
  @Option(name: .long, help: "Leave out what came behind this log position or time.")
  var to: String?
  @OptionGroup var keys: KeyPlaceOptions
  @OptionGroup var options: LedgerOptions

  func run() throws {
    var how = RestoreOptions()
    how.moment = try moment(to)
    how.keys = keys.place
    let bar = ProgressBar("restoring")
    let report = try Ledger.restore(folder, to: options.ledger, options: how) {
      bar.show($0, of: $1)
    }
    bar.end()
    if options.json { return try printJSON(report) }
    Terminal.print("ledger    \(report.ledger)")
    Terminal.print("position  \(report.position), \(report.leftOut) left out")
    Terminal.print("root      \(report.root)")
    Terminal.print("keys      \(report.keys ?? "none")")
    for sentence in report.needed { Terminal.note("needed: \(sentence)") }
  }
}
