import ArgumentParser
import ConversationLedger
import Foundation
import LedgerHTTP

/// Signs what the log is.
struct CheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Sign what the log is now, and print the signed checkpoint.",
    discussion: """
      The checkpoint is a C2SP signed note: name of the log, number of records, root of the tree.
      Whoever keeps it can prove later that the log was changed or cut. Works beside a server.

      A log that is shorter than the last checkpoint, or took another course, is not signed and not
      opened for writing: an older copy was put back. --accept-older goes on with it all the same,
      as a log of another name with another key; the old checkpoint stays beside the keys.

      A witness (c2sp.org/tlog-witness) signs it too, if it continues what that witness has signed
      before; checkpoint and proofs bear its signature then. Give one --witness-key for each
      --witness.

      Example:
        handover checkpoint
        handover checkpoint --witness https://witness.example.com/ --witness-key "$WITNESS"
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

  @Option(name: .long, help: ArgumentHelp("Where a witness is asked.", valueName: "url"))
  var witness: [String] = []

  @Option(name: .long, help: ArgumentHelp("The key that witness signs with.", valueName: "key"))
  var witnessKey: [String] = []

  @OptionGroup var options: LedgerOptions

  func validate() throws {
    guard witness.count == witnessKey.count else {
      throw ValidationError("each --witness has its own --witness-key, in the same order")
    }
    guard witness.isEmpty || !acceptOlder else {
      throw ValidationError("--witness goes without --accept-older; ask the witnesses afterwards")
    }
    guard origin == nil || acceptOlder else {
      throw ValidationError("--origin goes with --accept-older; init names a new log")
    }
  }

  func run() async throws {
    let checkpoint = try await signed()
    if options.json { return try printJSON(checkpoint) }
    Terminal.write(Data(checkpoint.note.utf8))
    Terminal.note("key \(checkpoint.vkey)")
  }

  private func signed() async throws -> SignedCheckpoint {
    if acceptOlder { return try Ledger.acceptOlderLog(at: options.ledger, as: origin) }
    let ledger = try Ledger(at: options.ledger, for: .reading)
    var checkpoint = try ledger.signCheckpoint()
    for (address, vkey) in zip(witness, witnessKey) {
      let witness = Witness(at: address, vkey: vkey)
      checkpoint = try await ledger.signCheckpoint(witnessedBy: witness)
    }
    return checkpoint
  }
}
