import EventStore
import Projections

/// Between which times words were said, as the events of a conversation show them.
struct WordSpan {
  /// When the oldest word was said, in microseconds since 1970.
  private(set) var oldest: Int64?
  /// When the newest one was.
  private(set) var newest: Int64?
  /// The latest time of any event, with words or without.
  private(set) var latest: Int64?

  /// No words.
  init() {}

  /// Looks at each event of a conversation: rows of an import come in any order, so that neither
  /// the first nor the last one says enough.
  init(of head: Head, _ log: EventLog) throws {
    try log.read { transaction, tables in
      var next = head.lastPosition
      while next >= head.start, next > 0 {
        let header = try tables.header(at: next, in: transaction)
        take(header, isOfWords: header.sealedLength > 0 && header.keySlot == head.keySlot)
        guard header.previous < next else { return }
        next = header.previous
      }
    }
  }

  private mutating func take(_ header: RecordHeader, isOfWords: Bool) {
    let time = header.shownAt
    latest = max(latest ?? time, time)
    guard isOfWords else { return }
    oldest = min(oldest ?? time, time)
    newest = max(newest ?? time, time)
  }

  /// Takes in the words of another conversation.
  mutating func join(_ other: WordSpan) {
    oldest = [oldest, other.oldest].compactMap { $0 }.min()
    newest = [newest, other.newest].compactMap { $0 }.max()
    latest = [latest, other.latest].compactMap { $0 }.max()
  }
}
