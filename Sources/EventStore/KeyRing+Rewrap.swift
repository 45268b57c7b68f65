import Crypto
import LMDB
import Synchronization

extension KeyRing {
  /// How many keys are wrapped anew in one transaction.
  private static let rewrapLength = 65_536

  /// Wraps all data keys under another master key, in a new file.
  ///
  /// Bodies stay sealed as they are, and the file that the old key opens is removed. Whoever dies
  /// meanwhile leaves the old file as it was, or the new one whole.
  ///
  /// - Parameters:
  ///   - fresh: The master key to wrap under.
  ///   - keep: Keeps it somewhere, when everything is wrapped and nothing in place yet.
  /// - Throws: `KeyError` if a key does not open; what `keep` throws. Then nothing was changed,
  ///   unless `masterKeyFingerprint` is that of the fresh key.
  package func rewrap(under fresh: MasterKey, keeping keep: () throws -> Void = {}) throws {
    try changing.withLock { _ in
      let old = current
      let masterKey = masterKey.withLock { $0 }
      try identity.requireSame()
      try folder.makingScratch {
        try wrap(old, masterKey, into: OpenRing(0, at: folder.scratch, for: .writing), fresh)
        try keep()
      }
      try takeUpScratch(after: old) { self.masterKey.withLock { $0 = fresh } }
    }
  }

  private func wrap(
    _ old: OpenRing,
    _ masterKey: MasterKey,
    into ring: OpenRing,
    _ fresh: MasterKey,
  ) throws {
    var next: UInt64? = 1
    while let first = next {
      var wrapped: [(slot: UInt64, key: [UInt8])] = []
      next = nil
      try old.environment.read { transaction in
        try transaction.walk(old.keys, from: BigEndianKey(first).span) { key, value in
          guard let slot = UInt64(bigEndian: key) else { throw KeyError.wrongMasterKey }
          guard wrapped.count < Self.rewrapLength else {
            next = slot
            return .stop
          }
          let plain = try masterKey.unwrap([UInt8](copying: value), forSlot: slot)
          let key = SymmetricKey(data: plain)
          wrapped.append((slot, try fresh.wrap(key, forSlot: slot, nonce: AES.GCM.Nonce())))
          return .next
        }
      }
      try ring.environment.write { transaction in
        for (slot, key) in wrapped { try transaction.append(key.span, at: slot, in: ring.keys) }
      }
    }
    let (filled, erased) = (try old.mark(.filled), try old.mark(.erased))
    let (passed, passing) = (try old.mark(.passed), try old.mark(.passing))
    try ring.environment.write { transaction in
      try ring.set(.passed, to: passed, in: &transaction)
      try ring.set(.passing, to: passing, in: &transaction)
      try ring.set(.filled, to: filled, in: &transaction)
      try ring.set(.erased, to: erased, in: &transaction)
      // No page of a new file holds what was in an emptied slot.
      try ring.set(.rewritten, to: erased, in: &transaction)
      try ring.setCheckValue(of: fresh, in: &transaction)
    }
  }
}
