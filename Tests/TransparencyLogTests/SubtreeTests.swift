import Crypto
import Foundation
import Testing
import TransparencyLog

/// The "Subtree Test Vectors" of draft-ietf-plants-merkle-tree-certs: one hash over every answer
/// that an algorithm gives for trees of up to 130 leaves.
@Suite
struct `A subtree` {
  static let largestSize: UInt64 = 130

  let tree = ReferenceTree(countingTo: Int(largestSize))

  @Test
  func `has the published hash, at every place`() throws {
    var lines = Lines()
    for subtree in subtrees(endingBy: Self.largestSize) {
      let root = try TreeHasher.root(of: subtree, from: tree)
      #expect(root == tree.root(of: Int(subtree.start)..<Int(subtree.end)))
      lines.add("\(subtree)", [root])
    }
    #expect(try lines.digest == published("TestSubtreeHashVectors"))
  }

  @Test
  func `has the published inclusion proofs, for every leaf`() throws {
    var lines = Lines()
    for subtree in subtrees(endingBy: Self.largestSize) {
      let root = try TreeHasher.root(of: subtree, from: tree)
      for index in subtree.start..<subtree.end {
        let proof = try InclusionProof(index: index, subtree: subtree, from: tree)
        try proof.verify(leaf: tree.leaves[Int(index)], root: root)
        lines.add("\(index) \(subtree)", proof.path)
      }
    }
    #expect(try lines.digest == published("TestSubtreeInclusionProofVectors"))
  }

  @Test
  func `has the published consistency proofs, with every tree`() throws {
    var lines = Lines()
    for size in 0...Self.largestSize {
      let treeRoot = tree.root(ofSize: size)
      for subtree in subtrees(endingBy: size) {
        let proof = try SubtreeConsistencyProof(subtree: subtree, treeSize: size, from: tree)
        let subtreeRoot = try TreeHasher.root(of: subtree, from: tree)
        try proof.verify(subtreeRoot: subtreeRoot, treeRoot: treeRoot)
        lines.add("\(subtree) \(size)", proof.path)
      }
    }
    #expect(try lines.digest == published("TestSubtreeConsistencyProofVectors"))
  }

  @Test
  func `covers every run together with another, as published`() throws {
    var lines = Lines()
    for end in 0...Self.largestSize {
      for start in 0...end {
        let (left, right) = Subtree.covering(start..<end)
        #expect(try Subtree(start: left.start, end: left.end) == left)
        #expect(try Subtree(start: right.start, end: right.end) == right)
        lines.add("\(left) \(right)", [])
      }
    }
    #expect(try lines.digest == published("TestSubtreeCoveringVectors"))
  }

  @Test(
    arguments: [(2, 1), (1, 3), (2, 6), (3, 5), (4, 9), (1, 1 << 63 + 2), (1 << 62, .max)]
      as [(UInt64, UInt64)]
  )
  func `is not made of leaves out of order or out of line`(start: UInt64, end: UInt64) {
    #expect(throws: ProofError.invalidSubtree(start: start, end: end)) {
      try Subtree(start: start, end: end)
    }
  }

  @Test(
    arguments: [(0, 0), (5, 5), (3, 4), (8, 13), (0, .max), (1 << 63, .max), (.max, .max)]
      as [(UInt64, UInt64)]
  )
  func `starts at a multiple of its size, rounded up`(start: UInt64, end: UInt64) throws {
    let subtree = try Subtree(start: start, end: end)
    #expect(subtree.start == start)
    #expect(subtree.end == end)
  }

  @Test
  func `is refused if it reaches beyond the tree`() throws {
    let subtree = try Subtree(start: 8, end: 13)
    #expect(throws: ProofError.subtreeOutsideTree(subtree, treeSize: 12)) {
      try SubtreeConsistencyProof(subtree: subtree, treeSize: 12, from: tree)
    }
  }

  private func published(_ name: String) throws -> String? {
    try Vectors.knownAnswers().accumulatedSubtreeVectors.sha256OfAllLines[name]
  }

  /// Every valid subtree that ends no later than `limit`, in the order of the vectors.
  private func subtrees(endingBy limit: UInt64) -> [Subtree] {
    (0...limit).flatMap { end in
      (0...end).compactMap { start in try? Subtree(start: start, end: end) }
    }
  }
}

/// Lines of text that are hashed as they come.
private struct Lines {
  private var hasher = SHA256()
  /// The text of hashes seen before; most return in hundreds of proofs.
  private var texts: [TreeHash: String] = [:]

  mutating func add(_ prefix: String, _ hashes: [TreeHash]) {
    var line = prefix
    for hash in hashes { line += " " + text(of: hash) }
    hasher.update(data: Data((line + "\n").utf8))
  }

  private mutating func text(of hash: TreeHash) -> String {
    if let text = texts[hash] { return text }
    let text = hash.description
    texts[hash] = text
    return text
  }

  var digest: String? {
    TreeHash(Array(hasher.finalize()))?.description
  }
}
