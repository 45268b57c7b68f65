import LMDB
import Synchronization

extension KeyRing {
  /// Whether a folder has keys.
  package static func isThere(at path: String) -> Bool { KeyFolder(path: path).hasRing }

  /// Whether the ring lacks keys of slots up to one that the log names.
  ///
  /// So it is if an older copy was put in its place. To fill these slots again would give two keys
  /// to one slot, and what the first one sealed would be lost though a newer copy is found.
  package func isOlder(thanSlot slot: UInt64) throws -> Bool {
    let ring = current
    return try isPassing() || ring.mark(.moved) > 0 || ring.mark(.filled) < slot
  }

  /// Whether a ring that nobody has open lacks keys of slots up to one; needs no master key.
  package static func isOlder(at path: String, thanSlot slot: UInt64) throws -> Bool {
    let ring = try openCurrent(of: KeyFolder(path: path), for: .reading, .accepted)
    return try ring.mark(.moved) > 0 || ring.mark(.filled) < slot
  }

  /// Whether slots are being passed over, and the log does not say so yet.
  package func isPassing() throws -> Bool { try current.mark(.passing) > 0 }

  /// Whether a slot has a key.
  package func hasKey(inSlot slot: UInt64) throws -> Bool {
    let ring = current
    return try ring.environment.read { transaction in
      try transaction.copiedValue(for: BigEndianKey(slot).span, in: ring.keys) != nil
    }
  }

  /// The last of the slots that were left out when the ring was made; zero if none was.
  ///
  /// The ledger's own key is never emptied, so a ring without it was made without keys.
  package func leftOut() throws -> UInt64 {
    guard try !hasKey(inSlot: Self.ledgerSlot) else { return 0 }
    let ring = current
    var first: UInt64?
    try ring.environment.read { transaction in
      try transaction.walk(ring.keys, from: BigEndianKey(Self.ledgerSlot).span) { key, _ in
        first = UInt64(bigEndian: key)
        return .stop
      }
    }
    return try first.map { $0 - 1 } ?? ring.mark(.filled)
  }

  /// Goes on behind the slots whose keys are missing; none of them is ever filled.
  ///
  /// Until `finishPassing` the ring counts as older than the log, so that a process that dies
  /// meanwhile leaves nothing half accepted.
  ///
  /// - Parameter slot: The greatest slot that the log names.
  /// - Returns: The last slot before the missing ones.
  /// - Throws: `StorageError`.
  package func pass(through slot: UInt64) throws -> UInt64 {
    try changing.withLock { _ in
      let ring = current
      let last = try ring.mark(.filled)
      let passing = try ring.mark(.passing)
      let after = passing > 0 ? passing - 1 : min(last, slot)
      let passed = try ring.mark(.passed) + (slot > last ? slot - last : 0)
      let isOwnKeyThere = try hasKey(inSlot: Self.ledgerSlot)
      try ring.environment.write { transaction in
        try ring.set(.filled, to: max(last, slot), in: &transaction)
        try ring.set(.passing, to: after + 1, in: &transaction)
        try ring.set(.moved, to: 0, in: &transaction)
        // Slots of a ring that has no key at all are counted as left out.
        if isOwnKeyThere { try ring.set(.passed, to: passed, in: &transaction) }
      }
      filled.store(max(last, slot), ordering: .releasing)
      return after
    }
  }

  /// Notes that the log says which slots were passed over.
  package func finishPassing() throws {
    try changing.withLock { _ in
      let ring = current
      try ring.environment.write { try ring.set(.passing, to: 0, in: &$0) }
    }
  }
}
