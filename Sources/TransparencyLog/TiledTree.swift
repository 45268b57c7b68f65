/// A tree that is read from tiles: c2sp.org/tlog-tiles.
///
/// What the tiles say is believed no further than it can be computed: ``verify(root:)`` derives
/// every hash of every tile from the leaf hashes.
package struct TiledTree {
  /// How many leaves the tree has.
  package let size: UInt64
  /// Fetches what lies at a path.
  private let fetch: (TilePath) throws -> [UInt8]

  /// Takes a tree of a size.
  ///
  /// - Parameters:
  ///   - size: The size, as a signed checkpoint says.
  ///   - fetch: Reads a tile; only those are asked for that a tree of this size has.
  package init(size: UInt64, fetch: @escaping (TilePath) throws -> [UInt8]) {
    self.size = size
    self.fetch = fetch
  }

  /// The hashes of a tile.
  package func hashes(at path: TilePath) throws -> [TreeHash] {
    let bytes = try fetch(path)
    guard bytes.count == path.width * TreeHash.byteCount else {
      throw FormatError(
        "tile \(path.text)",
        expected: "\(path.width * TreeHash.byteCount) bytes, found \(bytes.count)",
      )
    }
    return stride(from: 0, to: bytes.count, by: TreeHash.byteCount).compactMap {
      TreeHash(bytes[$0..<$0 + TreeHash.byteCount])
    }
  }

  /// Accepts the tiles by returning, or throws what is wrong.
  ///
  /// - Parameters:
  ///   - root: The root, as a signed checkpoint says.
  ///   - leaf: Takes the index and the hash of each leaf, in order.
  /// - Throws: `FormatError` for a tile of the wrong length, `TileError` for a hash that is not
  ///   what the hashes below it say, what `fetch` or `leaf` throws.
  package func verify(root: TreeHash, leaf: (UInt64, TreeHash) throws -> Void) throws {
    var tree = IncrementalTree()
    var cursor = TileCursor(self)
    for index in 0..<TilePath.count(.hashes(level: 0), treeSize: size) {
      guard let path = TilePath(.hashes(level: 0), index: index, treeSize: size) else { continue }
      for hash in try hashes(at: path) {
        try leaf(tree.size, hash)
        try tree.append(hash) { level, index, hash in
          guard level.isMultiple(of: TilePath.height) else { return }
          try cursor.compare(level: level / TilePath.height, index: index, with: hash)
        }
      }
    }
    guard tree.root == root else {
      throw ProofError.rootMismatch(expected: root, computed: tree.root)
    }
  }
}

extension TiledTree: NodeSource {
  /// A node of the tree, computed from the tile it stands in or under.
  package func node(level: Int, index: UInt64) throws -> TreeHash {
    let (tileLevel, height) = level.quotientAndRemainder(dividingBy: TilePath.height)
    let first = index << UInt64(height)
    let tileIndex = first / UInt64(TilePath.fullWidth)
    let offset = Int(first % UInt64(TilePath.fullWidth))
    guard let path = TilePath(.hashes(level: tileLevel), index: tileIndex, treeSize: size),
      offset + 1 << height <= path.width
    else { throw TileError.outsideTree(level: level, index: index, treeSize: size) }
    var tree = IncrementalTree()
    for hash in try hashes(at: path)[offset..<offset + 1 << height] { tree.append(hash) }
    return tree.root
  }
}

/// The tile last read of each level above the lowest, so that each is read once in a walk.
private struct TileCursor {
  private let tree: TiledTree
  private var tiles: [Int: (path: TilePath, hashes: [TreeHash])] = [:]

  init(_ tree: TiledTree) { self.tree = tree }

  /// Compares a hash of a tile with one that was computed.
  mutating func compare(level: Int, index: UInt64, with computed: TreeHash) throws {
    let content = TilePath.Content.hashes(level: level)
    let tileIndex = index / UInt64(TilePath.fullWidth)
    guard let path = TilePath(content, index: tileIndex, treeSize: tree.size) else { return }
    if tiles[level]?.path != path { tiles[level] = (path, try tree.hashes(at: path)) }
    guard tiles[level]?.hashes[Int(index % UInt64(TilePath.fullWidth))] == computed else {
      throw TileError.wrongHash(path: path.text, index: index)
    }
  }
}

/// Why tiles are not those of a tree.
package enum TileError: Error, Hashable, Sendable {
  /// A hash is not what the tile below it says.
  case wrongHash(path: String, index: UInt64)
  /// The tree has no such node.
  case outsideTree(level: Int, index: UInt64, treeSize: UInt64)
}

extension TileError: CustomStringConvertible {
  /// The reason as a sentence.
  package var description: String {
    switch self {
    case .wrongHash(let path, let index):
      "hash \(index) of its level, in \(path), is not the root of the tile below it"
    case .outsideTree(let level, let index, let treeSize):
      "a tree of \(treeSize) leaves has no node \(index) at level \(level)"
    }
  }
}
