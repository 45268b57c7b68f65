import LMDB

/// One environment of data keys, open.
struct OpenRing: Sendable {
  /// The ring's number in its folder.
  let number: Int
  let environment: Environment
  /// Slot → wrapped key.
  let keys: Table
  let main: Table

  /// What the main table keeps beside the names of the tables: eight bytes, highest first.
  enum Mark: String {
    /// The last slot that was ever filled: an emptied one stays empty.
    case filled
    /// The log position of the newest order of erasure whose slots are empty.
    case erased
    /// The same position, once no page of the file holds what was in those slots.
    case rewritten
    /// The ring that took this one's place.
    case moved
    /// How many slots were passed over, because their keys are in a newer ring that is gone.
    case passed
    /// One more than the last slot before those, until the log says that they were passed over.
    case passing

    fileprivate var key: [UInt8] { Array(rawValue.utf8) }
  }

  /// Where the main table keeps what tells the right master key from others.
  static let checkKey = Array("check".utf8)

  init(
    _ number: Int,
    at path: String,
    for access: Environment.Access,
  ) throws {
    var configuration = Environment.Configuration()
    configuration.mapSizeInBytes = 1 << 36
    configuration.growingTables = ["keys": { _ in nil }]
    environment = try Environment(at: path, for: access, configuration: configuration)
    let opened = try environment.openTables(["keys"], creating: .inNewFile)
    (self.number, keys, main) = (number, opened.named[0], opened.main)
  }

  /// A mark; zero if it was never set.
  func mark(_ mark: Mark) throws -> UInt64 {
    try environment.read { try self.mark(mark, in: $0) }
  }

  /// A mark in a snapshot; zero if it was never set.
  func mark(_ mark: Mark, in transaction: borrowing ReadTransaction) throws -> UInt64 {
    let bytes = try transaction.copiedValue(for: mark.key.span, in: main) ?? []
    return bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Sets a mark.
  func set(_ mark: Mark, to number: UInt64, in transaction: inout WriteTransaction) throws {
    let (key, value) = (mark.key, BigEndianKey(number))
    try transaction.put(value.span, for: key.span, in: main)
  }

  /// How many slots have a key.
  func count() throws -> Int { try environment.read { try $0.count(of: keys) } }
}

extension OpenRing {
  /// Refuses a master key that did not wrap these keys.
  ///
  /// Keys of before there was a check value are tried with the ledger's own; a writer then adds the
  /// value.
  ///
  /// - Throws: `KeyError` `.wrongMasterKey`.
  func requireMasterKey(_ masterKey: MasterKey, for access: Environment.Access) throws {
    let check = Self.checkKey
    let (value, ownKey) = try environment.read { transaction in
      let slot = BigEndianKey(KeyRing.ledgerSlot)
      return (
        try transaction.copiedValue(for: check.span, in: main),
        try transaction.copiedValue(for: slot.span, in: keys),
      )
    }
    if let value {
      guard value == masterKey.checkValue else { throw KeyError.wrongMasterKey }
      return
    }
    if let ownKey { _ = try masterKey.unwrap(ownKey, forSlot: KeyRing.ledgerSlot) }
    guard access == .writing else { return }
    try environment.write { try setCheckValue(of: masterKey, in: &$0) }
  }

  /// Writes down which master key wraps these keys.
  func setCheckValue(of masterKey: MasterKey, in transaction: inout WriteTransaction) throws {
    let (check, value) = (Self.checkKey, masterKey.checkValue)
    try transaction.put(value.span, for: check.span, in: main)
  }
}
