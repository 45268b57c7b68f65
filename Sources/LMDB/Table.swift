import CLMDB

/// A handle to one table of an environment.
///
/// Only `Environment.openTables` makes one, so a table that was never opened cannot be named.
package struct Table: Sendable, Hashable {
  let handle: MDB_dbi

  fileprivate init(handle: MDB_dbi) { self.handle = handle }
}

extension Environment {
  /// Opens tables for the life of the environment, once, right after opening it.
  ///
  /// A writing environment creates those that do not exist. The unnamed main table is always the
  /// last one of the answer; its keys must differ from the table names.
  ///
  /// - Parameter names: The tables' names.
  /// - Returns: One handle per name, and the main table's.
  /// - Throws: `StorageError` `.notFound` if a reading environment has no such table.
  package func openTables(_ names: [String]) throws -> (named: [Table], main: Table) {
    unsafe try setUp { transaction, flags throws(StorageError) in
      var named: [Table] = []
      for name in names {
        var handle: MDB_dbi = 0
        try check(unsafe mdb_dbi_open(transaction, name, flags, &handle), "mdb_dbi_open")
        named.append(Table(handle: handle))
      }
      var main: MDB_dbi = 0
      try check(unsafe mdb_dbi_open(transaction, nil, 0, &main), "mdb_dbi_open")
      return (named, Table(handle: main))
    }
  }
}
