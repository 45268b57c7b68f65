import Conversations
import EventStore
import Projections

/// Why keys are missing, as far as log and keys explain it.
struct MissingKeys: Sendable {
  /// Why the key of a slot is not there.
  enum Reason: CaseIterable, Sendable {
    /// An erasure destroyed it.
    case erased
    /// Somebody went on without it, and the log says so.
    case accepted
    /// It was left out when the ledger was restored.
    case leftOut
  }

  /// A bit for each slot that erasures of the log empty.
  private var erased: [UInt64] = []
  private var losses = KeyLosses()
  private var leftOut: UInt64 = 0
  /// Why it is not known which erasures there are; `nil` if it is.
  private(set) var unknown: String?

  /// Holds the erasures of the log ready.
  init(of ledger: Ledger) {
    do {
      leftOut = try ledger.keys.leftOut()
      try ledger.answering { snapshot in
        losses = snapshot.registry.keyLosses
        try snapshot.forEachHead { head in
          guard head.state.isErased || snapshot.registry.erasures.reach(head.conversation) else {
            return
          }
          insert(head.keySlot)
        }
      }
    } catch {
      unknown = "whether an erasure explains each key that is missing: \(error)"
    }
  }

  private mutating func insert(_ slot: UInt64) {
    let index = Int(slot >> 6)
    if index >= erased.count {
      erased += [UInt64](repeating: 0, count: index + 1 - erased.count)
    }
    erased[index] |= 1 << (slot & 63)
  }

  /// Why the key of a slot is missing; `nil` if nothing explains it.
  func reason(ofSlot slot: UInt64) -> Reason? {
    let index = Int(truncatingIfNeeded: slot >> 6)
    if erased.indices.contains(index), erased[index] & 1 << (slot & 63) != 0 { return .erased }
    if losses.contain(slot) { return .accepted }
    if slot <= leftOut { return .leftOut }
    return unknown == nil ? nil : .erased
  }
}
