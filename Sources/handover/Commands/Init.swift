import ArgumentParser
import ConversationLedger

/// Creates a ledger.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Create a ledger.",
    discussion: """
      Makes the folder, the keys and an empty log, and prints the public key that verifies the
      log's checkpoints and proofs: give it to whoever is to check them. A ledger that is there
      already stays as it is.

      Example:
        handover init --ledger /var/lib/handover --origin example.com/ledger
      """,
  )

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The name of the log in its checkpoints; standard: one drawn at random.",
      valueName: "name",
    ),
  )
  var origin: String?

  @OptionGroup var options: LedgerOptions
  @OptionGroup var write: WriteOptions

  /// How the ledger stands, and its public key.
  struct Output: Encodable {
    var status: LedgerStatus
    var vkey: String

    enum Key: CodingKey { case vkey }

    /// Writes the key as one more member of the status.
    func encode(to encoder: any Encoder) throws {
      try status.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(vkey, forKey: .vkey)
    }
  }

  func run() throws {
    let output = try write.withLedger(options, creating: true, origin: origin) { ledger in
      Output(status: try ledger.status(), vkey: try ledger.verificationKey())
    }
    if options.json { return try printJSON(output) }
    Terminal.print("ledger at \(options.ledger), position \(output.status.position)")
    Terminal.print("key \(output.vkey)")
  }
}
