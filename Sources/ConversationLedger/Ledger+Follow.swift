/// How often a process that only reads looks whether the log has grown: twenty times a second.
private let readingInterval = Duration.milliseconds(50)

/// The most events read at once for a follower.
///
/// A reader that stays long keeps LMDB from using freed pages again.
private let followLength: UInt64 = 512

extension Ledger {
  /// Waits until the log has gone beyond a position.
  ///
  /// In the process that writes, a commit wakes all who wait, and waiting costs nothing; a process
  /// that reads looks twenty times a second.
  ///
  /// - Parameter position: The position the caller knows.
  /// - Returns: The log's head; `nil` if the ledger is closed or the task cancelled before.
  /// - Throws: `LedgerError` if the log cannot be read.
  public func headPosition(beyond position: UInt64) async throws -> UInt64? {
    if let progress = writing?.progress { return await progress.position(beyond: position) }
    while !Task.isCancelled {
      let head = try headPosition()
      if head > position { return head }
      try? await Task.sleep(for: readingInterval)
    }
    return nil
  }

  /// The events behind a position, and then those that are recorded, until the task is cancelled.
  ///
  /// Every event comes once, in log order. Nothing is kept between two events but a position, so
  /// whoever stops can begin again behind the last one.
  public func follow(after position: UInt64) -> FollowedEvents {
    FollowedEvents(ledger: self, position: position)
  }
}

/// The events of a log behind a position, without an end.
public struct FollowedEvents: AsyncSequence, Sendable {
  let ledger: Ledger
  let position: UInt64

  /// Begins behind the position.
  public func makeAsyncIterator() -> Iterator { Iterator(ledger: ledger, position: position) }

  /// Where one loop over the events stands.
  public struct Iterator: AsyncIteratorProtocol {
    let ledger: Ledger
    var position: UInt64
    var read: ArraySlice<RecordedEvent> = []

    /// The next event, as soon as it is recorded; `nil` when the task is cancelled or the ledger
    /// closed.
    public mutating func next() async throws -> RecordedEvent? {
      if let event = read.popFirst() { return event }
      guard let head = try await ledger.headPosition(beyond: position) else { return nil }
      let end = Swift.min(head, position + followLength)
      var events: [RecordedEvent] = []
      try ledger.forEachEvent(from: position + 1, through: end) { events.append($0) }
      position = end
      read = events[...]
      return read.popFirst()
    }
  }
}
