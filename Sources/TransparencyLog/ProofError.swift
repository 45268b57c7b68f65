/// Why a proof cannot be generated, or is not accepted.
package enum ProofError: Error, Hashable, Sendable {
  /// The leaf that the proof is about is not one of the tree's.
  case leafOutsideTree(index: UInt64, subtree: Subtree)
  /// A proof of consistency starts from the tree without leaves, and would say nothing.
  case emptyTree
  /// A proof of consistency leads to a tree smaller than the one it starts from.
  case treeShrinks(oldSize: UInt64, newSize: UInt64)
  /// The leaves do not form a subtree.
  case invalidSubtree(start: UInt64, end: UInt64)
  /// The subtree reaches beyond the end of the tree.
  case subtreeOutsideTree(Subtree, treeSize: UInt64)
  /// The path has more or fewer hashes than the sizes call for.
  case wrongPathLength(expected: Int, found: Int)
  /// The path does not reproduce the root of the subtree or, between trees, of the earlier tree.
  case subtreeRootMismatch(expected: TreeHash, computed: TreeHash)
  /// The path does not lead to the root of the tree.
  case rootMismatch(expected: TreeHash, computed: TreeHash)
}

extension ProofError: CustomStringConvertible {
  /// The reason as a sentence.
  package var description: String {
    switch self {
    case .leafOutsideTree(let index, let subtree):
      "Leaf \(index) is not in the tree of leaves \(subtree)."
    case .emptyTree:
      "Nothing is proved by consistency with the empty tree."
    case .treeShrinks(let oldSize, let newSize):
      "The later tree has \(newSize) leaves, fewer than the \(oldSize) of the earlier one."
    case .invalidSubtree(let start, let end):
      "The leaves [\(start), \(end)) do not form a subtree."
    case .subtreeOutsideTree(let subtree, let treeSize):
      "The subtree \(subtree) reaches beyond the tree of \(treeSize) leaves."
    case .wrongPathLength(let expected, let found):
      "The path has \(found) hashes; these sizes call for \(expected)."
    case .subtreeRootMismatch(let expected, let computed):
      "The path leads to the subtree root \(computed), not to \(expected)."
    case .rootMismatch(let expected, let computed):
      "The path leads to the root \(computed), not to \(expected)."
    }
  }
}
