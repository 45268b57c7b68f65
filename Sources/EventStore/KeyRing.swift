package import Crypto
package import LMDB
import Sealing
import Synchronization

/// One data key per conversation, wrapped by the master key, in an environment of its own.
///
/// Keys lie in slots 1, 2, 3 … Slot 1 is the ledger's own, for names of bots and the like. The
/// slots ahead of the last one in use are filled beforehand, many at a time, so that a new
/// conversation costs no flush; and the slot it gets is a function of the log alone. To erase is to
/// empty a slot.
package final class KeyRing: Sendable {
  /// The slot of the ledger's own key.
  package static let ledgerSlot: UInt64 = 1
  /// How many slots are filled at a time.
  ///
  /// One flush then serves this many new conversations.
  private static let provisionCount: UInt64 = 4_096
  /// How many keys are kept ready in memory, each at the place its slot names; a power of two.
  ///
  /// A key takes about 1 kB.
  private static let cacheLength = 16_384

  private let environment: Environment
  private let table: Table
  private let main: Table
  /// Where the main table keeps the last slot that was ever filled: an emptied one stays empty.
  static let filledKey = Array("filled".utf8)
  private let masterKey: MasterKey
  private let makeKey: @Sendable (UInt64) -> (key: SymmetricKey, nonce: AES.GCM.Nonce)
  private let cache = Mutex(
    [(slot: UInt64, key: SealingKey)?](repeating: nil, count: cacheLength)
  )
  /// The last slot that was filled.
  private let filled = Atomic<UInt64>(0)

  /// Opens the keys.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: Whether slots may be filled.
  ///   - masterKey: What wraps the keys.
  ///   - makeKey: Makes the key of a slot and the nonce that wraps it; random, unless a test wants
  ///     two ledgers to have the same.
  /// - Throws: `StorageError`.
  package init(
    at path: String,
    for access: Environment.Access,
    masterKey: MasterKey,
    makeKey: @escaping @Sendable (UInt64) -> (key: SymmetricKey, nonce: AES.GCM.Nonce) = { _ in
      (SymmetricKey(size: .bits256), AES.GCM.Nonce())
    },
  ) throws {
    var configuration = Environment.Configuration()
    configuration.mapSizeInBytes = 1 << 36
    environment = try Environment(at: path, for: access, configuration: configuration)
    let opened = try environment.openTables(["keys"], creating: .inNewFile)
    (table, main) = (opened.named[0], opened.main)
    self.masterKey = masterKey
    self.makeKey = makeKey
    let (key, main) = (Self.filledKey, main)
    let last = try environment.read { transaction in
      try transaction.copiedValue(for: key.span, in: main) ?? []
    }
    .reduce(0) { $0 << 8 | UInt64($1) }
    filled.store(last, ordering: .releasing)
  }

  /// Fills slots so that those up to `slot` can be used; flushed when this returns.
  package func provision(upTo slot: UInt64) throws {
    let first = filled.load(ordering: .acquiring) + 1
    guard slot >= first else { return }
    let last = slot + Self.provisionCount
    try environment.write { transaction in
      for slot in first...last {
        let (key, nonce) = makeKey(slot)
        let wrapped = try masterKey.wrap(key, forSlot: slot, nonce: nonce)
        // A slot that a failed commit has filled after all was never used, and is filled anew.
        try transaction.put(wrapped.span, at: slot, in: table)
      }
      let (key, filled) = (Self.filledKey, BigEndianKey(last))
      try transaction.put(filled.span, for: key.span, in: main)
    }
    filled.store(last, ordering: .releasing)
  }

  /// The key of a slot; `nil` if it was destroyed.
  ///
  /// - Throws: `KeyError` if the master key is another one.
  func key(inSlot slot: UInt64) throws -> SealingKey? {
    let place = Int(slot % UInt64(Self.cacheLength))
    if let cached = cache.withLock({ $0[place] }), cached.slot == slot { return cached.key }
    let wrapped = try environment.read { transaction in
      try transaction.copiedValue(for: BigEndianKey(slot).span, in: table)
    }
    guard let wrapped else { return nil }
    let key = try SealingKey(masterKey.unwrap(wrapped, forSlot: slot))
    cache.withLock { $0[place] = (slot, key) }
    return key
  }

  /// Opens the body of a record.
  ///
  /// - Returns: The plain bytes; `nil` if the key was destroyed.
  /// - Throws: `DamagedRecord` if the body is not what was sealed.
  package func open(_ record: Record) throws -> [UInt8]? {
    guard record.header.sealedLength > 0 else { return [] }
    guard let key = try key(inSlot: record.header.keySlot) else { return nil }
    return try BodySeal.open(record, with: key)
  }
}
