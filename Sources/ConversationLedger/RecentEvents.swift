import ConversationCoding
import Conversations
import EventStore
import Projections

/// The events that were decided last, in memory until they are on disk: a command is judged by what
/// was ordered before it, wherever that lies.
struct RecentEvents {
  /// An event of a conversation.
  struct Event {
    let header: RecordHeader
    let body: EventBody
  }

  /// The position before the first event.
  private var base: UInt64
  /// By position, without a gap; `nil` for an event of no conversation.
  private var events: [Event?] = []

  /// Begins behind a position.
  init(after base: UInt64 = 0) { self.base = base }

  /// The event at a position; `nil` if it is of no conversation, or not kept.
  subscript(position: UInt64) -> Event? {
    guard position > base, position - base <= UInt64(events.count) else { return nil }
    return events[Int(position - base - 1)]
  }

  /// Takes in the next event of the log.
  mutating func append(_ header: RecordHeader, _ body: EventBody?) {
    events.append(body.map { Event(header: header, body: $0) })
  }

  /// Forgets events that are on disk.
  mutating func forget(through position: UInt64) {
    let count = min(Int(max(position, base) - base), events.count)
    events.removeFirst(count)
    base += UInt64(count)
  }
}
