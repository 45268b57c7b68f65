/// The evidence that a leaf is in a tree, at a certain place.
///
/// RFC 9162, section 2.1.3; in a subtree, draft-ietf-plants-merkle-tree-certs, section 4.3. A proof
/// is only a claim until ``verify(leaf:root:)`` returns, and the root must come from somewhere
/// trusted, such as a signed checkpoint.
///
/// ```swift
/// let proof = try InclusionProof(index: 4, treeSize: 7, from: source)
/// try proof.verify(leaf: TreeHasher.leafHash(of: entry), root: checkpointRoot)
/// ```
package struct InclusionProof: Hashable, Sendable {
  /// Which leaf the proof is about, counted from the start of the log.
  package let index: UInt64
  /// The leaves of the tree.
  package let subtree: Subtree
  /// The hashes on the way from the leaf up to the root, the lowest first.
  package let path: [TreeHash]

  /// Takes over a proof made elsewhere, in a tree that starts with the log.
  package init(index: UInt64, treeSize: UInt64, path: [TreeHash]) {
    self.init(index: index, subtree: .tree(ofSize: treeSize), path: path)
  }

  /// Takes over a proof made elsewhere, in a subtree.
  package init(index: UInt64, subtree: Subtree, path: [TreeHash]) {
    self.index = index
    self.subtree = subtree
    self.path = path
  }

  /// Generates the proof for a tree that starts with the log: RFC 9162, section 2.1.3.1.
  package init(
    index: UInt64,
    treeSize: UInt64,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws {
    try self.init(index: index, subtree: .tree(ofSize: treeSize), from: source)
  }

  /// Generates the proof for a subtree: the draft, section 4.3.
  ///
  /// Reads at most two nodes for each level of the tree.
  ///
  /// - Parameters:
  ///   - index: Which leaf, counted from the start of the log, not of the subtree.
  ///   - subtree: The leaves of the tree.
  ///   - source: The stored nodes.
  /// - Throws: `ProofError.leafOutsideTree`, or what the source throws.
  package init(
    index: UInt64,
    subtree: Subtree,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws {
    let path = try Self.shape(index: index, subtree: subtree).path(from: source)
    self.init(index: index, subtree: subtree, path: path)
  }

  /// Accepts the proof by returning, or throws why it is none.
  ///
  /// RFC 9162, section 2.1.3.2, and the draft, section 4.3.3.
  package func verify(leaf: TreeHash, root: TreeHash) throws(ProofError) {
    let computed = try self.root(from: leaf)
    guard computed == root else { throw .rootMismatch(expected: root, computed: computed) }
  }

  /// Computes the root that the tree must have if the leaf is in it: the draft, section 4.3.2.
  package func root(from leaf: TreeHash) throws(ProofError) -> TreeHash {
    try Self.shape(index: index, subtree: subtree).roots(following: path, from: leaf).tree
  }

  private static func shape(index: UInt64, subtree: Subtree) throws(ProofError) -> ProofShape {
    guard subtree.leaves.contains(index) else {
      throw .leafOutsideTree(index: index, subtree: subtree)
    }
    return ProofShape(from: index..<index + 1, toRootOf: subtree.leaves)
  }
}
