import ArgumentParser
import ConversationLedger

/// Verifies the ledger.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check records, tree, checkpoints, chains, bodies, rules and views.",
    discussion: """
      Two verdicts: integrity (what is there is what was recorded) and completeness (everything
      that was recorded is there). Says what was checked and what could not be. Exit code 1 if a
      verdict says no. Whoever can write the ledger's files can make all of them anew, so that they
      fit each other; --checkpoint compares them with what was signed and kept elsewhere.

      Example:
        handover verify --json
        handover verify --only leaf tree position
        handover verify --checkpoint may.checkpoint june.checkpoint --vkey-file ledger.vkey
      """,
  )

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp("Only these checks: \(checkNames).", valueName: "check"),
  )
  var only: [Verification.Check] = []

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp("Checkpoints of this log that were kept elsewhere.", valueName: "file"),
    completion: .file(),
  )
  var checkpoint: [String] = []
  @OptionGroup var signer: KeyOptions
  @OptionGroup var options: LedgerOptions

  private static let checkNames = Verification.Check.allCases.map(\.rawValue)
    .joined(separator: ", ")

  func validate() throws {
    guard only.isEmpty || checkpoint.isEmpty || only.contains(.checkpoint) else {
      throw ValidationError("--checkpoint is compared by the check checkpoint; add it to --only")
    }
  }

  func run() throws {
    let ledger = try options.open()
    let bar = ProgressBar("verifying")
    let checks = only.isEmpty ? Verification.Check.allCases : only
    let vkey = try signer.key()
    let kept = try checkpoint.map { path in
      KeptCheckpoint(try GivenFile(path).bytes(), vkey: vkey, name: path)
    }
    let found = try ledger.verify(Set(checks), against: kept) { bar.show($0, of: $1) }
    bar.end()
    if options.json { try printJSON(found) } else { show(found) }
    guard found.integrity, found.completeness else {
      throw CommandFailure(
        Failure.Code.checkSaidNo,
        "the ledger is damaged; restore a backup and compare",
      )
    }
  }

  private func show(_ found: Verification) {
    Terminal.print("position      \(found.position)")
    Terminal.print("root          \(found.root)")
    Terminal.print("integrity     \(found.integrity ? "holds" : "FAILS")")
    Terminal.print("completeness  \(found.completeness ? "holds" : "FAILS")")
    var table = Table(["check", "looked at", "wrong", "what is compared"], flexible: 3)
    for check in found.checks {
      let note = check.note.map { " (\($0))" } ?? ""
      table.add([
        check.name.rawValue, "\(check.checked)", "\(check.failed)", check.name.meaning + note,
      ])
    }
    table.print()
    for sentence in found.unchecked { Terminal.print("not checked: \(sentence)") }
    for finding in found.findings {
      Terminal.note("position \(finding.position): \(finding.what) (\(finding.verdict.rawValue))")
    }
  }
}

extension Verification.Check {
  /// What the check compares, for people.
  fileprivate var meaning: String {
    switch self {
    case .leaf: "records with their leaf hashes"
    case .tree: "the tree's nodes and root with the leaves"
    case .checkpoint: "the log with signed checkpoints"
    case .position: "positions, which have no gap and no end before the head"
    case .chain: "events with the one before them in their conversation"
    case .body: "sealed bodies with their keys"
    case .rules: "events with the rule book, replayed"
    case .pages: "pages of the files, each in use once or free"
    case .views: "the live views with a rebuild"
    }
  }
}
