import CLMDB

/// The library's calls that read a page.
///
/// They stand in one file, and are compiled into no other, because what they leave a call by is a
/// variable of the thread that each compiled file would have its own of.

/// Lets the reading calls of an environment answer `MDB_CORRUPTED` for a page that cannot be,
/// where the library, or a signal, would end the process.
@inline(never)
func outliveImpossiblePages(_ environment: OpaquePointer) -> CInt {
  unsafe clmdb_set_refuge(environment)
}

/// Where the pages lie that a transaction reads.
enum PageOrigin {
  /// In the map of the file, where a wrong length could lead beyond the file's end.
  case map
  /// Some of them in memory, because the transaction changes them.
  case memory

  /// The result of a call, or `MDB_CORRUPTED` if what it lends is not in its page.
  func checked(_ result: CInt, _ lent: MDB_val) -> CInt {
    guard result == MDB_SUCCESS, case .map = self else { return result }
    var lent = unsafe lent
    return unsafe clmdb_is_whole(&lent) != 0 ? MDB_SUCCESS : MDB_CORRUPTED
  }
}

/// Finds the value of a key.
@unsafe
@inline(never)
func findValue(
  _ transaction: OpaquePointer,
  _ table: MDB_dbi,
  _ key: inout MDB_val,
  _ value: inout MDB_val,
) -> CInt {
  unsafe clmdb_get(transaction, table, &key, &value)
}

/// Moves a cursor.
@unsafe
@inline(never)
func moveCursor(
  _ cursor: OpaquePointer,
  _ key: inout MDB_val,
  _ value: inout MDB_val,
  _ operation: MDB_cursor_op,
) -> CInt {
  unsafe clmdb_cursor_get(cursor, &key, &value, operation)
}

/// Counts a table's entries and pages, and so finds out where the table is.
@unsafe
@inline(never)
func countEntries(
  _ transaction: OpaquePointer,
  _ table: MDB_dbi,
  _ statistics: inout MDB_stat,
) -> CInt {
  unsafe clmdb_stat(transaction, table, &statistics)
}
