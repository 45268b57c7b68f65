import Dispatch
import EventStore
import Synchronization
import TransparencyLog

/// What a verification found: two verdicts, because integrity is not completeness.
public struct Verification: Codable, Hashable, Sendable {
  /// The log position up to which was verified.
  public var position: UInt64
  /// The records read.
  public var records: UInt64
  /// The root computed from the records, in hexadecimal.
  public var root: String
  /// Whether every record is what its leaf says, and the tree what the leaves say.
  public var integrity: Bool
  /// Whether every position from 1 to the head is there, and the head's root is theirs.
  public var completeness: Bool
  /// What is wrong, each with its position.
  public var findings: [Finding]

  /// Something that is wrong.
  public struct Finding: Codable, Hashable, Sendable {
    /// Where.
    public var position: UInt64
    /// What.
    public var what: String
  }
}

extension Ledger {
  /// Reads every record, compares it with its leaf, and computes the tree anew.
  ///
  /// All processors take part, each over a span whose subtree it computes.
  ///
  /// - Parameter progress: Hears the records verified, and how many there are.
  /// - Returns: The verdicts, and what is wrong; a damaged record is a finding, not an error.
  /// - Throws: `LedgerError` if the head of the log cannot be read.
  public func verify(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
  ) throws -> Verification {
    try LedgerError.wrapping {
      let head = try log.head()
      let spans = LogSpan.covering(head.position)
      let results = Mutex<[Int: LogSpan.Result]>([:])
      let done = Atomic<UInt64>(0)
      DispatchQueue.concurrentPerform(iterations: spans.count) { index in
        let result = spans[index].verify(log)
        results.withLock { $0[index] = result }
        let count = done.add(spans[index].count, ordering: .relaxed).newValue
        progress(count, head.position)
      }
      return verdict(head, results.withLock { all in spans.indices.compactMap { all[$0] } })
    }
  }

  private func verdict(_ head: LogHead, _ results: [LogSpan.Result]) -> Verification {
    var tree = IncrementalTree()
    var root: TreeHash?
    var findings = results.flatMap(\.findings)
    for result in results {
      guard let hash = result.root else { continue }
      guard result.isWhole else {
        root = hash
        continue
      }
      tree.append(hash) { level, index, hash in
        // Above a damaged span the nodes cannot be computed.
        guard findings.isEmpty else { return }
        findings += log.findings(at: level + LogSpan.level, index, hash)
      }
    }
    let whole = tree.frontier.reversed()
    let computed =
      whole.reduce(root) { right, left in
        right.map { TreeHasher.nodeHash(left, $0) } ?? left
      } ?? TreeHasher.emptyRoot
    let isRootRight = computed == head.root
    if findings.isEmpty, !isRootRight {
      let what = "the records' root is not the one that was committed"
      findings.append(Verification.Finding(position: head.position, what: what))
    }
    let count = results.reduce(0) { $0 + $1.count }
    return Verification(
      position: head.position,
      records: count,
      root: hexadecimal(computed.bytes),
      integrity: findings.isEmpty,
      completeness: count == head.position && isRootRight,
      findings: findings,
    )
  }
}

/// A span of the log whose records make up one subtree.
private struct LogSpan {
  /// The records of a whole span: a power of two, so that a span is a perfect subtree.
  static let length: UInt64 = 1 << level
  static let level = 14

  let first: UInt64
  let last: UInt64

  var count: UInt64 { last - first + 1 }

  static func covering(_ position: UInt64) -> [LogSpan] {
    stride(from: 1, through: position, by: Int(length)).map { first in
      LogSpan(first: first, last: min(first + length - 1, position))
    }
  }

  /// What a span's verification found.
  struct Result: Sendable {
    var root: TreeHash?
    var isWhole: Bool
    var count: UInt64
    var findings: [Verification.Finding]
  }

  /// Reads the span's records; goes on behind a damaged one, so that all are named.
  func verify(_ log: EventLog) -> Result {
    var tree = IncrementalTree()
    var result = Result(isWhole: count == Self.length, count: 0, findings: [])
    var next = first
    while next <= last {
      do {
        try log.forEachLeaf(from: next, through: last) { leaf in
          result.count += 1
          next += 1
          // Behind a damaged record the subtree cannot be computed any more.
          guard result.findings.isEmpty else { return }
          tree.append(leaf) { level, index, hash in
            let index = (first - 1) >> UInt64(level) + index
            result.findings += log.findings(at: level, index, hash)
          }
        }
      } catch {
        let damage = error as? DamagedRecord
        let position = damage?.position ?? next
        result.findings.append(
          Verification.Finding(position: position, what: damage?.reason ?? "\(error)")
        )
        next = max(next, position) + 1
      }
    }
    result.root = tree.size == count ? tree.root : nil
    return result
  }
}

extension EventLog {
  /// What is wrong with a stored node of the tree, if the computed one is right.
  fileprivate func findings(
    at level: Int,
    _ index: UInt64,
    _ computed: TreeHash,
  ) -> [Verification.Finding] {
    let position = (index + 1) << UInt64(level)
    do {
      guard let stored = try storedNode(level: level, index: index), stored != computed else {
        return []
      }
      let what = "a stored node of the tree is not what its leaves say"
      return [Verification.Finding(position: position, what: what)]
    } catch {
      let what = (error as? DamagedRecord)?.reason ?? "\(error)"
      return [Verification.Finding(position: position, what: what)]
    }
  }
}
