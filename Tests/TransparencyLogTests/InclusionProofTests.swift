import Testing
import TransparencyLog

@Suite
struct `An inclusion proof` {
  let tree = ReferenceTree(countingTo: 70)

  @Test
  func `is judged as in every published case`() throws {
    let entries: [Vectors.Entry<Vectors.Inclusion>] = try Vectors.entries("inclusion")
    let verdicts = entries.map { verdict(on: $0.case) }
    for (entry, verdict) in zip(entries, verdicts) {
      #expect((verdict == .accepted) == !entry.case.wantErr, "\(entry.path)")
    }
    #expect(verdicts.count == 98)
    #expect(verdicts.count { $0 == .accepted } == 6)
    #expect(verdicts.count { $0 == .unreadable } == 21)
  }

  @Test
  func `in a subtree is judged as in every published case`() throws {
    let entries: [Vectors.Entry<Vectors.SubtreeInclusion>] = try Vectors.entries("subtreeinclusion")
    let verdicts = entries.map { verdict(on: $0.case) }
    for (entry, verdict) in zip(entries, verdicts) {
      #expect((verdict == .accepted) == !entry.case.wantErr, "\(entry.path)")
    }
    #expect(verdicts.count == 204)
    #expect(verdicts.count { $0 == .accepted } == 12)
    #expect(verdicts.count { $0 == .unreadable } == 42)
  }

  @Test
  func `is accepted for every leaf of every tree it was generated for`() throws {
    for size in 1...UInt64(70) {
      let root = tree.root(ofSize: size)
      for index in 0..<size {
        let proof = try InclusionProof(index: index, treeSize: size, from: tree)
        try proof.verify(leaf: tree.leaves[Int(index)], root: root)
        #expect(try proof.root(from: tree.leaves[Int(index)]) == root)
      }
    }
  }

  @Test
  func `is not accepted after any change to its path, its leaf or its root`() throws {
    for size in 1...UInt64(33) {
      let root = tree.root(ofSize: size)
      for index in 0..<size {
        let leaf = tree.leaves[Int(index)]
        let proof = try InclusionProof(index: index, treeSize: size, from: tree)
        for path in spoilt(proof.path) {
          let changed = InclusionProof(index: index, treeSize: size, path: path)
          #expect(throws: ProofError.self) { try changed.verify(leaf: leaf, root: root) }
        }
        #expect(throws: ProofError.self) {
          try proof.verify(leaf: root.flipping(bit: 9), root: root)
        }
        #expect(throws: ProofError.self) {
          try proof.verify(leaf: leaf, root: leaf.flipping(bit: 9))
        }
      }
    }
  }

  @Test
  func `is not accepted for another leaf`() throws {
    for size in 1...UInt64(20) {
      let root = tree.root(ofSize: size)
      for index in 0..<size {
        let proof = try InclusionProof(index: index, treeSize: size, from: tree)
        for other in 0..<size where other != index {
          let moved = InclusionProof(index: other, treeSize: size, path: proof.path)
          let leaf = tree.leaves[Int(index)]
          #expect(throws: ProofError.self) { try moved.verify(leaf: leaf, root: root) }
        }
      }
    }
  }

  @Test
  func `says why it is not accepted`() throws {
    let leaf = tree.leaves[2]
    let root = tree.root(ofSize: 5)
    let proof = try InclusionProof(index: 2, treeSize: 5, from: tree)
    let short = InclusionProof(index: 2, treeSize: 5, path: proof.path.dropLast())
    #expect(throws: ProofError.wrongPathLength(expected: 3, found: 2)) {
      try short.verify(leaf: leaf, root: root)
    }
    #expect(throws: ProofError.rootMismatch(expected: leaf, computed: root)) {
      try proof.verify(leaf: leaf, root: leaf)
    }
    let outside = InclusionProof(index: 5, treeSize: 5, path: proof.path)
    #expect(throws: ProofError.leafOutsideTree(index: 5, subtree: .tree(ofSize: 5))) {
      try outside.verify(leaf: leaf, root: root)
    }
  }

  @Test(arguments: [(0, 0), (1, 1), (5, 3), (.max, .max)] as [(UInt64, UInt64)])
  func `is not generated for a leaf outside the tree`(index: UInt64, size: UInt64) {
    #expect(throws: ProofError.leafOutsideTree(index: index, subtree: .tree(ofSize: size))) {
      try InclusionProof(index: index, treeSize: size, from: tree)
    }
  }

  @Test
  func `passes on the error of a source that cannot read`() {
    #expect(throws: ReferenceTree.NotStored.self) {
      try InclusionProof(index: 0, treeSize: 71, from: tree)
    }
  }

  @Test
  func `works up to the largest tree there is`() throws {
    let source = UniformTree()
    for size: UInt64 in [1 << 32, 1 << 40 + 1, 1 << 63, 1 << 63 + 5, .max - 1, .max] {
      let root = try TreeHasher.root(ofSize: size, from: source)
      for index in [0, 1, size / 3, size / 2, size - 2, size - 1] {
        let proof = try InclusionProof(index: index, treeSize: size, from: source)
        try proof.verify(leaf: UniformTree.leaf, root: root)
      }
    }
  }

  @Test
  func `reads at most two nodes for each level, from a source that cannot be copied`() throws {
    let source = CountingTree()
    for index: UInt64 in [0, 1 << 62, 1 << 63, .max - 1] {
      let before = source.readCount
      let proof = try InclusionProof(index: index, treeSize: .max, from: source)
      #expect(source.readCount - before <= 2 * 64)
      #expect(proof.path.count <= 64)
    }
  }

  private func verdict(on vector: Vectors.Inclusion) -> Verdict {
    Verdict {
      try InclusionProof(
        index: vector.leafIdx,
        treeSize: vector.treeSize,
        path: Array(vector: vector.proof),
      )
      .verify(leaf: TreeHash(vector: vector.leafHash), root: TreeHash(vector: vector.root))
    }
  }

  private func verdict(on vector: Vectors.SubtreeInclusion) -> Verdict {
    Verdict {
      try InclusionProof(
        index: vector.leafIdx,
        subtree: Subtree(start: vector.start, end: vector.end),
        path: Array(vector: vector.proof),
      )
      .verify(leaf: TreeHash(vector: vector.leafHash), root: TreeHash(vector: vector.root))
    }
  }
}
