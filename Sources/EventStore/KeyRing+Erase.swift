import Crypto
import LMDB
import Synchronization

extension KeyRing {
  /// Empties slots: what was sealed with their keys can never be read again.
  ///
  /// Flushed when this returns, and every process that reads has dropped the keys by its next look
  /// at one. The old bytes still lie in pages the file does not use; `rewrite` leaves them behind.
  ///
  /// - Parameters:
  ///   - slots: Which ones; one that is empty stays so.
  ///   - order: The log position of the order, so that keys restored from a backup can be told from
  ///     those after the erasure.
  /// - Returns: What the destroyed keys are known by in receipts.
  /// - Throws: `KeyError` if one does not open under the master key, `StorageError` if a page of
  ///   the file is damaged; then nothing was destroyed.
  package func empty(_ slots: [UInt64], by order: UInt64) throws -> [KeyFingerprint] {
    precondition(
      !slots.contains(Self.ledgerSlot),
      "The ledger's own key is not anybody's to erase",
    )
    return try changing.withLock { _ in
      let (ring, masterKey) = (current, masterKey.withLock { $0 })
      // Slots lie anywhere in the file, and at opening only its branches and its end were read.
      try ring.environment.checkPages()
      let erased = max(try ring.mark(.erased), order)
      return try ring.environment.write { transaction in
        var destroyed: [KeyFingerprint] = []
        for slot in Set(slots).sorted() {
          let key = BigEndianKey(slot)
          let wrapped = try transaction.copiedValue(for: key.span, in: ring.keys)
          guard let wrapped else { continue }
          let plain = try masterKey.unwrap(wrapped, forSlot: slot)
          destroyed.append(KeyFingerprint(slot: slot, of: plain))
          try transaction.remove(key.span, from: ring.keys)
        }
        try ring.set(.erased, to: erased, in: &transaction)
        return destroyed
      }
    }
  }

  /// Writes the keys that are left to a new file and removes the old one.
  ///
  /// An emptied slot's bytes stay in the pages LMDB has freed; the copy has no such page. Whoever
  /// has the old file open hears of the new one by the old one's mark.
  package func rewrite() throws {
    try changing.withLock { _ in
      let old = current
      try identity.requireSame()
      try folder.makingScratch {
        try old.environment.copyCompacted(to: folder.scratch)
        try finishScratch { ring, transaction in
          try ring.set(.rewritten, to: ring.mark(.erased), in: &transaction)
        }
      }
      try takeUpScratch(after: old)
    }
  }

  /// Writes into a ring that is being made, and closes it.
  func finishScratch(_ body: (OpenRing, inout WriteTransaction) throws -> Void) throws {
    let ring = try OpenRing(0, at: folder.scratch, for: .writing)
    try ring.environment.write { try body(ring, &$0) }
  }

  /// Puts a ring that was made in the place of the one before.
  ///
  /// - Parameters:
  ///   - old: The ring before.
  ///   - adopted: Called when the new one counts.
  /// - Throws: `StorageError`.
  func takeUpScratch(after old: OpenRing, _ adopted: () -> Void = {}) throws {
    let number = old.number + 1
    do {
      try folder.adopt(as: number)
    } catch {
      // It may have its name, though the folder could not be flushed.
      if folder.current == number { adopted() } else { try? folder.removeScratch() }
      throw error
    }
    adopted()
    let ring = try OpenRing(number, at: folder.path(ofRing: number), for: .writing)
    try old.environment.write { try old.set(.moved, to: UInt64(number), in: &$0) }
    try move(to: ring)
    try folder.remove(ring: old.number)
  }

  /// Finishes what a process that died in a rewrite has left: tells whoever has an old ring open,
  /// then removes it.
  func removeOldRings() throws {
    try folder.removeScratch()
    let current = current.number
    for number in folder.rings where number < current {
      // A ring that cannot be opened is read by nobody.
      if let old = try? OpenRing(number, at: folder.path(ofRing: number), for: .writing) {
        try old.environment.write { try old.set(.moved, to: UInt64(current), in: &$0) }
      }
      try folder.remove(ring: number)
    }
  }

  /// The log position of the newest order whose slots are empty; zero if there was none.
  package func erasedThrough() throws -> UInt64 { try current.mark(.erased) }

  /// Whether the file may still hold keys that were destroyed.
  package func needsRewrite() throws -> Bool {
    let ring = current
    return try ring.mark(.rewritten) < ring.mark(.erased)
  }

  /// What the master key is known by.
  package var masterKeyFingerprint: String { masterKey.withLock { $0.fingerprint } }

  /// Checks every page of the ring's file; beside a writer too.
  ///
  /// - Throws: `StorageError` `.corrupted` that names the page.
  package func checkPages() throws { try current.environment.checkPages() }

  /// How the slots stand.
  package func usage() throws -> KeyUsage {
    let ring = current
    let (filled, full) = (try ring.mark(.filled), UInt64(try ring.count()))
    let missing = min(try ring.mark(.passed) + leftOut(), filled - min(full, filled))
    return KeyUsage(filled: filled, missing: missing, destroyed: filled - full - missing)
  }
}

/// How the slots of a ring stand.
package struct KeyUsage: Hashable, Sendable {
  /// How many slots were ever filled.
  package let filled: UInt64
  /// How many of those are in a newer copy of the keys, or were left out of this one.
  package let missing: UInt64
  /// How many of those were emptied.
  package let destroyed: UInt64
}

/// What a data key is known by where it must not stand itself.
package struct KeyFingerprint: Hashable, Sendable {
  /// The key's slot.
  package let slot: UInt64
  /// The first sixteen bytes of the SHA-256 of `handover-key-fingerprint` and the key, in
  /// hexadecimal digits; says nothing of a random key.
  package let text: String

  init(slot: UInt64, of key: [UInt8]) {
    self.slot = slot
    let hash = SHA256.hash(data: Array("handover-key-fingerprint".utf8) + key)
    text = Array(hash.prefix(16)).hexadecimal
  }
}
