import LMDB
import TransparencyLog

extension EventLog {
  /// Copies records out of the log, each behind its length, as a segment has them.
  ///
  /// They are gathered in memory and written by the caller, so that the transaction ends before a
  /// slow device is waited for.
  ///
  /// - Parameters:
  ///   - first: The position to begin at.
  ///   - last: The last position wanted; no less than `first`.
  ///   - limit: The bytes after which no further record is begun.
  /// - Returns: The bytes, and the position of the last record among them.
  /// - Throws: `DamagedRecord` if a record is missing or is not what its leaf hash says.
  package func copyRecords(
    from first: UInt64,
    through last: UInt64,
    limit: Int,
  ) throws -> (bytes: [UInt8], last: UInt64) {
    var (bytes, next) = ([UInt8](), first)
    bytes.reserveCapacity(limit + limit / 8)
    try read { transaction, tables in
      try transaction.walk(tables.records, from: BigEndianKey(first).span) { key, row in
        let position = key.indices.reduce(0) { $0 << 8 | UInt64(key[$1]) }
        guard position == next else { return .stop }
        _ = try Self.checkedLeaf(of: row, at: position)
        SegmentLayout.append(row.extracting(RecordLayout.leafLength..<row.count), to: &bytes)
        next += 1
        return next <= last && bytes.count < limit ? .next : .stop
      }
    }
    guard next > first else { throw DamagedRecord(at: first, "there is no record") }
    return (bytes, next - 1)
  }
}
