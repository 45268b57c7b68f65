import LMDB
import TransparencyLog

/// Fills an empty log with the records of a backup, and computes the tree over them anew.
///
/// Only a log that has no record takes one: it is looked at when the restoration begins, and again
/// in the transaction of every commit. Records, nodes and head of a commit are there together or
/// not at all, so a log that was restored in part is a whole log, only shorter.
package final class LogRestoration {
  /// The most records of one commit, and the bytes that end it.
  ///
  /// As many as the writer commits at a time.
  private static let recordLimit = 4_096
  private static let byteLimit = 16 << 20

  private let log: EventLog
  private var tree = IncrementalTree()
  /// When the last record was recorded.
  private var recordedAt = Int64.min
  /// The rows that wait for their commit, one behind the other, and where each ends.
  private var rows: [UInt8] = []
  private var ends: [Int] = []
  private var nodes: [(key: [UInt8], hash: TreeHash)] = []
  private var written = LogHead()

  /// Begins.
  ///
  /// - Parameter log: The log, opened for writing by nobody else.
  /// - Throws: `LogNotEmpty` if it has a record.
  package init(into log: EventLog) throws {
    self.log = log
    guard try log.headAndLast() == (LogHead(), 0) else { throw LogNotEmpty() }
  }

  /// How many records were taken.
  package var position: UInt64 { tree.size }

  /// Takes the next record.
  ///
  /// - Throws: `DamagedRecord` if its position is not the next one or its time goes back.
  package func append(_ record: Span<UInt8>) throws {
    let position = tree.size + 1
    try RecordHeader.check(record, at: position)
    let time = RecordHeader.recordedAt(of: record)
    guard time >= recordedAt else {
      throw DamagedRecord(at: position, "its time is before that of the record before it")
    }
    recordedAt = time
    let leaf = TreeHasher.leafHash(of: record)
    leaf.write(into: &rows)
    // Safety: the buffer is read before the closure returns.
    unsafe record.withUnsafeBufferPointer { unsafe rows.append(contentsOf: $0) }
    ends.append(rows.count)
    tree.append(leaf) { level, index, hash in
      guard level >= EventLog.lowestStoredLevel else { return }
      nodes.append((nodeKey(level, index), hash))
    }
    if ends.count >= Self.recordLimit || rows.count >= Self.byteLimit { try commit(recordedAt) }
  }

  /// Commits what waits.
  ///
  /// - Parameter time: The time of the head, if it is later than the last record's: that of a
  ///   command that recorded nothing.
  /// - Returns: The head of the log.
  /// - Throws: `CommitError` or `StorageError` if the log cannot be written, `LogNotEmpty` if
  ///   somebody else wrote it.
  package func finish(at time: Int64? = nil) throws -> LogHead {
    if tree.size > 0 { try commit(max(time ?? recordedAt, recordedAt)) }
    return written
  }

  private func commit(_ time: Int64) throws {
    let head = LogHead(position: tree.size, root: tree.root, recordedAt: time)
    let open = try log.current()
    let rows = rows
    try open.environment.write { transaction in
      let (key, tables, headBytes) = (LogTables.headKey, open.tables, head.bytes)
      let found = try transaction.copiedValue(for: key.span, in: tables.main)
      guard found == (written.position == 0 ? nil : written.bytes) else { throw LogNotEmpty() }
      var start = 0
      for (offset, end) in ends.enumerated() {
        let row = rows.span.extracting(start..<end)
        let position = written.position + UInt64(offset) + 1
        try transaction.append(row, at: position, in: tables.records)
        start = end
      }
      for (key, hash) in nodes {
        let hash = hash.bytes
        try transaction.put(hash.span, for: key.span, in: tables.nodes)
      }
      try transaction.put(headBytes.span, for: key.span, in: tables.main)
    }
    written = head
    self.rows.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    nodes.removeAll(keepingCapacity: true)
  }
}

/// The log has records already; one is restored only where there is none.
package struct LogNotEmpty: Error, Hashable, Sendable {}
