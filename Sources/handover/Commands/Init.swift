import ArgumentParser
import ConversationLedger

/// Creates a ledger.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Create a ledger.",
    discussion: """
      Makes the folder, the keys and an empty log. A ledger that is there already stays as it is.

      Example:
        handover init --ledger /var/lib/handover
      """,
  )

  @OptionGroup var options: LedgerOptions
  @OptionGroup var write: WriteOptions

  func run() throws {
    let status = try write.withLedger(options, creating: true) { try $0.status() }
    if options.json { return try printJSON(status) }
    Terminal.print("ledger at \(options.ledger), position \(status.position)")
  }
}
