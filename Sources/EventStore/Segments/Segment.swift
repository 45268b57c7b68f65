import LMDB

/// A file of consecutive records, each behind its length; a part of a backup that never changes.
///
/// The format is described in docs/backup.md.
package struct Segment: Hashable, Sendable {
  /// The position of the first record.
  package let first: UInt64
  /// The position of the last record.
  package let last: UInt64
  /// The size of the file in bytes.
  package let byteCount: Int
  /// The SHA-256 of the file.
  package let digest: [UInt8]

  /// The size in bytes at which a segment ends and the next one begins.
  ///
  /// Large enough that a large log has few files, small enough that one is copied in a second.
  package static let byteLimit = 64 << 20
  /// The bytes gathered before they are written.
  private static let pieceLength = 1 << 20

  /// Writes a segment: records from a position on, until it is large or the log's part is done.
  ///
  /// - Parameters:
  ///   - log: Where the records come from.
  ///   - first: The position of the first record.
  ///   - last: The last position wanted; no less than `first`.
  ///   - path: What the file is called, by the segment's last position.
  ///   - temporary: What it is called until it is whole.
  /// - Returns: The segment; it is on disk.
  /// - Throws: `DamagedRecord` if the log is damaged, `StorageError` if the file cannot be written.
  package static func write(
    from log: EventLog,
    first: UInt64,
    through last: UInt64,
    to path: (_ last: UInt64) -> String,
    temporary: String,
  ) throws -> Segment {
    let file = try DurableFile(temporary)
    var next = first
    while next <= last, file.byteCount < byteLimit {
      let piece = try log.copyRecords(from: next, through: last, limit: pieceLength)
      try file.write(piece.bytes)
      next = piece.last + 1
    }
    let segment = Segment(
      first: first,
      last: next - 1,
      byteCount: file.byteCount,
      digest: file.digest,
    )
    try file.finish(as: path(segment.last))
    return segment
  }
}

/// How records stand in a segment.
enum SegmentLayout {
  /// The bytes of a record's length.
  static let lengthLength = 4

  /// Appends a record: its length, highest byte first, then its bytes.
  static func append(_ record: Span<UInt8>, to bytes: inout [UInt8]) {
    let length = UInt32(record.count)
    for shift in [24, 16, 8, 0] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    // Safety: the buffer is read before the closure returns.
    unsafe record.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
  }
}
