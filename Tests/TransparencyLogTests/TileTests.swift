import Testing
import TransparencyLog

@Suite
struct `A tile` {
  @Test(
    arguments: [
      ("tile/0/000", .hashes(level: 0), 0, 256), ("tile/1/999.p/17", .hashes(level: 1), 999, 17),
      ("tile/63/x001/x234/067", .hashes(level: 63), 1_234_067, 256),
      ("tile/entries/x001/000.p/255", .entries, 1_000, 255),
      ("tile/0/x018/x446/x744/x073/x709/x551/615", .hashes(level: 0), .max, 256),
    ] as [(String, TilePath.Content, UInt64, Int)]
  )
  func `has a path`(text: String, content: TilePath.Content, index: UInt64, width: Int) {
    let path = TilePath(content, index: index, width: width)
    #expect(path.text == text)
    #expect(TilePath(parsing: text) == path)
  }

  @Test(arguments: [
    "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile/64/000", "tile/00/000",
    "tile/-1/000", "tile/+1/000", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/001",
    "tile/0/001/002", "tile/0/x001/x002", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
    "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/1/2", "tile/0/x001.p/000", "tile/0/+01",
    "tile/entry/000", "tile/Entries/000", "tile/0/../000", "tile//000", "tile/0/000\0",
    "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    "tile/٠/000", "tile/0/٠٠٠",
  ])
  func `has no other path`(text: String) {
    #expect(TilePath(parsing: text) == nil)
  }

  @Test
  func `is as wide as the tree of the specification's example makes it`() {
    let size: UInt64 = 70_000
    #expect(TilePath.count(.hashes(level: 0), treeSize: size) == 274)
    #expect(TilePath(.hashes(level: 0), index: 272, treeSize: size)?.width == 256)
    #expect(TilePath(.hashes(level: 0), index: 273, treeSize: size)?.width == 112)
    #expect(TilePath(.hashes(level: 0), index: 274, treeSize: size) == nil)
    #expect(TilePath(.hashes(level: 1), index: 0, treeSize: size)?.width == 256)
    #expect(TilePath(.hashes(level: 1), index: 1, treeSize: size)?.width == 17)
    #expect(TilePath(.hashes(level: 2), index: 0, treeSize: size)?.width == 1)
    #expect(TilePath.levelCount(treeSize: size) == 3)
    #expect(
      [0, 1, 255, 256, 65_535, 65_536].map(TilePath.levelCount(treeSize:)) == [0, 1, 1, 2, 2, 3]
    )
    #expect(TilePath.levelCount(treeSize: .max) == 8)
  }

  @Test
  func `of the log that Tessera made derives every signed root`() throws {
    let files = try NoteVectors.tesseraLog()
    let key = try VerificationKey(parsing: NoteVectors.tesseraKey)
    for size in 0...UInt64(15) {
      let note = try SignedNote(parsing: try #require(files["checkpoint.\(size)"]))
      let checkpoint = try Checkpoint(opening: note, of: key.name, with: key)
      #expect(checkpoint.size == size)
      let tree = TiledTree(size: size) { try #require(files[$0.text]) }
      var leaves: [TreeHash] = []
      try tree.verify(root: checkpoint.root) { _, leaf in leaves.append(leaf) }
      #expect(leaves.count == Int(size))
      #expect(try TreeHasher.root(ofSize: size, from: tree) == checkpoint.root)
      guard let bundle = TilePath(.entries, index: 0, treeSize: size) else { continue }
      let entries = try EntryBundle.decode(try #require(files[bundle.text]), count: Int(size))
      #expect(entries.map { TreeHasher.leafHash(of: $0) } == leaves)
      #expect(try EntryBundle.encode(entries) == files[bundle.text])
    }
    let last = try SignedNote(parsing: try #require(files["checkpoint"]))
    let head = try Checkpoint(opening: last, of: key.name, with: key)
    let state = String(decoding: try #require(files[".state/treeState"]), as: UTF8.self)
    #expect(state == "{\"size\":\(head.size),\"root\":\"\(head.root.base64)\"}")
  }

  @Test
  func `is what another program wrote`() throws {
    let files = try NoteVectors.tesseraLog()
    let entries = try EntryBundle.decode(
      try #require(files["tile/entries/000.p/15"]),
      count: 15,
    )
    let tree = ReferenceTree(leaves: entries.map { TreeHasher.leafHash(of: $0) })
    for size in 1...UInt64(15) {
      let path = try #require(TilePath(.hashes(level: 0), index: 0, treeSize: size))
      #expect(try path.bytes(from: tree) == files[path.text])
    }
  }

  @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 600, 65_536, 65_537, 66_000] as [Int])
  func `gives back the tree it was cut from`(size: Int) throws {
    let tree = ReferenceTree(countingTo: size)
    let tiled = TiledTree(size: UInt64(size)) { try $0.bytes(from: tree) }
    try tiled.verify(root: tree.root(ofSize: UInt64(size))) { index, leaf in
      #expect(leaf == tree.leaves[Int(index)])
    }
    for index in [0, size / 2, size - 1] {
      let own = try InclusionProof(index: UInt64(index), treeSize: UInt64(size), from: tiled)
      #expect(
        own == (try InclusionProof(index: UInt64(index), treeSize: UInt64(size), from: tree))
      )
    }
  }

  @Test
  func `changed anywhere is found`() throws {
    let size: UInt64 = 600
    let tree = ReferenceTree(countingTo: Int(size))
    let root = tree.root(ofSize: size)
    let paths = try (0..<TilePath.levelCount(treeSize: size)).flatMap { level in
      try (0..<TilePath.count(.hashes(level: level), treeSize: size)).map {
        try #require(TilePath(.hashes(level: level), index: $0, treeSize: size))
      }
    }
    #expect(paths.count == 4)
    for changed in paths {
      for byte in [0, 31, 32, changed.width * 32 - 1] where byte < changed.width * 32 {
        let tiled = TiledTree(size: size) { path in
          var bytes = try path.bytes(from: tree)
          if path == changed { bytes[byte] ^= 1 }
          return bytes
        }
        #expect(throws: (any Error).self) { try tiled.verify(root: root) { _, _ in } }
      }
      let short = TiledTree(size: size) { path in
        let bytes = try path.bytes(from: tree)
        return path == changed ? bytes.dropLast() : bytes
      }
      #expect(throws: FormatError.self) { try short.verify(root: root) { _, _ in } }
    }
  }

  @Test
  func `is not part of a tree that is too small`() {
    #expect(TilePath(.hashes(level: 0), index: 0, width: 5).isPart(ofTreeOfSize: 5))
    #expect(!TilePath(.hashes(level: 0), index: 0, width: 5).isPart(ofTreeOfSize: 4))
    #expect(!TilePath(.hashes(level: 1), index: 0, width: 1).isPart(ofTreeOfSize: 255))
    #expect(TilePath(.hashes(level: 1), index: 0, width: 1).isPart(ofTreeOfSize: 256))
    #expect(!TilePath(.hashes(level: 63), index: .max).isPart(ofTreeOfSize: .max))
  }
}

@Suite
struct `A bundle of entries` {
  @Test
  func `gives back entries of every length it can hold`() throws {
    let entries =
      [[], [1], Array(repeating: 7, count: EntryBundle.entryByteCountLimit)] as [[UInt8]]
    let bytes = try EntryBundle.encode(entries)
    #expect(try EntryBundle.decode(bytes, count: 3) == entries)
    #expect(throws: FormatError.self) {
      try EntryBundle.encode([Array(repeating: 7, count: EntryBundle.entryByteCountLimit + 1)])
    }
  }

  @Test
  func `is refused if it is cut off, too long, or of another number`() throws {
    let bytes = try EntryBundle.encode([[1, 2], [], [3]])
    for length in bytes.indices {
      #expect(throws: FormatError.self) {
        try EntryBundle.decode(Array(bytes[..<length]), count: 3)
      }
    }
    for count in [0, 1, 2, 4] {
      #expect(throws: FormatError.self) { try EntryBundle.decode(bytes, count: count) }
    }
    #expect(throws: FormatError.self) { try EntryBundle.decode(bytes + [0], count: 3) }
  }
}
