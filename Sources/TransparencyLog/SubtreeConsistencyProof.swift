/// The evidence that the leaves of a subtree are leaves of a tree, at the same places.
///
/// draft-ietf-plants-merkle-tree-certs, section 4.4. A ``ConsistencyProof`` is the case of a
/// subtree that starts with the log, an ``InclusionProof`` that of a single leaf.
package struct SubtreeConsistencyProof: Hashable, Sendable {
  /// The leaves of the subtree.
  package let subtree: Subtree
  /// How many leaves the tree has.
  package let treeSize: UInt64
  /// The hashes that connect the two roots, the lowest first.
  package let path: [TreeHash]

  /// Takes over a proof made elsewhere.
  package init(subtree: Subtree, treeSize: UInt64, path: [TreeHash]) {
    self.subtree = subtree
    self.treeSize = treeSize
    self.path = path
  }

  /// Generates the proof: the draft, section 4.4.1.
  ///
  /// - Parameters:
  ///   - subtree: The leaves of the subtree; if there are none, the proof is empty.
  ///   - treeSize: How many leaves the tree has.
  ///   - source: The stored nodes.
  /// - Throws: `ProofError.subtreeOutsideTree`, or what the source throws.
  package init(
    subtree: Subtree,
    treeSize: UInt64,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws {
    let path = try Self.shape(subtree: subtree, treeSize: treeSize)?.path(from: source)
    self.init(subtree: subtree, treeSize: treeSize, path: path ?? [])
  }

  /// Accepts the proof by returning, or throws why it is none.
  ///
  /// The draft, section 4.4.3. A subtree without leaves is consistent with every tree that reaches
  /// as far; the root of the tree is not looked at then.
  package func verify(subtreeRoot: TreeHash, treeRoot: TreeHash) throws(ProofError) {
    guard let shape = try Self.shape(subtree: subtree, treeSize: treeSize) else {
      return try verifyEmptySubtree(root: subtreeRoot)
    }
    let computed = try shape.roots(following: path, from: subtreeRoot)
    guard computed.subtree == subtreeRoot else {
      throw .subtreeRootMismatch(expected: subtreeRoot, computed: computed.subtree)
    }
    guard computed.tree == treeRoot else {
      throw .rootMismatch(expected: treeRoot, computed: computed.tree)
    }
  }

  private func verifyEmptySubtree(root: TreeHash) throws(ProofError) {
    guard path.isEmpty else { throw .wrongPathLength(expected: 0, found: path.count) }
    guard root == TreeHasher.emptyRoot else {
      throw .subtreeRootMismatch(expected: root, computed: TreeHasher.emptyRoot)
    }
  }

  /// The shape of the proof; nil if the subtree is empty.
  private static func shape(
    subtree: Subtree,
    treeSize: UInt64,
  ) throws(ProofError) -> ProofShape? {
    guard subtree.end <= treeSize else {
      throw .subtreeOutsideTree(subtree, treeSize: treeSize)
    }
    guard !subtree.leaves.isEmpty else { return nil }
    return ProofShape(from: subtree.leaves, toRootOf: 0..<treeSize)
  }
}
