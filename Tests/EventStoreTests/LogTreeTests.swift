import EventStore
import Testing
import TransparencyLog

@Suite(.inTemporaryFolder)
struct `The tree of a log` {
  private static let seed: UInt64 = 0x5EED_0102

  @Test
  func `has the hashes of the stored bytes for its leaves`() async throws {
    let store = try Store()
    try await store.append(.saying("a", "", "b", String(repeating: "long ", count: 1_000)))
    let leaves = try store.leaves()
    var stored: [TreeHash] = []
    try store.log.forEachLeaf(from: 1, through: 4) { stored.append($0) }
    #expect(stored == leaves)
    for position in UInt64(1)...4 {
      #expect(try store.log.record(at: position).leaf == leaves[Int(position) - 1])
    }
  }

  @Test
  func `has the root that the definition gives, at every head up to 40`() async throws {
    let store = try Store()
    #expect(try store.log.head().root == TreeHasher.emptyRoot)
    for size in 1...40 {
      try await store.append(.saying("event \(size)"))
      let head = try store.log.head()
      #expect(head.position == UInt64(size))
      #expect(try head.root == store.naiveRoot())
    }
  }

  /// A node of level 8 stands over 256 leaves, one of level 16 over 65,536; at these sizes the
  /// first one of a level is completed, or not yet, or just before.
  @Test
  func `has the root of the definition, and proofs that hold, at any size`() async throws {
    print("seed \(Self.seed)")
    var generator = SeededGenerator(seed: Self.seed)
    let store = try Store()
    var leaves: [TreeHash] = []
    for size in [255, 256, 257, 511, 512, 4_095, 4_097, 65_535, 65_536, 65_537, 66_000] {
      try await store.append(.bare(size - leaves.count))
      try store.log.forEachLeaf(from: UInt64(leaves.count) + 1, through: UInt64(size)) {
        leaves.append($0)
      }
      let (tree, head) = try store.log.checkedTree()
      #expect(head.position == UInt64(size))
      #expect(head.root == naiveRoot(of: leaves[...]))
      #expect(tree.root == head.root)
      try expectProofs(store, leaves, upTo: size, using: &generator)
    }
  }

  @Test
  func `keeps its nodes from level 8 on and computes those below`() async throws {
    let store = try Store()
    try await store.append(.bare(1_024))
    let leaves = try store.leaves()
    let nodes = StoredNodes(of: store.log)
    for level in 0...10 {
      for index in 0..<1_024 >> level {
        let run = leaves[index << level..<(index + 1) << level]
        let hash = naiveRoot(of: run)
        guard index < 5 || level >= 8 else { continue }
        #expect(try nodes.node(level: level, index: UInt64(index)) == hash)
        let stored = try store.log.storedNode(level: level, index: UInt64(index))
        #expect(stored == (level < 8 ? nil : hash))
      }
    }
  }

  @Test
  func `is taken up again by a writer of the next process life`() async throws {
    for round in 0..<12 {
      let store = try Store()
      try await store.append(.bare(100 + round))
      #expect(try store.log.head().root == store.naiveRoot())
    }
  }

  @Test
  func `has no node beyond its end`() async throws {
    let store = try Store()
    try await store.append(.bare(300))
    let nodes = StoredNodes(of: store.log)
    let missing: [(level: Int, index: UInt64, position: UInt64)] = [
      (0, 300, 301), (3, 38, 305), (8, 1, 257), (9, 0, 1),
    ]
    for (level, index, position) in missing {
      let failure = #expect(throws: DamagedRecord.self) {
        try nodes.node(level: level, index: index)
      }
      #expect(failure?.position == position)
    }
  }

  /// Proves some leaves at some sizes the tree has had, against the roots of those sizes.
  private func expectProofs(
    _ store: Store,
    _ leaves: [TreeHash],
    upTo size: Int,
    using generator: inout SeededGenerator,
  ) throws {
    let nodes = StoredNodes(of: store.log)
    for round in 0..<6 {
      let treeSize = round == 0 ? size : Int.random(in: 1...size, using: &generator)
      let root = try TreeHasher.root(ofSize: UInt64(treeSize), from: nodes)
      if treeSize < 5_000 { #expect(root == naiveRoot(of: leaves[..<treeSize])) }
      for index in [0, treeSize - 1, Int.random(in: 0..<treeSize, using: &generator)] {
        let proof = try InclusionProof(
          index: UInt64(index),
          treeSize: UInt64(treeSize),
          from: nodes,
        )
        try proof.verify(leaf: leaves[index], root: root)
      }
      let consistency = try ConsistencyProof(
        oldSize: UInt64(treeSize),
        newSize: UInt64(size),
        from: nodes,
      )
      try consistency.verify(oldRoot: root, newRoot: try store.log.head().root)
    }
  }
}
