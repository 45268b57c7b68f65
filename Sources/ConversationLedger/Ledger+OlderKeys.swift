import Conversations
import EventStore
import Projections

/// How a ledger went on with keys that are older than its log.
public struct AcceptedKeys: Codable, Hashable, Sendable {
  /// The last slot before those whose keys are missing.
  public var after: UInt64
  /// The last slot that the log named; new conversations get keys behind it.
  public var through: UInt64
  /// Whether the ledger's own key is among the missing: names of bots and the like are lost then.
  public var ownKeyLost: Bool
  /// The position of the event that says so.
  public var position: UInt64
}

extension Ledger {
  /// Goes on with keys that are older than the log, without the words that the missing ones opened.
  ///
  /// It is written down in the log. The slots of the missing keys are never filled, so that a newer
  /// copy that is found later still opens what it opened.
  ///
  /// - Parameters:
  ///   - path: The ledger's folder; no process may write it.
  ///   - user: The account of who decided it.
  /// - Returns: Which keys are missing.
  /// - Throws: `LedgerError` `.notFound` if none is missing.
  public static func acceptOlderKeys(
    at path: String,
    by user: String? = nil,
  ) throws -> AcceptedKeys {
    var options = Options()
    options.takesOlderKeys = true
    return try acceptOlderKeys(at: path, by: user, options)
  }

  static func acceptOlderKeys(
    at path: String,
    by user: String?,
    _ options: Options,
  ) throws -> AcceptedKeys {
    let ledger = try Ledger(at: path, for: .writing(creating: false), options: options)
    defer { ledger.close() }
    guard let loss = ledger.writing?.keyLoss else {
      throw LedgerError(.readOnly, "the ledger was opened without a look at its keys")
    }
    return try LedgerError.wrapping {
      let command = RegistryCommand.acceptOlderKeys(loss, by: user)
      let receipt = try ledger.done(.registry(command, by: .trusted))
      try ledger.keys.finishPassing()
      // Orders that the older keys do not know yet are carried out under the ledger's own key.
      try ledger.finishErasures()
      return AcceptedKeys(
        after: loss.after,
        through: loss.through,
        ownKeyLost: loss.isOwnKeyLost,
        position: receipt.position,
      )
    }
  }

  /// The keys that are missing, if this process goes on without them; `nil` if none is.
  ///
  /// - Throws: `LedgerError` `.olderKeys` if some are missing and nobody said to go on; `.notFound`
  ///   if somebody did and none is; `DamagedRecord` if the log is damaged.
  static func keyLoss(
    of keys: KeyRing,
    _ state: WriterState,
    _ files: LedgerFiles,
    _ options: Options,
  ) throws -> KeyLoss? {
    let named = state.overlay.totals.keySlots
    let hasRecords = state.overlay.position > 0
    let isOlder = try hasRecords && keys.isOlder(thanSlot: named)
    guard options.takesOlderKeys else {
      guard isOlder else { return nil }
      // A record that was damaged may name a slot that there never was; reading them all tells.
      try state.log.forEachRecord(from: 1, through: state.overlay.position) { _ in }
      throw LedgerError.olderKeys(in: files.keys, than: named)
    }
    let isOwnKeyLost = try !keys.hasKey(inSlot: state.registry.keyLosses.ownSlot)
    guard hasRecords, isOlder || isOwnKeyLost else {
      throw LedgerError(
        .notFound,
        "the keys reach every slot that the log uses; there is nothing to accept",
      )
    }
    let after = try keys.pass(through: named)
    return KeyLoss(after: after, through: named, isOwnKeyLost: isOwnKeyLost)
  }
}

extension KeyLoss {
  /// The slot of the ledger's own key from then on; `nil` if that stays the one it is.
  var ownSlot: UInt64? { isOwnKeyLost ? through + 1 : nil }
}
