import LMDB

extension KeyRing {
  /// Makes the keys of a ledger that was restored without them: none, and no slot to fill again.
  ///
  /// Every text that was sealed before shows as erased. Slots behind the last one that records name
  /// are free, so new visitors get keys that are not confused with the old ones.
  ///
  /// - Parameters:
  ///   - path: The folder; there is nothing in it.
  ///   - slot: The greatest slot that a record names.
  /// - Throws: `StorageError`.
  package static func makeEmpty(at path: String, usedThrough slot: UInt64) throws {
    let ring = try OpenRing(1, at: path, for: .writing)
    try ring.environment.write { try ring.set(.filled, to: slot, in: &$0) }
  }

  /// Copies the keys that count, beside whoever uses them; the copy is a ring of its own.
  ///
  /// - Parameters:
  ///   - path: The folder of the keys.
  ///   - destination: An empty folder, made if it is not there.
  /// - Throws: `StorageError`.
  package static func copy(from path: String, to destination: String) throws {
    let ring = try openCurrent(of: KeyFolder(path: path), for: .reading)
    try ring.environment.copyCompacted(to: destination)
  }
}
