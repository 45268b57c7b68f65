import ArgumentParser
import ConversationLedger

/// Verifies the ledger.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check records, tree, chains, bodies, rules and views against each other.",
    discussion: """
      Two verdicts: integrity (what is there is what was recorded) and completeness (everything
      that was recorded is there). Says what was checked and what could not be. Exit code 1 if a
      verdict says no.

      Example:
        handover verify --json
        handover verify --only leaf tree position
      """,
  )

  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp("Only these checks: \(checkNames).", valueName: "check"),
  )
  var only: [Verification.Check] = []
  @OptionGroup var options: LedgerOptions

  private static let checkNames = Verification.Check.allCases.map(\.rawValue)
    .joined(separator: ", ")

  func run() throws {
    let ledger = try options.open()
    let bar = ProgressBar("verifying")
    let checks = only.isEmpty ? Verification.Check.allCases : only
    let found = try ledger.verify(Set(checks)) { bar.show($0, of: $1) }
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
    case .checkpoint: "the log with the last signed checkpoint"
    case .position: "positions, which have no gap and no end before the head"
    case .chain: "events with the one before them in their conversation"
    case .body: "sealed bodies with their keys"
    case .rules: "events with the rule book, replayed"
    case .views: "the live views with a rebuild"
    }
  }
}
