import CLMDB

/// A body of writes that is committed whole or not at all.
///
/// `put` and `remove` are mutating, so a lent value cannot outlive the next write: LMDB's own
/// rule, held by the compiler.
@safe
package struct WriteTransaction: ~Copyable {
  private let handle: OpaquePointer
  private var isFinished = false

  /// Begins; only `Environment.write` does.
  ///
  /// Waits for the writer before it.
  init(in environment: OpaquePointer) throws(StorageError) {
    var begun: OpaquePointer?
    try check(unsafe mdb_txn_begin(environment, nil, 0, &begun), "mdb_txn_begin")
    guard let handle = unsafe begun else { throw StorageError(.panic, during: "mdb_txn_begin") }
    unsafe self.handle = handle
  }

  deinit {
    if !isFinished { unsafe mdb_txn_abort(handle) }
  }

  /// Flushes the writes and makes them visible.
  ///
  /// - Throws: `CommitError`; what is on disk is then unknown until the environment is opened
  ///   again and looked at.
  mutating func commit() throws(CommitError) {
    isFinished = true
    let result = unsafe mdb_txn_commit(handle)
    guard result == MDB_SUCCESS else {
      let cause = StorageError(StorageError.Code(rawValue: result), during: "mdb_txn_commit")
      throw CommitError(cause: cause)
    }
  }

  /// Lends the value of a key, if there is one, until the next write.
  @_lifetime(borrow self)
  package func value(for key: Span<UInt8>, in table: Table) throws(StorageError) -> Span<UInt8>? {
    guard let found = unsafe try lookUp(key, in: table, by: handle, from: .memory) else {
      return nil
    }
    return unsafe _overrideLifetime(found, borrowing: self)
  }

  /// Lends the value of a number, kept as eight bytes, highest first.
  @_lifetime(borrow self)
  package func value(at number: UInt64, in table: Table) throws(StorageError) -> Span<UInt8>? {
    let key = BigEndianKey(number)
    guard let found = unsafe try lookUp(key.span, in: table, by: handle, from: .memory) else {
      return nil
    }
    return unsafe _overrideLifetime(found, borrowing: self)
  }

  /// Copies the value of a key, if there is one.
  package func copiedValue(for key: Span<UInt8>, in table: Table) throws(StorageError) -> [UInt8]? {
    guard let value = try value(for: key, in: table) else { return nil }
    return Array(copying: value)
  }

  /// Keeps a value under a key, in place of the one there.
  package mutating func put(
    _ value: Span<UInt8>,
    for key: Span<UInt8>,
    in table: Table,
  ) throws(StorageError) {
    try put(value, key, table, flags: 0)
  }

  /// Keeps a value under a number, in place of the one there.
  package mutating func put(
    _ value: Span<UInt8>,
    at number: UInt64,
    in table: Table,
  ) throws(StorageError) {
    try put(value, BigEndianKey(number).span, table, flags: 0)
  }

  /// Adds a value behind all others of the table.
  ///
  /// - Throws: `.keyExists` unless the number is greater than every key of the table.
  package mutating func append(
    _ value: Span<UInt8>,
    at number: UInt64,
    in table: Table,
  ) throws(StorageError) {
    try put(value, BigEndianKey(number).span, table, flags: CUnsignedInt(MDB_APPEND))
  }

  /// Removes a key; says whether it was there.
  @discardableResult
  package mutating func remove(_ key: Span<UInt8>, from table: Table) throws(StorageError) -> Bool {
    let result = unsafe key.withUnsafeBufferPointer { bytes in
      var name = unsafe MDB_val(borrowing: bytes)
      return unsafe mdb_del(handle, table.handle, &name, nil)
    }
    if result == MDB_NOTFOUND { return false }
    try check(result, "mdb_del")
    return true
  }

  /// Empties a table.
  package mutating func removeAll(from table: Table) throws(StorageError) {
    try check(unsafe mdb_drop(handle, table.handle, 0), "mdb_drop")
  }

  /// Walks a table as `ReadTransaction.walk` does.
  package func walk(
    _ table: Table,
    _ direction: WalkDirection = .up,
    from bound: Span<UInt8>? = nil,
    _ body: (Span<UInt8>, Span<UInt8>) throws -> WalkStep,
  ) throws {
    unsafe try walkEntries(of: table, direction, from: bound, by: handle, from: .memory, body)
  }

  private mutating func put(
    _ value: Span<UInt8>,
    _ key: Span<UInt8>,
    _ table: Table,
    flags: CUnsignedInt,
  ) throws(StorageError) {
    let result = unsafe key.withUnsafeBufferPointer { keyBytes in
      unsafe value.withUnsafeBufferPointer { valueBytes in
        var name = unsafe MDB_val(borrowing: keyBytes)
        var content = unsafe MDB_val(borrowing: valueBytes)
        return unsafe mdb_put(handle, table.handle, &name, &content, flags)
      }
    }
    try check(result, "mdb_put")
  }
}

/// A commit that failed: whether its writes are on disk is not known.
package struct CommitError: Error, Hashable, Sendable {
  /// What the library reported.
  package let cause: StorageError
}
