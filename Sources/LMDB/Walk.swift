import CLMDB

/// Finds a key's value.
///
/// Safety: the caller ties the answer's life to its transaction. LMDB leaves the bytes in place
/// until the transaction writes again or ends.
@_lifetime(immortal)
@unsafe
func lookUp(
  _ key: Span<UInt8>,
  in table: Table,
  by transaction: OpaquePointer,
  from origin: PageOrigin,
) throws(StorageError) -> Span<UInt8>? {
  var value = unsafe MDB_val()
  let result = unsafe key.withUnsafeBufferPointer { bytes in
    var name = unsafe MDB_val(borrowing: bytes)
    return unsafe findValue(transaction, table.handle, &name, &value)
  }
  if result == MDB_NOTFOUND { return nil }
  try check(unsafe origin.checked(result, value), "mdb_get")
  return unsafe value.lent
}

/// Walks the entries of a table with a cursor of its own.
@unsafe
func walkEntries(
  of table: Table,
  _ direction: WalkDirection,
  from bound: Span<UInt8>?,
  by transaction: OpaquePointer,
  from origin: PageOrigin,
  _ body: (Span<UInt8>, Span<UInt8>) throws -> WalkStep,
) throws {
  var statistics = MDB_stat()
  try check(unsafe countEntries(transaction, table.handle, &statistics), "mdb_stat")
  var opened: OpaquePointer?
  try check(unsafe mdb_cursor_open(transaction, table.handle, &opened), "mdb_cursor_open")
  guard let cursor = unsafe opened else { return }
  defer { unsafe mdb_cursor_close(cursor) }
  var key = unsafe MDB_val()
  var value = unsafe MDB_val()
  var result = unsafe seek(cursor, direction, bound, &key, &value)
  let step = direction == .up ? MDB_NEXT : MDB_PREV
  while result == MDB_SUCCESS {
    try check(unsafe origin.checked(origin.checked(result, key), value), "mdb_cursor_get")
    unsafe clmdb_prefetch_behind(&value)
    guard unsafe try body(key.lent, value.lent) == .next else { return }
    result = unsafe moveCursor(cursor, &key, &value, step)
  }
  if result != MDB_NOTFOUND { try check(result, "mdb_cursor_get") }
}

/// Places a cursor at the first entry of a walk.
private func seek(
  _ cursor: OpaquePointer,
  _ direction: WalkDirection,
  _ bound: Span<UInt8>?,
  _ key: inout MDB_val,
  _ value: inout MDB_val,
) -> CInt {
  guard let bound else {
    return unsafe moveCursor(cursor, &key, &value, direction == .up ? MDB_FIRST : MDB_LAST)
  }
  let found = unsafe bound.withUnsafeBufferPointer { bytes in
    unsafe key = MDB_val(borrowing: bytes)
    return unsafe moveCursor(cursor, &key, &value, MDB_SET_RANGE)
  }
  if direction == .up { return found }
  if found == MDB_NOTFOUND { return unsafe moveCursor(cursor, &key, &value, MDB_LAST) }
  return found == MDB_SUCCESS ? unsafe moveCursor(cursor, &key, &value, MDB_PREV) : found
}

extension MDB_val {
  /// The bytes of a span for the length of one call; LMDB does not write through it.
  init(borrowing bytes: UnsafeBufferPointer<UInt8>) {
    unsafe self.init(
      mv_size: bytes.count,
      mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress),
    )
  }

  /// The bytes LMDB points to, with a life that the caller must bound.
  var lent: Span<UInt8> {
    @_lifetime(immortal)
    get {
      let raw = unsafe UnsafeRawBufferPointer(start: mv_data, count: mv_size)
      let span = unsafe Span<UInt8>(_unsafeElements: raw.assumingMemoryBound(to: UInt8.self))
      return unsafe _overrideLifetime(span, copying: ())
    }
  }
}
