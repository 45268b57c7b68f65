import ArgumentParser
import ConversationLedger

/// Backs a ledger up, or checks a backup.
struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Add to a backup what the ledger has more, and verify it.",
    discussion: """
      Reads the ledger beside whoever writes it. The backup has a manifest only when everything is
      on disk and was read back; the next run adds what came since. Copies of the keys have a
      folder and a retention of their own. The master key is in no backup: keep it elsewhere.

      Example:
        handover backup /backup/ledger --keys /backup/keys --keep-keys 7
        handover backup /backup/ledger --check
      """,
  )

  @Argument(help: "The backup's folder; made if there is none.", completion: .directory)
  var folder: String

  @OptionGroup var keys: KeyPlaceOptions

  @Option(name: .long, help: "Take away all copies of the keys but the newest so many.")
  var keepKeys: Int?

  @Flag(
    name: .long,
    help: "Read back only what is added, not all of the backup; --check reads all of it.",
  )
  var verifyNew = false

  @Flag(name: .long, help: "Check the backup; no ledger is needed. Exit code 1 if it says no.")
  var check = false

  @OptionGroup var options: LedgerOptions

  func validate() throws {
    if let keepKeys, keepKeys < 1 { throw ValidationError("--keep-keys is 1 or more") }
  }

  func run() throws { try check ? checkBackup() : backUp() }

  private func backUp() throws {
    var how = BackupOptions()
    how.keys = keys.place
    how.keysKept = keepKeys
    how.verification = verifyNew ? .whatIsNew : .everything
    let bars = (copying: ProgressBar("copying"), verifying: ProgressBar("verifying"))
    let report = try Ledger.backUp(options.ledger, into: folder, options: how) {
      ($0 == .copying ? bars.copying : bars.verifying).show($1, of: $2)
    }
    if options.json { return try printJSON(report) }
    Terminal.print("position  \(report.position), \(report.added) added")
    Terminal.print("root      \(report.root)")
    Terminal.print("verified  \(report.verified) records")
    Terminal.print("manifest  \(report.manifest)")
    Terminal.print("keys      \(report.keys ?? "not copied")")
    for name in report.keysRemoved { Terminal.print("removed   \(name)") }
  }

  private func checkBackup() throws {
    let bar = ProgressBar("checking")
    let check = try Ledger.checkBackup(folder, keys: keys.place) { bar.show($0, of: $1) }
    if options.json {
      try printJSON(check)
    } else {
      Terminal.print("position  \(check.position)")
      Terminal.print("root      \(check.root)")
      Terminal.print("records   \(check.records)")
      Terminal.print("keys      \(check.keys) copies")
      Terminal.print("backup    \(check.whole ? "is whole" : "IS DAMAGED")")
      for finding in check.findings { Terminal.note("\(finding.file): \(finding.what)") }
    }
    guard check.whole else {
      throw CommandFailure(Failure.Code.checkSaidNo, "the backup is damaged; make a new one")
    }
  }
}

/// Where the copies of the keys lie, for the commands of backups.
struct KeyPlaceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder of the copies of the keys, if not in the backup.",
      valueName: "dir",
    ),
    completion: .directory,
  )
  var keys: String?

  @Flag(name: .long, help: "Leave the keys out.")
  var withoutKeys = false

  func validate() throws {
    guard keys == nil || !withoutKeys else {
      throw ValidationError("give --keys or --without-keys, not both")
    }
  }

  /// What was said.
  var place: BackupOptions.KeyPlace {
    withoutKeys ? .nowhere : keys.map { .folder($0) } ?? .inside
  }
}
