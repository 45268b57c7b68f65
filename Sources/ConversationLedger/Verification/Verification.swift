/// What a verification found: two verdicts, because integrity is not completeness.
public struct Verification: Codable, Hashable, Sendable {
  /// The log position up to which was verified.
  public var position: UInt64
  /// The records read and compared with their leaves.
  public var records: UInt64
  /// The root computed from the records, in hexadecimal; the committed one if none was computed.
  public var root: String
  /// Whether what is there is what was recorded.
  public var integrity: Bool
  /// Whether everything that was recorded is there.
  public var completeness: Bool
  /// What is wrong, by check and position; of each check the first thousand.
  public var findings: [Finding]
  /// What was checked.
  public var checks: [CheckReport]
  /// What was not or could not be checked, each in a sentence.
  public var unchecked: [String]

  /// What a finding speaks against.
  public enum Verdict: String, Codable, Hashable, Sendable, CaseIterable {
    /// Something is not what was recorded.
    case integrity
    /// Something that was recorded is missing.
    case completeness
  }

  /// A part of the verification.
  public enum Check: String, Codable, Hashable, Sendable, CaseIterable {
    /// Every record is what its leaf hash says, and its header is well-formed.
    case leaf
    /// The tree and its stored nodes are what the leaves say; the root is the committed one.
    case tree
    /// The log continues its last signed checkpoint, and those that were kept elsewhere.
    case checkpoint
    /// Every position up to the head is there, and none behind it.
    case position
    /// The events of each conversation follow one another without a gap.
    case chain
    /// Every sealed body opens with its key, or the key was destroyed.
    case body
    /// The rules could have given every event that was not imported.
    case rules
    /// Every page of the files of log and keys is used once, or free.
    case pages
    /// The live views are the ones a rebuild gives.
    case views

    /// What most findings of the check speak against.
    var verdict: Verdict {
      switch self {
      case .leaf, .tree, .checkpoint, .body, .rules, .pages, .views: .integrity
      case .position, .chain: .completeness
      }
    }
  }

  /// Something that is wrong.
  public struct Finding: Codable, Hashable, Sendable {
    /// Where; the head's position if it is no single place.
    public var position: UInt64
    /// What.
    public var what: String
    /// What it speaks against.
    public var verdict: Verdict
    /// Which part found it.
    public var check: Check
  }

  /// What a part of the verification came to.
  public struct CheckReport: Codable, Hashable, Sendable {
    /// Which part.
    public var name: Check
    /// How many things were compared.
    public var checked: UInt64
    /// How many were wrong.
    public var failed: Int
    /// What there is to say beside the numbers.
    @ExplicitNull public var note: String?
  }
}

extension Verification {
  /// Draws the verdicts from what the parts found.
  ///
  /// A verdict that no part could look at holds as far as it was looked; what was left out is in
  /// `unchecked`.
  init(_ head: UInt64, root: String, _ tallies: [CheckTally], unchecked: [String]) {
    let findings = tallies.flatMap(\.findings)
    self.init(
      position: head,
      records: tallies.first { $0.check == .leaf }?.checked ?? 0,
      root: root,
      integrity: !findings.contains { $0.verdict == .integrity },
      completeness: !findings.contains { $0.verdict == .completeness },
      findings: findings,
      checks: tallies.map(\.report),
      unchecked: unchecked,
    )
  }
}

/// What one part of a verification finds, counted.
struct CheckTally: Sendable {
  /// How many findings of a check are kept; the others are only counted.
  ///
  /// A log of ten million records can be damaged in each of them.
  static let findingLimit = 1_000

  let check: Verification.Check
  /// How many things were compared.
  var checked: UInt64 = 0
  /// What there is to say beside the numbers.
  var note: String?
  private(set) var failed = 0
  private(set) var findings: [Verification.Finding] = []

  init(_ check: Verification.Check) { self.check = check }

  /// Notes something that is wrong.
  ///
  /// - Parameters:
  ///   - position: Where.
  ///   - what: What.
  ///   - verdict: What it speaks against, if not what the check mostly does.
  mutating func fail(
    at position: UInt64,
    _ what: String,
    against verdict: Verification.Verdict? = nil,
  ) {
    failed += 1
    let verdict = verdict ?? check.verdict
    // The first finding of each verdict is kept, however many there are: the verdicts rest on them.
    let isFirst = !findings.contains { $0.verdict == verdict }
    guard findings.count < Self.findingLimit || isFirst else { return }
    findings.append(
      Verification.Finding(position: position, what: what, verdict: verdict, check: check)
    )
  }

  /// Takes in what another processor found of the same check.
  mutating func join(_ other: CheckTally) {
    checked += other.checked
    for finding in other.findings {
      fail(at: finding.position, finding.what, against: finding.verdict)
    }
    failed += other.failed - other.findings.count
    note = note ?? other.note
  }

  var report: Verification.CheckReport {
    Verification.CheckReport(name: check, checked: checked, failed: failed, note: note)
  }
}
