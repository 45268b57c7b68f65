extension TilePath {
  /// How many hashes a level of tiles has in a tree: the perfect nodes of that height.
  static func hashCount(level: Int, treeSize: UInt64) -> UInt64 {
    let shift = height * level
    return shift < UInt64.bitWidth ? treeSize >> UInt64(shift) : 0
  }

  /// The tile of a level as a tree of a size has it; `nil` if the tree does not reach so far.
  package init?(_ content: Content, index: UInt64, treeSize: UInt64) {
    self.init(content, index: index)
    let available = Self.hashCount(level: level, treeSize: treeSize)
    let (start, isTooLarge) = index.multipliedReportingOverflow(by: UInt64(Self.fullWidth))
    guard !isTooLarge, start < available else { return nil }
    let width = min(available - start, UInt64(Self.fullWidth))
    self.init(content, index: index, width: Int(width))
  }

  /// Whether a tree of a size has all that lies there.
  package func isPart(ofTreeOfSize size: UInt64) -> Bool {
    TilePath(content, index: index, treeSize: size).map { $0.width >= width } ?? false
  }

  /// The leaves of a bundle or of a tile of level 0, counted from 0.
  package var leaves: Range<UInt64> {
    let start = index * UInt64(Self.fullWidth)
    return start..<start + UInt64(width)
  }

  /// How many tiles or bundles a tree has at a level.
  package static func count(_ content: Content, treeSize: UInt64) -> UInt64 {
    let level = TilePath(content, index: 0).level
    let hashes = hashCount(level: level, treeSize: treeSize)
    return hashes / UInt64(fullWidth) + (hashes % UInt64(fullWidth) > 0 ? 1 : 0)
  }

  /// How many levels of tiles a tree has.
  package static func levelCount(treeSize: UInt64) -> Int {
    (UInt64.bitWidth - treeSize.leadingZeroBitCount + height - 1) / height
  }

  /// The bytes of a tile: its hashes, one behind the other.
  ///
  /// - Parameter source: The stored nodes of a tree that has the tile.
  /// - Returns: 32 bytes for each hash.
  /// - Throws: What the source throws.
  package func bytes(from source: borrowing some NodeSource & ~Copyable) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * TreeHash.byteCount)
    for node in leaves {
      try source.node(level: Self.height * level, index: node).write(into: &bytes)
    }
    return bytes
  }
}
