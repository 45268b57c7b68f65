import Testing
import TransparencyLog

@Suite
struct `A proof error` {
  static let sentences: [(ProofError, String)] = [
    (.emptyTree, "Nothing is proved by consistency with the empty tree."),
    (
      .leafOutsideTree(index: 9, subtree: .tree(ofSize: 9)),
      "Leaf 9 is not in the tree of leaves [0, 9).",
    ),
    (
      .treeShrinks(oldSize: 8, newSize: 7),
      "The later tree has 7 leaves, fewer than the 8 of the earlier one.",
    ),
    (.invalidSubtree(start: 1, end: 3), "The leaves [1, 3) do not form a subtree."),
    (
      .subtreeOutsideTree(.tree(ofSize: 4), treeSize: 3),
      "The subtree [0, 4) reaches beyond the tree of 3 leaves.",
    ),
    (
      .wrongPathLength(expected: 3, found: 5),
      "The path has 5 hashes; these sizes call for 3.",
    ),
  ]

  @Test(arguments: sentences)
  func `says what was expected and what was found`(error: ProofError, sentence: String) {
    #expect("\(error)" == sentence)
  }

  @Test
  func `says which root the path leads to`() {
    let (one, other) = (TreeHasher.emptyRoot, TreeHasher.leafHash(of: []))
    let root = ProofError.rootMismatch(expected: one, computed: other)
    let subtreeRoot = ProofError.subtreeRootMismatch(expected: one, computed: other)
    #expect("\(root)" == "The path leads to the root \(other), not to \(one).")
    #expect("\(subtreeRoot)" == "The path leads to the subtree root \(other), not to \(one).")
  }
}
