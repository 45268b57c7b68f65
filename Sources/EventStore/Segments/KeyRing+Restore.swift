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
    let environment = try Environment(at: path, for: .writing)
    let main = try environment.openTables(["keys"], creating: .inNewFile).main
    try environment.write { transaction in
      let (key, filled) = (filledKey, BigEndianKey(slot))
      try transaction.put(filled.span, for: key.span, in: main)
    }
  }
}
