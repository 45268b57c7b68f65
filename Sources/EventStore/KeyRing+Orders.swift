import Synchronization

extension KeyRing {
  /// The slots that are empty by the log's orders of erasure, whatever the ring has in them.
  struct KnownOrders: Sendable {
    /// Finds them, before the first key is used; `nil` once it was done, and for a writer, which
    /// empties them.
    var find: (@Sendable () -> Set<UInt64>)?
    var slots: Set<UInt64> = []
  }

  /// Has the orders of the log held against the ring.
  ///
  /// A copy of the keys from before an erasure still has the destroyed keys. A writer empties them
  /// again; a reader must not, so it does not use them.
  ///
  /// - Parameter find: Finds the slots; called once, before the first key of a conversation is
  ///   used. It may open records of stream zero.
  package func obey(_ find: @escaping @Sendable () -> Set<UInt64>) {
    orders.withLock { $0.find = find }
  }

  /// Whether an order of the log reaches a slot that the ring may not have emptied.
  func isErasedByOrder(_ slot: UInt64) throws -> Bool {
    orders.withLock { orders in
      if let find = orders.find {
        orders.slots = find()
        orders.find = nil
      }
      return orders.slots.contains(slot)
    }
  }
}
