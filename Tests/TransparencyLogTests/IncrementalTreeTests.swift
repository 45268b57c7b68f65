import Testing
import TransparencyLog

@Suite
struct `An incremental tree` {
  static let seed: UInt64 = 0x5EED_0001

  /// 300 leaves of random entries, the same in every run.
  let reference: ReferenceTree = {
    var generator = SeededGenerator(seed: Self.seed)
    return ReferenceTree(
      leaves: (0..<300).map { TreeHasher.leafHash(of: generator.bytes(count: $0 % 50)) }
    )
  }()

  @Test
  func `has the root that the definition gives, at every size`() throws {
    var tree = IncrementalTree()
    for size in 0...300 {
      #expect(tree.size == UInt64(size))
      #expect(tree.root == reference.root(of: 0..<size))
      #expect(try TreeHasher.root(ofSize: tree.size, from: reference) == tree.root)
      if size < 300 { tree.append(reference.leaves[size]) }
    }
  }

  @Test
  func `reports each perfect node once, when its last leaf arrives, lowest first`() {
    var tree = IncrementalTree()
    for (position, leaf) in reference.leaves.enumerated() {
      var reported: [Int] = []
      tree.append(leaf) { level, index, hash in
        let first = Int(index) << level
        #expect(first + 1 << level == position + 1)
        #expect(hash == reference.root(of: first..<position + 1))
        reported.append(level)
      }
      #expect(reported == Array(1..<(position + 1).trailingZeroBitCount + 1))
    }
  }

  @Test
  func `goes on where it was left, from its frontier or from stored nodes`() throws {
    var whole = IncrementalTree()
    for (position, leaf) in reference.leaves.enumerated() {
      var resumed = try #require(IncrementalTree(size: whole.size, frontier: whole.frontier))
      #expect(try IncrementalTree(size: UInt64(position), from: reference) == whole)
      whole.append(leaf)
      resumed.append(leaf)
      #expect(resumed == whole)
    }
  }

  @Test
  func `keeps the largest perfect subtree first`() {
    var tree = IncrementalTree()
    for leaf in reference.leaves.prefix(13) { tree.append(leaf) }
    #expect(tree.frontier == [0..<8, 8..<12, 12..<13].map(reference.root(of:)))
  }

  @Test
  func `is refused if the frontier does not fit the size`() {
    let hash = TreeHasher.emptyRoot
    for size: UInt64 in [0, 1, 2, 3, 7, 8, 300, .max] {
      for count in 0...65 {
        let tree = IncrementalTree(size: size, frontier: Array(repeating: hash, count: count))
        #expect((tree != nil) == (count == size.nonzeroBitCount))
      }
    }
  }

  @Test
  func `stays as it was if what takes the nodes fails`() throws {
    struct Full: Error, Equatable {}
    var tree = IncrementalTree()
    for leaf in reference.leaves.prefix(7) { tree.append(leaf) }
    let before = tree
    #expect(throws: Full()) {
      try tree.append(reference.leaves[7]) { (level, _, _) throws(Full) in
        if level == 2 { throw Full() }
      }
    }
    #expect(tree == before)
    tree.append(reference.leaves[7])
    #expect(tree.root == reference.root(of: 0..<8))
  }

  @Test
  func `grows up to the largest size there is`() throws {
    let source = UniformTree()
    var tree = try IncrementalTree(size: .max - 1, from: source)
    tree.append(UniformTree.leaf)
    #expect(tree.size == .max)
    #expect(tree.frontier.count == 64)
    #expect(try TreeHasher.root(ofSize: .max, from: source) == tree.root)
  }

  @Test
  func `crashes rather than wrap around`() async {
    await #expect(processExitsWith: .failure) {
      var tree = try IncrementalTree(size: .max, from: UniformTree())
      tree.append(UniformTree.leaf)
    }
  }
}
