import ConversationCoding
import Conversations
import EventStore
import Projections

extension ViewReader {
  /// The slots that orders of erasure reach, and that the keys may still hold.
  ///
  /// The keys remember the newest order whose slots they have emptied. They are an older copy if
  /// the log has newer ones.
  func slotsErased(in log: EventLog, butNotIn keys: KeyRing) throws -> Set<UInt64> {
    try answering { try slotsErased(in: log, butNotIn: keys, atHead()) }
  }

  private func slotsErased(
    in log: EventLog,
    butNotIn keys: KeyRing,
    _ snapshot: ViewSnapshot,
  ) throws -> Set<UInt64> {
    let open = snapshot.registry.erasures.open.values.reduce(into: Set()) { $0.formUnion($1) }
    let done = try keys.erasedThrough(ofLogEndingAt: snapshot.position)
    let later = try orders(in: log, keys, behind: done, snapshot)
    let reached = later.reduce(into: open) { $0.formUnion($1.order.conversations) }
    return Set(try reached.compactMap { try snapshot.head(of: $0)?.keySlot })
  }

  /// The orders behind a position, the oldest first; of one whose body cannot be opened only what
  /// its header says.
  func orders(
    in log: EventLog,
    _ keys: KeyRing,
    behind position: UInt64,
    _ snapshot: ViewSnapshot,
  ) throws -> [(position: UInt64, order: ErasureOrder)] {
    guard position < snapshot.registry.erasures.newest else { return [] }
    let last = snapshot.overlay.totals.administration.last
    var orders: [(position: UInt64, order: ErasureOrder)] = []
    try log.forEachRecord(at: log.chain(endingAt: last, after: position)) { record in
      let event = record.header.facts.registryEvent
      guard case .erasureOrdered(let subject) = event else { return }
      let body = try keys.openOwn(record).map(EventBody.init(decoding:))
      orders.append((record.header.position, ErasureOrder(subject, body ?? EventBody())))
    }
    return orders
  }
}

extension KeyRing {
  /// The newest order of a log whose slots are empty.
  ///
  /// A mark beyond the log's end is of a log that was cut off, and says nothing of this one.
  func erasedThrough(ofLogEndingAt end: UInt64) throws -> UInt64 {
    let position = try erasedThrough()
    return position > end ? 0 : position
  }
}
