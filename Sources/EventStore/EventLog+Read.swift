import LMDB
package import TransparencyLog

/// The most records read in one transaction of a long walk.
///
/// A reader that stays long keeps LMDB from using freed pages again, so a walk over the whole log
/// is cut into short ones.
private let walkLength: UInt64 = 65_536

extension EventLog {
  /// The record at a position, checked against its leaf hash.
  ///
  /// - Throws: `DamagedRecord` if there is none or it is damaged.
  package func record(at position: UInt64) throws -> Record {
    try read { transaction, tables in try tables.record(at: position, in: transaction) }
  }

  /// Walks over the clear headers of a range of positions, in log order.
  ///
  /// - Parameters:
  ///   - first: The first position.
  ///   - last: The last position.
  ///   - share: The streams wanted.
  ///   - body: Takes a header and the idempotency key, empty for none.
  /// - Throws: What `body` throws; or `DamagedRecord` if a record is missing or damaged.
  package func forEachKeyedHeader(
    from first: UInt64,
    through last: UInt64,
    of share: StreamShare = .all,
    _ body: (RecordHeader, [UInt8]) throws -> Void,
  ) throws {
    try forEachRow(from: first, through: last) { position, row in
      guard row.count > RecordLayout.leafLength else {
        throw DamagedRecord(at: position, "the row is too short")
      }
      let record = row.extracting(RecordLayout.leafLength..<row.count)
      guard share.holds(RecordHeader.streamStart(of: record)) else { return }
      let header = try RecordHeader(parsing: record, at: position)
      let end = header.clearLength
      let key = (end - Int(header.idempotencyKeyLength)..<end).map { record[$0] }
      try body(header, key)
    }
  }

  /// Walks over the records of a range of positions, in log order, each checked against its leaf.
  package func forEachRecord(
    from first: UInt64,
    through last: UInt64,
    _ body: (Record) throws -> Void,
  ) throws {
    try forEachRow(from: first, through: last) { position, row in
      try body(try Record(parsing: row, at: position))
    }
  }

  /// Walks over the leaf hashes of a range, each computed from its record and compared with the
  /// stored one.
  package func forEachLeaf(
    from first: UInt64,
    through last: UInt64,
    _ body: (TreeHash) throws -> Void,
  ) throws {
    try forEachRow(from: first, through: last) { position, row in
      try body(try Self.checkedLeaf(of: row, at: position))
    }
  }

  /// The leaf hash computed from a row's record, which is the stored one.
  ///
  /// - Throws: `DamagedRecord` if they differ or the record is not of this position.
  static func checkedLeaf(
    of row: Span<UInt8>,
    at position: UInt64,
  ) throws(DamagedRecord) -> TreeHash {
    guard row.count > RecordLayout.leafLength else {
      throw DamagedRecord(at: position, "the row is too short")
    }
    let record = row.extracting(RecordLayout.leafLength..<row.count)
    let leaf = TreeHasher.leafHash(of: record)
    guard TreeHash(row.extracting(first: RecordLayout.leafLength)) == leaf else {
      throw DamagedRecord(at: position, "the record is not what its leaf hash says")
    }
    try RecordHeader.check(record, at: position)
    return leaf
  }

  /// A node of the tree as it is stored; `nil` for a level that is computed instead.
  package func storedNode(level: Int, index: UInt64) throws -> TreeHash? {
    guard level >= Self.lowestStoredLevel else { return nil }
    return try read { transaction, tables in
      try tables.node(level: level, index: index, in: transaction)
    }
  }

  /// Walks over stored rows; a position that is missing is an error, never a shorter walk.
  package func forEachRow(
    from first: UInt64,
    through last: UInt64,
    _ body: (UInt64, Span<UInt8>) throws -> Void,
  ) throws {
    var next = first
    while next <= last {
      let end = min(last, next + walkLength - 1)
      try read { transaction, tables in
        try transaction.walk(tables.records, from: BigEndianKey(next).span) { key, row in
          guard next <= end else { return .stop }
          guard UInt64(bigEndian: key) == next else { throw DamagedRecord.missing(at: next) }
          try body(next, row)
          next += 1
          return .next
        }
      }
      guard next > end else { throw DamagedRecord.missing(at: next) }
    }
  }

  /// The positions of a stream's events, found by walking its chain backwards.
  ///
  /// - Parameters:
  ///   - last: The position of the newest event wanted.
  ///   - after: The position at which to stop; zero for the whole stream.
  /// - Returns: The positions in log order.
  /// - Throws: `DamagedRecord` if a record is missing, or its predecessor is not before it.
  package func chain(endingAt last: UInt64, after: UInt64 = 0) throws -> [UInt64] {
    var positions: [UInt64] = []
    var next = last
    while next > after {
      try read { transaction, tables in
        for _ in 0..<walkLength {
          guard next > after else { return }
          positions.append(next)
          let previous = try tables.header(at: next, in: transaction).previous
          guard previous < next else {
            throw DamagedRecord(at: next, "the chain of its stream does not go back")
          }
          next = previous
        }
      }
    }
    return positions.reversed()
  }

  /// The records of a stream, each checked against its leaf hash; found by walking back the chain.
  ///
  /// - Parameters:
  ///   - last: The position of the stream's newest event.
  ///   - end: The position behind which events are left out.
  /// - Returns: The records in log order.
  /// - Throws: `DamagedRecord` if a record is missing or damaged, or its predecessor is not before
  ///   it.
  package func records(ofStreamEndingAt last: UInt64, through end: UInt64) throws -> [Record] {
    var records: [Record] = []
    var next = last
    while next > 0 {
      try read { transaction, tables in
        for _ in 0..<walkLength where next > 0 {
          let position = next
          if position > end {
            next = try tables.header(at: position, in: transaction).previous
          } else {
            let record = try tables.record(at: position, in: transaction)
            next = record.header.previous
            records.append(record)
          }
          guard next < position else {
            throw DamagedRecord(at: position, "the chain of its stream does not go back")
          }
        }
      }
    }
    records.reverse()
    return records
  }

  /// Reads the records at some positions in one snapshot.
  package func forEachRecord(
    at positions: some Sequence<UInt64>,
    _ body: (Record) throws -> Void,
  ) throws {
    try read { transaction, tables in
      for position in positions { try body(try tables.record(at: position, in: transaction)) }
    }
  }
}

/// One of several equal shares of a log's streams, so that each can be walked by its own thread.
package struct StreamShare: Hashable, Sendable {
  private let number: UInt64
  private let count: UInt64

  /// All streams.
  package static let all = StreamShare(number: 0, count: 1)

  /// Divides the streams.
  package static func shares(_ count: Int) -> [StreamShare] {
    (0..<UInt64(count)).map { StreamShare(number: $0, count: UInt64(count)) }
  }

  /// Whether a stream is of the share, by the position of its first event.
  ///
  /// The position is scattered by a multiplication (Knuth, The Art of Computer Programming 3, 6.4),
  /// so that conversations that began in turn do not fall to one share; no division is needed.
  func holds(_ streamStart: UInt64) -> Bool {
    let scattered = streamStart &* 0x9E37_79B9_7F4A_7C15
    return count == 1 || scattered.multipliedFullWidth(by: count).high == number
  }
}

/// The nodes of the tree, read from the log in one snapshot.
package struct StoredNodes: NodeSource {
  let log: EventLog

  package init(of log: EventLog) { self.log = log }

  package func node(level: Int, index: UInt64) throws -> TreeHash {
    try log.read { transaction, tables in
      try tables.node(level: level, index: index, in: transaction)
    }
  }
}

extension LogTables {
  /// A node of the tree: a stored one, or one computed from the leaf hashes.
  func node(
    level: Int,
    index: UInt64,
    in transaction: borrowing ReadTransaction,
  ) throws -> TreeHash {
    guard level < EventLog.lowestStoredLevel else {
      guard let bytes = try transaction.value(for: nodeKey(level, index).span, in: nodes),
        let hash = TreeHash(bytes)
      else { throw DamagedRecord(at: index << UInt64(level) + 1, "node \(level) is missing") }
      return hash
    }
    guard level > 0 else { return try leaf(at: index + 1, in: transaction) }
    let left = try node(level: level - 1, index: 2 * index, in: transaction)
    let right = try node(level: level - 1, index: 2 * index + 1, in: transaction)
    return TreeHasher.nodeHash(left, right)
  }

  /// The stored leaf hash of a position.
  func leaf(
    at position: UInt64,
    in transaction: borrowing ReadTransaction,
  ) throws -> TreeHash {
    guard let row = try transaction.value(at: position, in: records),
      row.count > RecordLayout.leafLength,
      let leaf = TreeHash(row.extracting(first: RecordLayout.leafLength))
    else { throw DamagedRecord(at: position, "there is no leaf hash") }
    return leaf
  }
}

/// The key of a stored node: its level in one byte, its index in eight, highest first.
func nodeKey(_ level: Int, _ index: UInt64) -> [UInt8] {
  [UInt8(level)] + (0..<8).map { UInt8(truncatingIfNeeded: index >> UInt64(56 - 8 * $0)) }
}
