import LMDB
package import TransparencyLog

extension EventLog {
  /// Writes a batch and flushes it.
  ///
  /// - Throws: `CommitError` if the outcome is unknown; any other error if nothing was written.
  func write(_ batch: PendingBatch) throws {
    let log = try current()
    try log.environment.write { transaction in
      try batch.forEachRow { position, row in
        try transaction.append(row, at: position, in: log.tables.records)
      }
      for (key, hash) in batch.nodes {
        let hash = hash.bytes
        try transaction.put(hash.span, for: key.span, in: log.tables.nodes)
      }
      let (key, head) = (LogTables.headKey, batch.head.bytes)
      try transaction.put(head.span, for: key.span, in: log.tables.main)
    }
  }

  /// The tree at the head, rebuilt from stored hashes and compared with the root that was
  /// committed.
  ///
  /// - Throws: `DamagedRecord` if they differ, or the last record is not the head's.
  package func checkedTree() throws -> (tree: IncrementalTree, head: LogHead) {
    let (head, last) = try headAndLast()
    let tree = try IncrementalTree(size: head.position, from: StoredNodes(of: self))
    guard tree.root == head.root else {
      throw DamagedRecord(at: head.position, "the tree's root is not the one committed")
    }
    if head.position > 0 { _ = try record(at: head.position) }
    guard last == head.position else {
      throw DamagedRecord(at: last, "the last record is not the head, \(head.position)")
    }
    return (tree, head)
  }

  /// The head, and the greatest position in the table of records, of one snapshot; zero if it
  /// has none.
  package func headAndLast() throws -> (head: LogHead, last: UInt64) {
    try read { transaction, tables in
      var last: UInt64 = 0
      try transaction.walk(tables.records, .down) { key, _ in
        last = UInt64(bigEndian: key) ?? .max
        return .stop
      }
      return (try tables.head(in: transaction), last)
    }
  }
}
