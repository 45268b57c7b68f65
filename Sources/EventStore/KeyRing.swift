package import Crypto
package import LMDB
import Sealing
import Synchronization

/// One data key per conversation, wrapped by the master key, in an environment of its own.
///
/// Keys lie in slots 1, 2, 3 … Slot 1 is the ledger's own, for names of bots and the like. The
/// slots ahead of the last one in use are filled beforehand, many at a time, so that a new
/// conversation costs no flush; and the slot it gets is a function of the log alone. To erase is to
/// empty a slot, and then to write the keys that are left to a new file (`KeyRing+Erase.swift`).
package final class KeyRing: Sendable {
  /// The slot of the ledger's own key.
  package static let ledgerSlot: UInt64 = 1
  /// How many slots are filled at a time.
  ///
  /// One flush then serves this many new conversations.
  private static let provisionCount: UInt64 = 4_096
  /// The bytes a slot takes in the file, with its share of the pages above.
  private static let rowByteCount = 96
  /// How many times a ring that another process has just removed is looked for.
  private static let attempts = 20

  let folder: KeyFolder
  let access: Environment.Access
  let masterKey: Mutex<MasterKey>
  private let makeKey: @Sendable (UInt64) -> (key: SymmetricKey, nonce: AES.GCM.Nonce)
  /// The folder as it was opened; nothing is made in another one.
  let identity: FolderIdentity
  /// What the log says is erased, though the ring may still hold it.
  let orders = Mutex(KnownOrders())
  private let state: Mutex<State>
  /// Held by whoever fills slots, empties them, or writes the ring anew.
  let changing = Mutex(())
  /// The last slot that was filled.
  let filled = Atomic<UInt64>(0)

  /// The open ring, and what is kept of it in memory.
  fileprivate struct State: Sendable {
    var ring: OpenRing
    /// The ring's last transaction when its marks were read.
    var transaction: Int
    /// The newest erasure then.
    var erased: UInt64
    var cache = KeyCache()

    init(_ ring: OpenRing) throws {
      self.ring = ring
      transaction = ring.environment.lastTransaction
      erased = try ring.mark(.erased)
    }
  }

  /// Opens the keys.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: Whether slots may be filled.
  ///   - masterKey: What wraps the keys.
  ///   - makeKey: Makes the key of a slot and the nonce that wraps it; random, unless a test wants
  ///     two ledgers to have the same.
  ///   - orphaned: What becomes of a ring whose successor is not there.
  /// - Throws: `StorageError`; `KeyError` if the master key is another one, or the ring says that
  ///   another one took its place, which is not there.
  package init(
    at path: String,
    for access: Environment.Access,
    masterKey: MasterKey,
    makeKey: @escaping @Sendable (UInt64) -> (key: SymmetricKey, nonce: AES.GCM.Nonce) = { _ in
      (SymmetricKey(size: .bits256), AES.GCM.Nonce())
    },
    orphaned: Orphan = .refused,
  ) throws {
    folder = KeyFolder(path: path)
    self.access = access
    self.masterKey = Mutex(masterKey)
    self.makeKey = makeKey
    let ring = try Self.openCurrent(of: folder, for: access, orphaned)
    identity = try FolderIdentity(of: path)
    try ring.requireMasterKey(masterKey, for: access)
    state = Mutex(try State(ring))
    filled.store(try ring.mark(.filled), ordering: .releasing)
    if access == .writing { try removeOldRings() }
  }

  /// What becomes of a ring that says another one took its place, if that is not there.
  package enum Orphan: Sendable {
    /// It is not used: newer keys are missing.
    case refused
    /// It is used; whoever opens it knows that newer keys are missing.
    case accepted
  }

  /// Opens the ring that counts; again if it was removed, or another one took its place, between
  /// the look and the opening.
  static func openCurrent(
    of folder: KeyFolder,
    for access: Environment.Access,
    _ orphaned: Orphan = .refused,
  ) throws -> OpenRing {
    for _ in 1..<attempts {
      let number = folder.current
      do {
        let ring = try OpenRing(number, at: folder.path(ofRing: number), for: access)
        let successor = try ring.mark(.moved)
        if successor == 0 || orphaned == .accepted { return ring }
        if folder.current == number {
          throw KeyError.missingSuccessor(of: folder.path, number: successor)
        }
      } catch  where access == .reading && folder.current != number {
        continue
      }
    }
    throw KeyError.missingSuccessor(of: folder.path, number: UInt64(folder.current))
  }

  /// Fills slots so that those up to `slot` can be used; flushed when this returns.
  package func provision(upTo slot: UInt64) throws {
    guard slot > filled.load(ordering: .acquiring) else { return }
    try changing.withLock { _ in
      let first = filled.load(ordering: .acquiring) + 1
      guard slot >= first else { return }
      let (ring, masterKey) = (current, masterKey.withLock { $0 })
      let last = slot + Self.provisionCount
      let added = Int(last - first + 1) * Self.rowByteCount
      try DiskRoom.require(added, at: folder.path, keeping: rewriteByteCount)
      try ring.environment.write { transaction in
        for slot in first...last {
          let (key, nonce) = makeKey(slot)
          let wrapped = try masterKey.wrap(key, forSlot: slot, nonce: nonce)
          // A slot that a failed commit has filled after all was never used, and is filled anew.
          try transaction.put(wrapped.span, at: slot, in: ring.keys)
        }
        try ring.set(.filled, to: last, in: &transaction)
      }
      filled.store(last, ordering: .releasing)
    }
  }

  /// The key of a slot; `nil` if it was destroyed.
  ///
  /// A key that another process destroyed is not found any more, though it was kept in memory here.
  ///
  /// - Throws: `KeyError` if the master key is another one.
  func key(inSlot slot: UInt64) throws -> SealingKey? {
    // A ring that was moved has a successor, which the next look opens.
    for _ in 0..<Self.attempts {
      let (ring, transaction, cached) = try state.withLock { state in
        if state.ring.environment.lastTransaction != state.transaction { try refresh(&state) }
        return (state.ring, state.transaction, state.cache[slot])
      }
      if let cached { return cached }
      let (wrapped, isMoved) = try ring.environment.read { transaction in
        let wrapped = try transaction.copiedValue(for: BigEndianKey(slot).span, in: ring.keys)
        return (wrapped, try ring.mark(.moved, in: transaction) > 0)
      }
      if isMoved { continue }
      guard let wrapped else { return nil }
      let key = try SealingKey(masterKey.withLock { $0 }.unwrap(wrapped, forSlot: slot))
      state.withLock { $0.keep(key, inSlot: slot, asOf: transaction, of: ring) }
      return key
    }
    throw KeyError.missingSuccessor(of: folder.path, number: try current.mark(.moved))
  }

  /// Whether a slot's key is there, and was not destroyed.
  package func isKey(inSlot slot: UInt64) throws -> Bool { try key(inSlot: slot) != nil }

  /// The bytes of a key, to be given away; `nil` if it was destroyed.
  ///
  /// - Throws: `KeyError` if the master key is another one.
  package func plainKey(inSlot slot: UInt64) throws -> [UInt8]? {
    guard try !isErasedByOrder(slot) else { return nil }
    let (ring, masterKey) = (current, masterKey.withLock { $0 })
    let wrapped = try ring.environment.read { transaction in
      try transaction.copiedValue(for: BigEndianKey(slot).span, in: ring.keys)
    }
    return try wrapped.map { try masterKey.unwrap($0, forSlot: slot) }
  }

  /// Opens the body of a record.
  ///
  /// Records of stream zero are the ledger's own: orders of erasure are among them, so they are
  /// opened without a look at the orders.
  ///
  /// - Returns: The plain bytes; `nil` if the key was destroyed, or is to be.
  /// - Throws: `DamagedRecord` if the body is not what was sealed.
  package func open(_ record: Record) throws -> [UInt8]? {
    guard record.header.sealedLength > 0 else { return [] }
    let isOwn = record.header.stream == 0
    guard try isOwn || !isErasedByOrder(record.header.keySlot) else { return nil }
    return try openOwn(record)
  }

  /// Opens the body of a record of the ledger's own without a look at the orders, which are read
  /// this way.
  ///
  /// - Returns: The plain bytes; `nil` if the key was destroyed.
  /// - Throws: `DamagedRecord` if the body is not what was sealed.
  package func openOwn(_ record: Record) throws -> [UInt8]? {
    guard record.header.sealedLength > 0 else { return [] }
    guard let key = try key(inSlot: record.header.keySlot) else { return nil }
    return try BodySeal.open(record, with: key)
  }

  /// Looks at a ring that was written to: goes on to the one that took its place, and forgets the
  /// keys in memory if any was destroyed.
  private func refresh(_ state: inout State) throws {
    let transaction = state.ring.environment.lastTransaction
    let successor = try state.ring.mark(.moved)
    guard successor == 0 else {
      try identity.requireSame()
      guard folder.current != state.ring.number else {
        throw KeyError.missingSuccessor(of: folder.path, number: successor)
      }
      let ring = try Self.openCurrent(of: folder, for: access)
      try ring.requireMasterKey(masterKey.withLock { $0 }, for: access)
      return state = try State(ring)
    }
    let erased = try state.ring.mark(.erased)
    if erased != state.erased { state.cache = KeyCache() }
    (state.transaction, state.erased) = (transaction, erased)
  }
}

extension KeyRing {
  /// The bytes that a rewrite takes: an erasure needs them free.
  var rewriteByteCount: Int { current.environment.usage().usedInBytes }

  /// The open ring.
  var current: OpenRing { state.withLock { $0.ring } }

  /// Goes on with a ring that took the place of the one before; nothing in memory is kept.
  func move(to ring: OpenRing) throws {
    let fresh = try State(ring)
    state.withLock { $0 = fresh }
  }
}

extension KeyRing.State {
  /// Keeps a key in memory, unless something was written since it was read.
  fileprivate mutating func keep(
    _ key: SealingKey,
    inSlot slot: UInt64,
    asOf transaction: Int,
    of ring: OpenRing,
  ) {
    guard ring.number == self.ring.number, transaction == self.transaction,
      ring.environment.lastTransaction == transaction
    else { return }
    cache[slot] = key
  }
}

/// Keys that are ready for use, each at the place its slot names.
private struct KeyCache: Sendable {
  /// How many keys are kept; a power of two.
  ///
  /// A key takes about 1 kB.
  private static let length = 16_384

  private var entries = [(slot: UInt64, key: SealingKey)?](repeating: nil, count: length)

  subscript(slot: UInt64) -> SealingKey? {
    get { entries[Int(slot % UInt64(Self.length))].flatMap { $0.slot == slot ? $0.key : nil } }
    set { entries[Int(slot % UInt64(Self.length))] = newValue.map { (slot, $0) } }
  }
}
