/// The evidence that a tree has only grown: that its first leaves are those of an earlier tree.
///
/// RFC 9162, section 2.1.4. The empty tree is a beginning of every tree, so a proof from it would
/// say nothing; it is refused, even to the empty tree, so that nobody mistakes it for evidence.
package struct ConsistencyProof: Hashable, Sendable {
  /// How many leaves the earlier tree had.
  package let oldSize: UInt64
  /// How many leaves the later tree has.
  package let newSize: UInt64
  /// The hashes that connect the two roots, the lowest first.
  package let path: [TreeHash]

  /// Takes over a proof made elsewhere.
  package init(oldSize: UInt64, newSize: UInt64, path: [TreeHash]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Generates the proof: RFC 9162, section 2.1.4.1.
  ///
  /// Between equal sizes it is empty, which the RFC leaves out.
  ///
  /// - Parameters:
  ///   - oldSize: How many leaves the earlier tree had; at least one.
  ///   - newSize: How many leaves the later tree has.
  ///   - source: The stored nodes.
  /// - Throws: `ProofError.emptyTree` or `.treeShrinks`, or what the source throws.
  package init(
    oldSize: UInt64,
    newSize: UInt64,
    from source: borrowing some NodeSource & ~Copyable,
  ) throws {
    let subtree = try Self.oldTree(oldSize: oldSize, newSize: newSize)
    let proof = try SubtreeConsistencyProof(subtree: subtree, treeSize: newSize, from: source)
    self.init(oldSize: oldSize, newSize: newSize, path: proof.path)
  }

  /// Accepts the proof by returning, or throws why it is none.
  ///
  /// RFC 9162, section 2.1.4.2.
  package func verify(oldRoot: TreeHash, newRoot: TreeHash) throws(ProofError) {
    let subtree = try Self.oldTree(oldSize: oldSize, newSize: newSize)
    let proof = SubtreeConsistencyProof(subtree: subtree, treeSize: newSize, path: path)
    try proof.verify(subtreeRoot: oldRoot, treeRoot: newRoot)
  }

  private static func oldTree(oldSize: UInt64, newSize: UInt64) throws(ProofError) -> Subtree {
    guard oldSize <= newSize else { throw .treeShrinks(oldSize: oldSize, newSize: newSize) }
    guard oldSize > 0 else { throw .emptyTree }
    return .tree(ofSize: oldSize)
  }
}
