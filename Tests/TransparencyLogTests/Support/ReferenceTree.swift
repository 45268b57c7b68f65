import Synchronization
import TransparencyLog

/// A tree computed as RFC 9162, section 2.1.1, defines it: by recursion, from all the leaves.
///
/// It serves as a source of nodes and gives only what a log has stored: it throws for a node that
/// is not perfect or lies beyond the end.
struct ReferenceTree: NodeSource {
  /// A generator has asked for a node that no log stores.
  struct NotStored: Error {
    let level: Int
    let index: UInt64
  }

  let leaves: [TreeHash]
  private let levels: [[TreeHash]]

  init(leaves: [TreeHash]) {
    self.leaves = leaves
    levels = sequence(first: leaves) { level in
      level.count < 2
        ? nil : (0..<level.count / 2).map { TreeHasher.nodeHash(level[2 * $0], level[2 * $0 + 1]) }
    }.map(\.self)
  }

  /// A tree of leaves that hold one byte each: 0, 1, 2 and so on.
  init(countingTo size: Int) {
    self.init(leaves: (0..<size).map { TreeHasher.leafHash(of: [UInt8(truncatingIfNeeded: $0)]) })
  }

  func node(level: Int, index: UInt64) throws -> TreeHash {
    guard level < levels.count, index < UInt64(levels[level].count) else {
      throw NotStored(level: level, index: index)
    }
    return levels[level][Int(index)]
  }

  /// `MTH` over a run of leaves.
  func root(of run: Range<Int>) -> TreeHash {
    switch run.count {
    case 0: return TreeHasher.emptyRoot
    case 1: return leaves[run.lowerBound]
    default:
      var half = 1
      while 2 * half < run.count { half *= 2 }
      let middle = run.lowerBound + half
      return TreeHasher.nodeHash(
        root(of: run.lowerBound..<middle),
        root(of: middle..<run.upperBound),
      )
    }
  }

  func root(ofSize size: UInt64) -> TreeHash {
    root(of: 0..<Int(size))
  }
}

/// A tree of any size whose leaves are all alike, so that a node's hash depends on its level only.
struct UniformTree: NodeSource {
  static let leaf = TreeHasher.leafHash(of: [0x2A])

  private let hashes = Array(
    sequence(first: leaf) { TreeHasher.nodeHash($0, $0) }.prefix(UInt64.bitWidth)
  )

  func node(level: Int, index: UInt64) -> TreeHash {
    hashes[level]
  }
}

/// A uniform tree that counts how often it is read.
struct CountingTree: NodeSource, ~Copyable {
  private let tree = UniformTree()
  private let reads = Mutex(0)

  var readCount: Int { reads.withLock(\.self) }

  func node(level: Int, index: UInt64) -> TreeHash {
    reads.withLock { $0 += 1 }
    return tree.node(level: level, index: index)
  }
}
