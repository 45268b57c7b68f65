import ArgumentParser
import ConversationLedger

/// Shows the keys, and changes the master key.
struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how the keys stand, or change the master key.",
    discussion: """
      The master key wraps the key of each conversation. It lies in keys/master.key, unless the
      environment says where it comes from: HANDOVER_MASTER_KEY (64 hexadecimal digits),
      HANDOVER_MASTER_KEY_FILE (a path) or HANDOVER_MASTER_KEY_COMMAND (a shell command that prints
      the digits, such as one that asks a key management service). Every command takes them.

      Example:
        handover keys status
        handover keys rotate
        HANDOVER_MASTER_KEY_NEW_FILE=/run/secrets/next.key handover keys rotate
      """,
    subcommands: [Status.self, Rotate.self, AcceptOlder.self],
    defaultSubcommand: Status.self,
  )

  /// Shows how the keys stand.
  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show where the master key comes from, and how many data keys there are.",
      discussion: """
        Nothing that is shown is secret.

        Example:
          handover keys status --json
        """,
    )

    @OptionGroup var options: LedgerOptions

    func run() throws { try options.open().keyStatus().print(options) }
  }

  /// Changes the master key.
  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put another master key in the place of the one there is.",
      discussion: """
        Wraps the key of each conversation anew, in a new file; records and proofs stay as they are.
        No process may write the ledger meanwhile. The new key comes from HANDOVER_MASTER_KEY_NEW,
        _NEW_FILE or _NEW_COMMAND; without them one is drawn at random and replaces the old one in
        its file. Copies of the keys from before open with the old master key only: keep it as long
        as you want to be able to restore them, and destroy it to destroy them.

        Example:
          handover keys rotate
        """,
    )

    @OptionGroup var options: LedgerOptions

    func run() throws { try Ledger.rotateMasterKey(at: options.ledger).print(options) }
  }
}

extension Keys {
  /// Goes on with keys that are older than the log.
  struct AcceptOlder: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "accept-older",
      abstract: "Go on with keys that are older than the log, or without any.",
      discussion: """
        A ledger whose keys do not reach every slot that its log uses is read, and not written: an
        older copy of the keys was put back, or they are gone. Look for the newest copy first. This
        goes on without the words that the missing keys opened. It is written down in the log, and
        the missing slots are never filled, so that a newer copy still opens what it opened.

        Example:
          handover keys accept-older --as dba
        """,
    )

    @Option(
      name: .customLong("as"),
      help: ArgumentHelp("The account of who decides it.", valueName: "user"),
    )
    var user: String?
    @OptionGroup var options: LedgerOptions

    func run() throws {
      let accepted = try Ledger.acceptOlderKeys(at: options.ledger, by: user)
      if options.json { return try printJSON(accepted) }
      Terminal.print("missing      slots behind \(accepted.after), through \(accepted.through)")
      Terminal.print("recorded at  position \(accepted.position)")
      guard accepted.ownKeyLost else { return }
      Terminal.note("the ledger's own key is among them: register bots again to give them names")
    }
  }
}

extension KeyStatus {
  fileprivate func print(_ options: LedgerOptions) throws {
    if options.json { return try printJSON(self) }
    Terminal.print("master key   \(masterKey)")
    Terminal.print("known by     \(fingerprint)")
    let missing = missing > 0 ? ", \(missing) missing" : ""
    Terminal.print("data keys    \(made) made\(missing), \(destroyed) destroyed")
  }
}
