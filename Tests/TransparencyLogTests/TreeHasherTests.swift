import Crypto
import Testing
import TransparencyLog

@Suite
struct `The tree hasher` {
  @Test
  func `gives the known hashes of leaves and nodes`() throws {
    let answers = try Vectors.knownAnswers()
    var level = answers.leafInputsHex.map { TreeHasher.leafHash(of: bytes(hexadecimal: $0)) }
    var hashes = level
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map {
        TreeHasher.nodeHash(level[$0], level[$0 + 1])
      }
      hashes += level
    }
    #expect(hashes.map(\.description) == answers.nodeHashesHexByLevelFlat)
    #expect(hashes.count == 15)
  }

  @Test
  func `gives the known roots of trees of 0 to 8 leaves`() throws {
    let answers = try Vectors.knownAnswers()
    let leaves = answers.leafInputsHex.map { TreeHasher.leafHash(of: bytes(hexadecimal: $0)) }
    let source = ReferenceTree(leaves: leaves)
    var tree = IncrementalTree()
    var roots = [tree.root]
    for leaf in leaves {
      tree.append(leaf)
      roots.append(tree.root)
    }
    #expect(roots.map(\.description) == answers.rootHashHexByTreeSize)
    #expect(try (0...8).map { try TreeHasher.root(ofSize: $0, from: source) } == roots)
    #expect(roots.count == 9)
  }

  @Test
  func `gives the root of the empty tree the hash of no bytes`() {
    #expect(TreeHasher.emptyRoot.bytes == Array(SHA256.hash(data: [UInt8]())))
  }

  @Test
  func `hashes the leaf prefix and the entry, whatever its length`() {
    for count in Array(0...130) + Array(1_020...1_030) + [100_000] {
      let entry = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let expected = Array(SHA256.hash(data: [0x00] + entry))
      #expect(TreeHasher.leafHash(of: entry).bytes == expected)
      #expect(TreeHasher.leafHash(of: entry.span).bytes == expected)
      // Safety: the buffer is read before the closure returns.
      let ofMemory = unsafe entry.withUnsafeBytes { unsafe TreeHasher.leafHash(of: $0) }
      #expect(ofMemory.bytes == expected)
    }
  }

  @Test
  func `hashes an entry that has no memory at all`() {
    // Safety: a buffer without an address has no bytes to read.
    let nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    #expect(unsafe TreeHasher.leafHash(of: nothing) == TreeHasher.leafHash(of: []))
  }

  @Test
  func `hashes the node prefix, the left and the right hash, in this order`() {
    let left = TreeHasher.leafHash(of: [1])
    let right = TreeHasher.leafHash(of: [2])
    let expected = Array(SHA256.hash(data: [0x01] + left.bytes + right.bytes))
    #expect(TreeHasher.nodeHash(left, right).bytes == expected)
    #expect(TreeHasher.nodeHash(right, left).bytes != expected)
  }

  @Test
  func `never takes a node for a leaf`() {
    let left = TreeHasher.leafHash(of: [1])
    let right = TreeHasher.leafHash(of: [2])
    #expect(TreeHasher.leafHash(of: left.bytes + right.bytes) != TreeHasher.nodeHash(left, right))
  }

  private func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
