import EventStore
import TransparencyLog

/// A piece of the log in the form of c2sp.org/tlog-tiles.
public struct LedgerTile: Hashable, Sendable {
  /// What lies at the path; it never changes.
  public var bytes: [UInt8]
}

extension Ledger {
  /// Whether a path of a tile is one of records, and not of hashes alone.
  ///
  /// Records are not for everybody: their words are sealed, but who spoke and when stands in clear.
  public static func isPathOfRecords(_ path: String) -> Bool {
    TilePath(parsing: path)?.content == .entries
  }

  /// What lies at a path of the log's tiles: hashes of the tree, or records as they are stored.
  ///
  /// There are the tiles of the tree whose checkpoint was signed last.
  ///
  /// - Parameter path: The path, such as `tile/0/x001/x234/067` or `tile/entries/000.p/17`.
  /// - Returns: The tile.
  /// - Throws: `LedgerError` `.notFound` if there is none, `.damaged` if the log is.
  public func tile(at path: String) throws -> LedgerTile {
    try LedgerError.wrapping {
      guard let path = TilePath(parsing: path) else {
        throw LedgerError(.notFound, "\(path) is no path of a tile (c2sp.org/tlog-tiles)")
      }
      let size = try signer.latest()?.tree.size ?? 0
      guard path.isPart(ofTreeOfSize: size) else {
        throw LedgerError(
          .notFound,
          "the log, whose checkpoint of \(size) records is the last, has no \(path.text)",
        )
      }
      return LedgerTile(bytes: try bytes(of: path))
    }
  }

  /// The bytes of a tile or a bundle.
  ///
  /// - Throws: `LedgerError` `.notFound` for a bundle that has a record too long for it.
  func bytes(of path: TilePath) throws -> [UInt8] {
    guard path.content == .entries else { return try path.bytes(from: StoredNodes(of: log)) }
    let records = try records(of: path)
    guard let bundle = try? EntryBundle.encode(records.map(\.bytes)) else {
      let limit = EntryBundle.entryByteCountLimit
      let long = records.first { $0.bytes.count > limit }?.header.position ?? 0
      throw LedgerError(
        .notFound,
        "\(path.text) cannot be: the record at position \(long) has more than the \(limit) bytes "
          + "that c2sp.org/tlog-tiles allows; a static export has it as a line of JSON",
      )
    }
    return bundle
  }

  /// The records of a bundle.
  func records(of path: TilePath) throws -> [Record] {
    var records: [Record] = []
    try log.forEachRecord(from: path.leaves.lowerBound + 1, through: path.leaves.upperBound) {
      records.append($0)
    }
    return records
  }
}
