public import Conversations

/// A step of an erasure, in the order of `Ledger.erase`.
public enum ErasureStep: Sendable {
  /// Forbids every further event of the conversations an order reaches.
  case order(ErasureCommand, by: Caller)
  /// Writes down in conversations that their words are gone; their keys are destroyed.
  case record([ConversationID], ErasureOrder)
  /// Writes down that an order, named by its position, was carried out.
  case finish(order: UInt64, keys: Int64)
}

/// What is asked to be erased, with everything the machine needs to decide it.
public struct ErasureCommand: Sendable {
  /// Who and why; of a retention rule also which conversations are candidates, and since when they
  /// are inactive.
  public var order: ErasureOrder
  /// Whether candidates must have ended; if not, it is enough that they have expired.
  public var isEndedOnly: Bool

  /// Asks for an erasure.
  public init(_ order: ErasureOrder, isEndedOnly: Bool = false) {
    self.order = order
    self.isEndedOnly = isEndedOnly
  }
}
