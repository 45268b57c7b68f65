import CLMDB

/// One unchanging snapshot of an environment.
///
/// The bytes it lends lie in the memory map and are valid until the scope ends; the compiler
/// refuses to let them out.
@safe
package struct ReadTransaction: ~Copyable {
  private let handle: OpaquePointer

  /// Begins a snapshot; only `Environment.read` does.
  init(in environment: OpaquePointer) throws(StorageError) {
    var begun: OpaquePointer?
    let flags = CUnsignedInt(MDB_RDONLY)
    try check(unsafe mdb_txn_begin(environment, nil, flags, &begun), "mdb_txn_begin")
    guard let handle = unsafe begun else { throw StorageError(.panic, during: "mdb_txn_begin") }
    unsafe self.handle = handle
  }

  deinit { unsafe mdb_txn_abort(handle) }

  /// Lends the value of a key, if there is one.
  @_lifetime(borrow self)
  package func value(for key: Span<UInt8>, in table: Table) throws(StorageError) -> Span<UInt8>? {
    guard let found = unsafe try lookUp(key, in: table, by: handle, from: .map) else { return nil }
    return unsafe _overrideLifetime(found, borrowing: self)
  }

  /// Lends the value of a number, kept as eight bytes, highest first.
  @_lifetime(borrow self)
  package func value(at number: UInt64, in table: Table) throws(StorageError) -> Span<UInt8>? {
    let key = BigEndianKey(number)
    guard let found = unsafe try lookUp(key.span, in: table, by: handle, from: .map) else {
      return nil
    }
    return unsafe _overrideLifetime(found, borrowing: self)
  }

  /// Copies the value of a key, if there is one.
  package func copiedValue(for key: Span<UInt8>, in table: Table) throws(StorageError) -> [UInt8]? {
    guard let value = try value(for: key, in: table) else { return nil }
    return Array(copying: value)
  }

  /// Walks a table in the order of its keys until the body answers `.stop`.
  ///
  /// - Parameters:
  ///   - table: The table to walk.
  ///   - direction: Upwards from the bound, or downwards below it.
  ///   - bound: Upwards: the first key to see. Downwards: the key before which to begin; `nil`
  ///     begins at the table's end.
  ///   - body: Takes a key and a value; both are lent for the call.
  /// - Throws: What `body` throws; or `StorageError` if the table cannot be read.
  package func walk(
    _ table: Table,
    _ direction: WalkDirection = .up,
    from bound: Span<UInt8>? = nil,
    _ body: (Span<UInt8>, Span<UInt8>) throws -> WalkStep,
  ) throws {
    unsafe try walkEntries(of: table, direction, from: bound, by: handle, from: .map, body)
  }

  /// The number of entries of a table.
  package func count(of table: Table) throws(StorageError) -> Int {
    var statistics = MDB_stat()
    try check(unsafe countEntries(handle, table.handle, &statistics), "mdb_stat")
    return Int(statistics.ms_entries)
  }
}

/// Whether a walk goes on.
package enum WalkStep: Sendable { case next, stop }

/// Which way a walk goes.
package enum WalkDirection: Sendable { case up, down }

/// A number as a key: eight bytes, highest first, so that byte order is number order.
package struct BigEndianKey: Sendable {
  private let storage: [8 of UInt8]

  package init(_ number: UInt64) {
    storage = [8 of UInt8] { index in UInt8(truncatingIfNeeded: number >> (56 - 8 * index)) }
  }

  package var span: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span }
  }
}

extension UInt64 {
  /// Reads the number of a `BigEndianKey`; `nil` unless there are eight bytes.
  package init?(bigEndian bytes: Span<UInt8>) {
    guard bytes.count == 8 else { return nil }
    // Safety: the count was checked; any bit pattern is a number.
    self = unsafe bytes.withUnsafeBytes {
      unsafe UInt64(bigEndian: $0.loadUnaligned(as: Self.self))
    }
  }
}

extension [UInt8] {
  /// A copy of lent bytes.
  package init(copying span: Span<UInt8>) {
    // Safety: the buffer is copied before the closure returns.
    self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
