/// Which nodes a proof consists of, as runs of leaves.
///
/// A proof leads from a subtree to the root of a tree. Its shape follows from the two runs of
/// leaves alone, so whoever generates a proof and whoever verifies it derive the same one: the
/// generator puts a hash on each run, the verifier expects as many hashes and knows the side of
/// each.
///
/// This is `SUBTREE_PROOF` of draft-ietf-plants-merkle-tree-certs, section 4.4.1, walked from the
/// root down. With a single leaf it is `PATH` of RFC 9162, section 2.1.3.1; with a subtree that
/// starts at 0 it is `PROOF` of section 2.1.4.1.
struct ProofShape {
  /// The subtree that the proof is about.
  let subtree: Range<UInt64>
  /// The node the path starts from: the subtree, or, if the larger tree has no such node, the
  /// largest part at its right end that the larger tree does have.
  let seed: Range<UInt64>
  /// The nodes that are joined to the seed on the way up to the root, the lowest first.
  let siblings: [Range<UInt64>]

  /// Walks from the root down to the subtree, which must not be empty and must lie in the tree.
  init(from subtree: Range<UInt64>, toRootOf tree: Range<UInt64>) {
    precondition(!subtree.isEmpty, "A proof starts from at least one leaf")
    precondition(tree.encloses(subtree), "A proof starts inside its tree")
    var (node, seed) = (tree, subtree)
    var siblings: [Range<UInt64>] = []
    while node != seed {
      let (left, right) = node.children
      if seed.upperBound <= left.upperBound {
        node = left
        siblings.append(right)
      } else {
        node = right
        siblings.append(left)
        seed = seed.clamped(to: right)
      }
    }
    self.subtree = subtree
    self.seed = seed
    self.siblings = siblings.reversed()
  }

  /// Whether the path opens with the seed's hash; it does not if the verifier has it already.
  private var beginsWithSeed: Bool { seed != subtree }
}

extension ProofShape {
  /// Computes the hashes of the path.
  func path(from source: borrowing some NodeSource & ~Copyable) throws -> [TreeHash] {
    var path: [TreeHash] = []
    for run in (beginsWithSeed ? [seed] : []) + siblings {
      path.append(try TreeHasher.root(of: run, from: source))
    }
    return path
  }

  /// Follows a path up from the hash of the subtree.
  ///
  /// The same inputs are accepted as by the step lists of RFC 9162, sections 2.1.3.2 and 2.1.4.2,
  /// and of the draft, section 4.4.3.
  ///
  /// - Parameters:
  ///   - path: The hashes of the proof, which are not trusted.
  ///   - subtreeHash: What the verifier holds to be the root of the subtree.
  /// - Returns: The root of the subtree, and that of the tree, that the path implies.
  /// - Throws: `ProofError.wrongPathLength`, before anything is hashed.
  func roots(
    following path: [TreeHash],
    from subtreeHash: TreeHash,
  ) throws(ProofError) -> (subtree: TreeHash, tree: TreeHash) {
    let expected = siblings.count + (beginsWithSeed ? 1 : 0)
    guard path.count == expected else {
      throw .wrongPathLength(expected: expected, found: path.count)
    }
    let seedHash = beginsWithSeed ? path[0] : subtreeHash
    var roots = (subtree: seedHash, tree: seedHash)
    for (sibling, hash) in zip(siblings, path.suffix(siblings.count)) {
      if subtree.encloses(sibling) {
        roots.subtree = TreeHasher.nodeHash(hash, roots.subtree)
      }
      let isLeft = sibling.upperBound <= seed.lowerBound
      roots.tree =
        isLeft ? TreeHasher.nodeHash(hash, roots.tree) : TreeHasher.nodeHash(roots.tree, hash)
    }
    return roots
  }
}

extension Range<UInt64> {
  fileprivate func encloses(_ other: Range<UInt64>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }

  /// The two nodes below a node, of which the left one has the largest power of two of leaves that
  /// leaves any to the right one: `k` of RFC 9162, section 2.1.1.
  fileprivate var children: (left: Range<UInt64>, right: Range<UInt64>) {
    let highestBit = UInt64.bitWidth - 1 - (upperBound - lowerBound - 1).leadingZeroBitCount
    let split = lowerBound + (1 << UInt64(highestBit))
    return (lowerBound..<split, split..<upperBound)
  }
}
