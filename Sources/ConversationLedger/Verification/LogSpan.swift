import EventStore
import TransparencyLog

/// A span of the log whose records make up one subtree.
struct LogSpan {
  /// The records of a whole span: a power of two, so that a span is a perfect subtree.
  static let length: UInt64 = 1 << level
  static let level = 14

  let first: UInt64
  let last: UInt64

  var count: UInt64 { last - first + 1 }

  /// The spans that cover the log up to a position.
  static func covering(_ position: UInt64) -> [LogSpan] {
    stride(from: 1, through: position, by: Int(length)).map { first in
      LogSpan(first: first, last: min(first + length - 1, position))
    }
  }

  /// What a span's verification found.
  struct Result: Sendable {
    /// The root of the span's subtree; `nil` if a record is missing or damaged.
    var root: TreeHash?
    var isWhole: Bool
    var leaf = CheckTally(.leaf)
    var position = CheckTally(.position)
    var tree = CheckTally(.tree)

    var isSound: Bool { leaf.failed == 0 && position.failed == 0 }
  }

  /// Reads the span's records; goes on behind a damaged one, so that all are named.
  func verify(_ log: EventLog) -> Result {
    var tree = IncrementalTree()
    var result = Result(isWhole: count == Self.length)
    var next = first
    while next <= last {
      do {
        try log.forEachLeaf(from: next, through: last) { leaf in
          result.leaf.checked += 1
          next += 1
          // Behind a damaged record the subtree cannot be computed any more.
          guard result.isSound else { return }
          tree.append(leaf) { level, index, hash in
            let index = (first - 1) >> UInt64(level) + index
            log.compare(level: level, index, with: hash, &result.tree)
          }
        }
      } catch {
        next = result.note(error, at: next) + 1
      }
    }
    result.position.checked = count
    result.root = tree.size == count ? tree.root : nil
    return result
  }
}

extension LogSpan.Result {
  /// Notes a record that cannot be read, and says where it is.
  fileprivate mutating func note(_ error: any Error, at next: UInt64) -> UInt64 {
    guard let damage = error as? DamagedRecord else {
      leaf.fail(at: next, "\(error)")
      return next
    }
    let position = max(next, damage.position)
    if damage.isMissing {
      self.position.fail(at: position, damage.reason)
    } else {
      leaf.checked += 1
      leaf.fail(at: position, damage.reason)
    }
    return position
  }
}

extension EventLog {
  /// Compares a stored node of the tree with the computed one.
  func compare(
    level: Int,
    _ index: UInt64,
    with computed: TreeHash,
    _ tally: inout CheckTally,
  ) {
    let position = (index + 1) << UInt64(level)
    do {
      guard let stored = try storedNode(level: level, index: index) else { return }
      tally.checked += 1
      guard stored != computed else { return }
      tally.fail(at: position, "a stored node of the tree is not what its leaves say")
    } catch {
      tally.fail(at: position, (error as? DamagedRecord)?.reason ?? "\(error)")
    }
  }
}

/// Joins the spans' subtrees into the whole tree, and compares the nodes above them.
struct SpanTree {
  private(set) var leaf = CheckTally(.leaf)
  private(set) var position = CheckTally(.position)
  private(set) var tree = CheckTally(.tree)
  /// The root of all records; `nil` if a record is missing or damaged.
  private(set) var root: TreeHash?

  /// Joins the results of spans in log order.
  init(_ results: [LogSpan.Result], _ log: EventLog) {
    var (whole, rest) = (IncrementalTree(), TreeHash?.none)
    let isSound = results.allSatisfy(\.isSound)
    for result in results {
      leaf.join(result.leaf)
      position.join(result.position)
      tree.join(result.tree)
      guard isSound, let hash = result.root else { continue }
      guard result.isWhole else {
        rest = hash
        continue
      }
      whole.append(hash) { level, index, hash in
        log.compare(level: level + LogSpan.level, index, with: hash, &tree)
      }
    }
    guard isSound else { return }
    root =
      whole.frontier.reversed().reduce(rest) { right, left in
        right.map { TreeHasher.nodeHash(left, $0) } ?? left
      } ?? TreeHasher.emptyRoot
  }

  /// Compares root and end of the log with its head.
  ///
  /// - Parameters:
  ///   - head: The head.
  ///   - last: The last record's position.
  mutating func compare(with head: LogHead, last: UInt64) {
    if last < head.position {
      position.fail(at: last + 1, "the head names \(head.position) records, the last is \(last)")
      root = nil
    } else if last > head.position {
      position.fail(at: last, "the head, \(head.position), is before the last record")
    }
    tree.checked += 1
    if let root, root != head.root {
      tree.fail(at: head.position, "the records' root is not the one that was committed")
    } else if root == nil {
      tree.fail(
        at: head.position,
        "the root cannot be computed, because records are missing or damaged",
      )
    }
  }
}
