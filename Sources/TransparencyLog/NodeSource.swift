/// Where the stored nodes of a tree come from.
///
/// Only perfect nodes are asked for, those that ``IncrementalTree`` reports, and the leaf hashes as
/// level 0. They never change once written, so one source serves proofs for every size the tree has
/// had. The nodes on the right edge of a tree, which change with its size, are computed from these.
package protocol NodeSource: ~Copyable {
  /// The root of the perfect subtree with `1 << level` leaves, the first of them `index << level`.
  ///
  /// - Parameters:
  ///   - level: How far above the leaves, 0 to 63.
  ///   - index: Which node of that level, counted from the left.
  /// - Returns: The hash of the node.
  /// - Throws: When the node cannot be read; the error passes through whoever asked for a proof.
  func node(level: Int, index: UInt64) throws -> TreeHash
}

extension TreeHasher {
  /// Computes the root that a tree had at some size, from its stored nodes.
  package static func root(
    ofSize size: UInt64,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws -> TreeHash {
    try root(of: 0..<size, from: source)
  }

  /// Computes the root of a subtree, from the stored nodes of the tree.
  package static func root(
    of subtree: Subtree,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws -> TreeHash {
    try root(of: subtree.leaves, from: source)
  }

  /// Computes the root of leaves that form a valid subtree; reads one node for each set bit.
  static func root(
    of leaves: Range<UInt64>,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws -> TreeHash {
    var root: TreeHash?
    for node in PerfectNode.covering(leaves).reversed() {
      let left = try source.node(level: node.level, index: node.index)
      root = root.map { nodeHash(left, $0) } ?? left
    }
    return root ?? emptyRoot
  }
}

/// The place of a perfect node in the tree.
struct PerfectNode {
  let level: Int
  let index: UInt64

  /// The fewest perfect nodes that make up a valid subtree, the largest (leftmost) first.
  static func covering(_ leaves: Range<UInt64>) -> [PerfectNode] {
    var nodes: [PerfectNode] = []
    var first = leaves.lowerBound
    while first < leaves.upperBound {
      let level = UInt64.bitWidth - 1 - (leaves.upperBound - first).leadingZeroBitCount
      nodes.append(PerfectNode(level: level, index: first >> UInt64(level)))
      first += 1 << UInt64(level)
    }
    return nodes
  }
}
