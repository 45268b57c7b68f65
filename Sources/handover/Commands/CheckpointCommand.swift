import ArgumentParser
import ConversationLedger
import Foundation

/// Signs what the log is.
struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Sign what the log is now, and print the signed checkpoint.",
    discussion: """
      The checkpoint is a C2SP signed note: name of the log, number of records, root of the tree.
      Whoever keeps it can prove later that the log was changed or cut. Works beside a server.

      A log that is shorter than the last checkpoint, or took another course, is not signed and not
      opened for writing: an older copy was put back. --accept-older goes on with it all the same,
      as a log of another name with another key; the old checkpoint stays beside the keys.

      Example:
        handover checkpoint
        handover checkpoint --accept-older --origin example.com/ledger-2
      """,
  )

  @Flag(name: .long, help: "Go on with a log that is not the one that was signed.")
  var acceptOlder = false

  @Option(
    name: .long,
    help: ArgumentHelp("The new name, with --accept-older.", valueName: "name"),
  )
  var origin: String?

  @OptionGroup var options: LedgerOptions

  func validate() throws {
    guard origin == nil || acceptOlder else {
      throw ValidationError("--origin goes with --accept-older; init names a new log")
    }
  }

  func run() throws {
    let checkpoint = try signed()
    if options.json { return try printJSON(checkpoint) }
    Terminal.write(Data(checkpoint.note.utf8))
    Terminal.note("key \(checkpoint.vkey)")
  }

  private func signed() throws -> SignedCheckpoint {
    guard acceptOlder else {
      return try Ledger(at: options.ledger, for: .reading).signCheckpoint()
    }
    return try Ledger.acceptOlderLog(at: options.ledger, as: origin)
  }
}
