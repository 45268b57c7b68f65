package import TransparencyLog

/// How far the log has come, as the last commit wrote it.
package struct LogHead: Hashable, Sendable {
  /// The position of the last record, and the size of the tree; zero for an empty log.
  package var position: UInt64 = 0
  /// The root of the RFC 6962 tree over all records.
  package var root = TreeHasher.emptyRoot
  /// The time of the last record, in microseconds since 1970.
  package var recordedAt: Int64 = .min

  package init() {}

  init(position: UInt64, root: TreeHash, recordedAt: Int64) {
    self.position = position
    self.root = root
    self.recordedAt = recordedAt
  }

  /// Position, time, root: 48 bytes, numbers big-endian.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for number in [position, UInt64(bitPattern: recordedAt)] {
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }
    root.write(into: &bytes)
    return bytes
  }

  init?(_ bytes: Span<UInt8>) {
    guard bytes.count == 48, let root = TreeHash(bytes.extracting(16..<48)) else { return nil }
    func number(_ range: Range<Int>) -> UInt64 {
      range.reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }
    self.init(
      position: number(0..<8),
      root: root,
      recordedAt: Int64(bitPattern: number(8..<16)),
    )
  }
}
