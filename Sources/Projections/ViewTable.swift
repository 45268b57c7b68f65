import LMDB

/// A table of the views: every row bears a checksum, and none is believed without it.
struct ViewTable: Sendable {
  let table: Table
  /// Which table it is; part of each checksum.
  let number: UInt64

  /// The value of a key, if there is one.
  ///
  /// - Throws: `DamagedViews` if the row is not what was written.
  func value(for key: [UInt8], in transaction: borrowing ReadTransaction) throws -> [UInt8]? {
    guard let row = try transaction.value(for: key.span, in: table) else { return nil }
    return Array(copying: row.extracting(first: try contentLength(of: row, key.span)))
  }

  /// The value of a key in a transaction that writes.
  func value(for key: [UInt8], in transaction: borrowing WriteTransaction) throws -> [UInt8]? {
    guard let row = try transaction.value(for: key.span, in: table) else { return nil }
    return Array(copying: row.extracting(first: try contentLength(of: row, key.span)))
  }

  /// The number that is kept under a key, if there is one.
  func number(for key: [UInt8], in transaction: borrowing ReadTransaction) throws -> UInt64? {
    guard let row = try transaction.value(for: key.span, in: table) else { return nil }
    return try Self.number(in: row.extracting(first: contentLength(of: row, key.span)))
  }

  /// Keeps a value under a key, in place of the one there.
  func put(
    _ value: [UInt8],
    for key: [UInt8],
    in transaction: inout WriteTransaction,
  ) throws {
    let sum = RowChecksum(table: number, key: key.span, value: value.span).value
    let row = value + numberBytes(sum)
    try transaction.put(row.span, for: key.span, in: table)
  }

  /// Removes a row that is there.
  ///
  /// - Throws: `DamagedViews` if it is not.
  func remove(_ key: [UInt8], from transaction: inout WriteTransaction) throws {
    guard try transaction.remove(key.span, from: table) else {
      throw DamagedViews("a row of the views is missing")
    }
  }

  /// Walks the rows in the order of their keys, as `ReadTransaction.walk` does.
  ///
  /// - Throws: `DamagedViews` if a row is not what was written, or not in its order; what `body`
  ///   throws.
  func walk(
    _ direction: WalkDirection = .up,
    from bound: [UInt8]? = nil,
    in transaction: borrowing ReadTransaction,
    _ body: (Span<UInt8>, Span<UInt8>) throws -> WalkStep,
  ) throws {
    var last: [UInt8]?
    func step(_ key: Span<UInt8>, _ row: Span<UInt8>) throws -> WalkStep {
      let next = Array(copying: key)
      if let last, !Self.follows(next, last, direction) {
        throw DamagedViews("the rows of the views are not in their order")
      }
      last = next
      return try body(key, row.extracting(first: contentLength(of: row, key)))
    }
    if let bound {
      try transaction.walk(table, direction, from: bound.span, step)
    } else {
      try transaction.walk(table, direction, step)
    }
  }

  private static func follows(
    _ next: [UInt8],
    _ last: [UInt8],
    _ direction: WalkDirection,
  ) -> Bool {
    switch direction {
    case .up: last.lexicographicallyPrecedes(next)
    case .down: next.lexicographicallyPrecedes(last)
    }
  }

  /// The number in a value.
  static func number(in value: Span<UInt8>) throws -> UInt64 {
    guard let number = UInt64(bigEndian: value) else {
      throw DamagedViews("a row of the views is no number")
    }
    return number
  }

  /// How many bytes a row has without its checksum, which is the right one.
  private func contentLength(of row: Span<UInt8>, _ key: Span<UInt8>) throws -> Int {
    let end = row.count - RowChecksum.byteCount
    guard end >= 0 else { throw DamagedViews("a row of the views is too short") }
    guard let sum = UInt64(bigEndian: row.extracting(end..<row.count)),
      sum == RowChecksum(table: number, key: key, value: row.extracting(first: end)).value
    else { throw DamagedViews("a row of the views is not what was written") }
    return end
  }
}
