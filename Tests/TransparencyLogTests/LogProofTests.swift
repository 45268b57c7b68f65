import Testing
import TransparencyLog

@Suite
struct `A proof for a stranger` {
  private let tree = ReferenceTree(countingTo: 70)

  private func proof(of index: UInt64, size: UInt64, extra: [UInt8] = []) throws -> LogProof {
    let key = try fixedKey("example.com/log")
    let checkpoint = Checkpoint(
      origin: key.verificationKey.name,
      size: size,
      root: tree.root(ofSize: size),
    )
    return LogProof(
      extra: extra,
      inclusion: try InclusionProof(index: index, treeSize: size, from: tree),
      note: try checkpoint.signed(with: key),
    )
  }

  private func verify(_ bytes: [UInt8], of leaf: TreeHash) throws -> Checkpoint {
    let key = try fixedKey("example.com/log").verificationKey
    return try LogProof(parsing: bytes).verify(leaf: leaf, origin: key.name, key: key)
  }

  @Test
  func `is accepted for every entry of trees of many sizes`() throws {
    for size in [1, 2, 3, 7, 8, 33, 70] as [UInt64] {
      for index in 0..<size {
        let bytes = try proof(of: index, size: size).bytes
        #expect(try verify(bytes, of: tree.leaves[Int(index)]).size == size)
        #expect(try LogProof(parsing: bytes).bytes == bytes)
      }
    }
  }

  @Test
  func `has the lines of the specification`() throws {
    let proof = try proof(of: 1, size: 2, extra: Array("more".utf8))
    let lines = String(decoding: proof.bytes, as: UTF8.self).split(
      separator: "\n",
      omittingEmptySubsequences: false,
    )
    #expect(lines[0] == "c2sp.org/tlog-proof@v1")
    #expect(lines[1] == "extra bW9yZQ==")
    #expect(lines[2] == "index 1")
    #expect(lines[3] == tree.leaves[0].base64)
    #expect(lines[4] == "")
    #expect(lines[5...7] == ["example.com/log", "2", "\(tree.root(ofSize: 2).base64)"])
  }

  /// Nothing vouches for the extra data, so this proof has none.
  @Test
  func `is refused after any change of a byte, and when cut off`() throws {
    let bytes = try proof(of: 4, size: 7).bytes
    for index in bytes.indices {
      for change in [1, 2, 4, 8, 16, 32, 64, 128] as [UInt8] {
        var changed = bytes
        changed[index] ^= change
        #expect(throws: (any Error).self, "byte \(index)") {
          try verify(changed, of: tree.leaves[4])
        }
      }
      #expect(throws: (any Error).self) {
        try verify(Array(bytes[..<index]), of: tree.leaves[4])
      }
    }
    #expect(throws: ProofError.self) { try verify(bytes, of: tree.leaves[5]) }
  }

  @Test(arguments: [
    "c2sp.org/tlog-proof@v2\nindex 0\n", "c2sp.org/tlog-proof@v1\n",
    "c2sp.org/tlog-proof@v1\nindex 00\n", "c2sp.org/tlog-proof@v1\nindex -1\n",
    "c2sp.org/tlog-proof@v1\nindex\n", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n",
    "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n", "c2sp.org/tlog-proof@v1\nindex 0\nextra bW9y\n",
    "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n", "\nc2sp.org/tlog-proof@v1\nindex 0\n",
    "c2sp.org/tlog-proof@v1\r\nindex 0\r\n", "c2sp.org/tlog-proof@v1\nindex 0\nindex 0\n", "",
  ])
  func `is malformed if a line is`(head: String) throws {
    let note = try proof(of: 0, size: 1).note.bytes
    #expect(throws: FormatError.self) {
      try LogProof(parsing: Array(head.utf8) + [UInt8(ascii: "\n")] + note)
    }
  }

  @Test
  func `is malformed if it has more hashes than any tree calls for`() throws {
    let note = String(decoding: try proof(of: 0, size: 1).note.bytes, as: UTF8.self)
    let head = "c2sp.org/tlog-proof@v1\nindex 0\n"
    let hash = TreeHasher.emptyRoot.base64 + "\n"
    let most = head + String(repeating: hash, count: 64) + "\n" + note
    #expect(try LogProof(parsing: Array(most.utf8)).path.count == 64)
    let more = head + String(repeating: hash, count: 65) + "\n" + note
    #expect(throws: FormatError.self) { try LogProof(parsing: Array(more.utf8)) }
  }
}
