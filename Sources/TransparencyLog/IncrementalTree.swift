/// A growing tree, kept as no more than its right edge.
///
/// This is the algorithm of RFC 9162, section 2.1.2: the hashes of the perfect subtrees of the
/// tree, one for each bit that is set in its size, suffice to append and to compute the root.
/// Memory is at most 64 hashes, whatever the size of the log.
///
/// ```swift
/// var tree = IncrementalTree()
/// tree.append(TreeHasher.leafHash(of: [0x10])) { level, index, hash in
///   // Store the node, if proofs are wanted later.
/// }
/// tree.root
/// ```
package struct IncrementalTree: Hashable, Sendable {
  /// How many leaves the tree has.
  package private(set) var size: UInt64
  /// The roots of the perfect subtrees that make up the tree, the largest (leftmost) first.
  package private(set) var frontier: [TreeHash]

  /// Creates the tree without leaves.
  package init() {
    size = 0
    frontier = []
  }

  /// Takes up a tree where it was left; nil unless there is one hash for each set bit of the size.
  ///
  /// Whether these are the right hashes shows only when the root is compared.
  package init?(size: UInt64, frontier: [TreeHash]) {
    guard frontier.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.frontier = frontier
  }

  /// Takes up a tree from the nodes stored when it was built.
  package init(size: UInt64, from source: borrowing some NodeSource & ~Copyable) throws {
    self.size = size
    frontier = try PerfectNode.covering(0..<size).map {
      try source.node(level: $0.level, index: $0.index)
    }
  }

  /// The root of the tree as it stands: `MTH` of RFC 9162, section 2.1.1.
  package var root: TreeHash {
    guard let smallest = frontier.last else { return TreeHasher.emptyRoot }
    return frontier.dropLast().reversed().reduce(smallest) { TreeHasher.nodeHash($1, $0) }
  }

  /// Appends a leaf.
  package mutating func append(_ leaf: TreeHash) {
    append(leaf) { _, _, _ in }
  }

  /// Appends a leaf and reports the perfect nodes it completes, from the lowest to the highest.
  ///
  /// On average there is one such node. The leaf itself, at level 0, is not reported. If
  /// `completed` throws, the tree is as it was before the call.
  ///
  /// - Parameters:
  ///   - leaf: The hash of the entry at index `size`.
  ///   - completed: Takes the level (1 is the lowest), the index within that level, and the hash:
  ///     the node is the root of the leaves from `index << level`, `1 << level` of them.
  /// - Throws: What `completed` throws.
  package mutating func append<Failure: Error>(
    _ leaf: TreeHash,
    completed: (_ level: Int, _ index: UInt64, _ hash: TreeHash) throws(Failure) -> Void,
  ) throws(Failure) {
    precondition(size < .max, "A tree has fewer than 2^64 leaves")
    let completedCount = (~size).trailingZeroBitCount
    var hash = leaf
    for level in 0..<completedCount {
      hash = TreeHasher.nodeHash(frontier[frontier.count - 1 - level], hash)
      try completed(level + 1, size >> UInt64(level + 1), hash)
    }
    frontier.removeLast(completedCount)
    frontier.append(hash)
    size += 1
  }
}
