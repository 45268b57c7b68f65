/// What the log says of data keys that are lost: somebody went on with an older copy of the keys.
public struct KeyLosses: Hashable, Sendable {
  /// The slots whose keys were missing then, for each time.
  public private(set) var slots: [ClosedRange<UInt64>] = []
  /// The slot of the ledger's own key, which names of bots and the like are sealed with.
  public private(set) var ownSlot: UInt64 = 1

  /// No losses.
  public init() {}

  /// Whether the log says that the key of a slot is lost.
  public func contain(_ slot: UInt64) -> Bool { slots.contains { $0.contains(slot) } }

  /// Takes in that somebody went on without the keys behind a slot.
  mutating func evolve(after slot: UInt64, isOwnKeyLost: Bool, _ body: EventBody) {
    guard let last = body.amount.flatMap(UInt64.init(exactly:)), last < .max else { return }
    if slot < last { slots.append(slot + 1...last) }
    if isOwnKeyLost { ownSlot = last + 1 }
  }
}

/// The keys that were missing when somebody went on without them.
public struct KeyLoss: Hashable, Sendable {
  /// The last slot before those whose keys are missing.
  public var after: UInt64
  /// The last slot that the log named.
  public var through: UInt64
  /// Whether the ledger's own key is among them; the slot behind the last one has its next.
  public var isOwnKeyLost: Bool

  /// Describes a loss.
  public init(after: UInt64, through: UInt64, isOwnKeyLost: Bool) {
    (self.after, self.through, self.isOwnKeyLost) = (after, through, isOwnKeyLost)
  }
}

extension Registry {
  /// Decides that somebody goes on with an older copy of the keys.
  func accept(
    _ loss: KeyLoss,
    by user: String?,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: nil)
    guard let last = Int64(exactly: loss.through), loss.after <= loss.through else {
      throw Refusal(.malformedBody, "slots \(loss.after) to \(loss.through) are no slots of keys")
    }
    var event = NewEvent(
      RegistryEvent.olderKeysAccepted(after: loss.after, isOwnKeyLost: loss.isOwnKeyLost)
    )
    event.body.amount = last
    event.body.authorID = user
    return [event]
  }
}
