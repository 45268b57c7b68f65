import Sealing
package import TransparencyLog

/// An event as it is stored: a clear header, the idempotency key, and the sealed body.
package struct Record: Hashable, Sendable {
  /// The clear part.
  package let header: RecordHeader
  /// The record's bytes: what the tree's leaf hashes.
  package let bytes: [UInt8]
  /// The leaf hash that was stored with the record.
  package let leaf: TreeHash

  /// Reads a stored row: the leaf hash, then the record.
  ///
  /// The hash is compared, so a flipped bit is an error that names the position, never a wrong
  /// answer.
  init(parsing row: Span<UInt8>, at position: UInt64) throws(DamagedRecord) {
    guard row.count > RecordLayout.leafLength,
      let leaf = TreeHash(row.extracting(first: RecordLayout.leafLength))
    else { throw DamagedRecord(at: position, "the row is too short") }
    let record = row.extracting(RecordLayout.leafLength..<row.count)
    guard TreeHasher.leafHash(of: record) == leaf else {
      throw DamagedRecord(at: position, "the record is not what its leaf hash says")
    }
    header = try RecordHeader(parsing: record, at: position)
    // Safety: the bytes are copied before the closure returns.
    bytes = unsafe record.withUnsafeBufferPointer { unsafe Array($0) }
    self.leaf = leaf
  }

  /// Reads a record that came from elsewhere than the log; its leaf is computed.
  ///
  /// - Throws: `DamagedRecord` if it is none, or not of the position.
  package init(_ bytes: [UInt8], at position: UInt64) throws(DamagedRecord) {
    header = try RecordHeader(parsing: bytes.span, at: position)
    leaf = TreeHasher.leafHash(of: bytes)
    self.bytes = bytes
  }

  /// Opens the body with a key that came from elsewhere than the ring.
  ///
  /// - Parameter key: The 32 bytes of the conversation's key.
  /// - Returns: The plain bytes.
  /// - Throws: `DamagedRecord` if the body is not what was sealed with it.
  package func open(with key: [UInt8]) throws -> [UInt8] {
    try BodySeal.open(self, with: SealingKey(key))
  }

  /// The key under which the command may come again; empty if it had none.
  package var idempotencyKey: ArraySlice<UInt8> {
    let end = header.clearLength
    return bytes[(end - Int(header.idempotencyKeyLength))..<end]
  }

  /// What is authenticated with the body: everything before it.
  var clear: ArraySlice<UInt8> { bytes[..<header.clearLength] }

  /// The ciphertext and its tag.
  var sealed: ArraySlice<UInt8> { bytes[header.clearLength...] }
}
