import CLMDB

/// A handle to one table of an environment.
///
/// Only `Environment.openTables` makes one, so a table that was never opened cannot be named.
package struct Table: Sendable, Hashable {
  let handle: MDB_dbi

  fileprivate init(handle: MDB_dbi) { self.handle = handle }
}

/// Which tables a writing environment makes when it opens them.
package enum TableCreation: Sendable {
  /// Every one that is not there.
  case missing
  /// All of them in a file that was never written to, and none later: a table that is not there
  /// then was lost.
  case inNewFile
}

extension Environment {
  /// Opens tables for the life of the environment, once, right after opening it.
  ///
  /// The unnamed main table is always the last one of the answer; its keys must differ from the
  /// table names.
  ///
  /// - Parameters:
  ///   - names: The tables' names.
  ///   - creation: Which of them a writing environment makes.
  /// - Returns: One handle per name, and the main table's.
  /// - Throws: `StorageError` `.notFound` if there is no such table and none is made; `.corrupted`
  ///   if it was lost.
  package func openTables(
    _ names: [String],
    creating creation: TableCreation = .missing,
  ) throws -> (named: [Table], main: Table) {
    let mayMake = creation == .missing || !isWritten
    return unsafe try setUp { transaction, flags throws(StorageError) in
      var main: MDB_dbi = 0
      try check(unsafe mdb_dbi_open(transaction, nil, 0, &main), "mdb_dbi_open")
      var named: [Table] = []
      for name in names {
        try unsafe requireReadable(name, in: main, by: transaction)
        var handle: MDB_dbi = 0
        let result = unsafe mdb_dbi_open(transaction, name, mayMake ? flags : 0, &handle)
        guard result != MDB_NOTFOUND || mayMake else {
          throw StorageError(.corrupted, during: "mdb_dbi_open \(name)")
        }
        try check(result, "mdb_dbi_open")
        named.append(Table(handle: handle))
      }
      return (named, Table(handle: main))
    }
  }
}

/// Looks a table's name up, so that its opening meets no page that cannot be.
@unsafe
private func requireReadable(
  _ name: String,
  in main: MDB_dbi,
  by transaction: OpaquePointer?,
) throws(StorageError) {
  guard let transaction = unsafe transaction else { return }
  let key = Array(name.utf8)
  // What is found is not read; other tables may have been made in this transaction.
  _ = try unsafe lookUp(key.span, in: Table(handle: main), by: transaction, from: .memory)
}
