import Testing
import TransparencyLog

@Suite
struct `A consistency proof` {
  let tree = ReferenceTree(countingTo: 70)

  @Test
  func `is judged as in every published case`() throws {
    let entries: [Vectors.Entry<Vectors.Consistency>] = try Vectors.entries("consistency")
    let verdicts = entries.map { verdict(on: $0.case) }
    for (entry, verdict) in zip(entries, verdicts) {
      #expect((verdict == .accepted) == !entry.case.wantErr, "\(entry.path)")
    }
    #expect(verdicts.count == 98)
    #expect(verdicts.count { $0 == .accepted } == 6)
    #expect(verdicts.count { $0 == .unreadable } == 8)
  }

  @Test
  func `of a subtree is judged as in every published case`() throws {
    let entries: [Vectors.Entry<Vectors.SubtreeConsistency>] =
      try Vectors.entries("subtreeconsistency")
    let verdicts = entries.map { verdict(on: $0.case) }
    for (entry, verdict) in zip(entries, verdicts) {
      #expect((verdict == .accepted) == !entry.case.wantErr, "\(entry.path)")
    }
    #expect(verdicts.count == 118)
    #expect(verdicts.count { $0 == .accepted } == 12)
    #expect(verdicts.count { $0 == .unreadable } == 8)
  }

  @Test
  func `is accepted between any two sizes it was generated for`() throws {
    for newSize in 1...UInt64(70) {
      for oldSize in 1...newSize {
        let proof = try ConsistencyProof(oldSize: oldSize, newSize: newSize, from: tree)
        let (oldRoot, newRoot) = (tree.root(ofSize: oldSize), tree.root(ofSize: newSize))
        try proof.verify(oldRoot: oldRoot, newRoot: newRoot)
      }
    }
  }

  @Test
  func `is not accepted after any change to its path or its roots`() throws {
    for newSize in 1...UInt64(33) {
      for oldSize in 1...newSize {
        let proof = try ConsistencyProof(oldSize: oldSize, newSize: newSize, from: tree)
        let (oldRoot, newRoot) = (tree.root(ofSize: oldSize), tree.root(ofSize: newSize))
        for path in spoilt(proof.path) {
          let changed = ConsistencyProof(oldSize: oldSize, newSize: newSize, path: path)
          #expect(throws: ProofError.self) {
            try changed.verify(oldRoot: oldRoot, newRoot: newRoot)
          }
        }
        #expect(throws: ProofError.self) {
          try proof.verify(oldRoot: oldRoot.flipping(bit: 200), newRoot: newRoot)
        }
        #expect(throws: ProofError.self) {
          try proof.verify(oldRoot: oldRoot, newRoot: newRoot.flipping(bit: 200))
        }
      }
    }
  }

  @Test
  func `is not accepted once a leaf of the earlier tree was replaced`() throws {
    for oldSize in 1...20 {
      for changed in 0..<oldSize {
        var leaves = Array(tree.leaves.prefix(25))
        leaves[changed] = TreeHasher.leafHash(of: [0xFF, 0xFF])
        let forged = ReferenceTree(leaves: leaves)
        let proof = try ConsistencyProof(oldSize: UInt64(oldSize), newSize: 25, from: forged)
        #expect(throws: ProofError.self) {
          try proof.verify(
            oldRoot: tree.root(of: 0..<oldSize),
            newRoot: forged.root(ofSize: 25),
          )
        }
      }
    }
  }

  @Test
  func `says why it is not accepted`() throws {
    let (old, new) = (tree.root(ofSize: 3), tree.root(ofSize: 7))
    let proof = try ConsistencyProof(oldSize: 3, newSize: 7, from: tree)
    let other = TreeHasher.emptyRoot
    #expect(throws: ProofError.subtreeRootMismatch(expected: other, computed: old)) {
      try proof.verify(oldRoot: other, newRoot: new)
    }
    #expect(throws: ProofError.rootMismatch(expected: other, computed: new)) {
      try proof.verify(oldRoot: old, newRoot: other)
    }
    let long = ConsistencyProof(oldSize: 3, newSize: 7, path: proof.path + [other])
    #expect(throws: ProofError.wrongPathLength(expected: 4, found: 5)) {
      try long.verify(oldRoot: old, newRoot: new)
    }
  }

  @Test(arguments: [0, 1, 7] as [UInt64])
  func `from the empty tree is refused, for it would prove nothing`(newSize: UInt64) {
    #expect(throws: ProofError.emptyTree) {
      try ConsistencyProof(oldSize: 0, newSize: newSize, from: tree)
    }
    #expect(throws: ProofError.emptyTree) {
      let root = tree.root(ofSize: newSize)
      try ConsistencyProof(oldSize: 0, newSize: newSize, path: [])
        .verify(oldRoot: TreeHasher.emptyRoot, newRoot: root)
    }
  }

  @Test
  func `to a smaller tree is refused`() {
    #expect(throws: ProofError.treeShrinks(oldSize: 8, newSize: 7)) {
      try ConsistencyProof(oldSize: 8, newSize: 7, from: tree)
    }
    #expect(throws: ProofError.treeShrinks(oldSize: 1, newSize: 0)) {
      try ConsistencyProof(oldSize: 1, newSize: 0, path: [])
        .verify(oldRoot: tree.leaves[0], newRoot: TreeHasher.emptyRoot)
    }
  }

  @Test
  func `works up to the largest tree there is`() throws {
    let source = UniformTree()
    for newSize: UInt64 in [1 << 32, 1 << 40 + 1, 1 << 63, 1 << 63 + 5, .max - 1, .max] {
      let newRoot = try TreeHasher.root(ofSize: newSize, from: source)
      for oldSize in [1, 3, newSize / 3, newSize / 2, newSize - 1, newSize] {
        let proof = try ConsistencyProof(oldSize: oldSize, newSize: newSize, from: source)
        let oldRoot = try TreeHasher.root(ofSize: oldSize, from: source)
        try proof.verify(oldRoot: oldRoot, newRoot: newRoot)
      }
    }
  }

  private func verdict(on vector: Vectors.Consistency) -> Verdict {
    Verdict {
      try ConsistencyProof(
        oldSize: vector.size1,
        newSize: vector.size2,
        path: Array(vector: vector.proof),
      )
      .verify(oldRoot: TreeHash(vector: vector.root1), newRoot: TreeHash(vector: vector.root2))
    }
  }

  private func verdict(on vector: Vectors.SubtreeConsistency) -> Verdict {
    Verdict {
      try SubtreeConsistencyProof(
        subtree: Subtree(start: vector.start, end: vector.end),
        treeSize: vector.size,
        path: Array(vector: vector.proof),
      )
      .verify(
        subtreeRoot: TreeHash(vector: vector.root1),
        treeRoot: TreeHash(vector: vector.root2),
      )
    }
  }
}
