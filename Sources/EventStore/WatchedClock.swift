import Synchronization

/// A wall clock that is held against a steady one: what a leap would write into a log stays there
/// for ever, because the time of a record is never less than that of the one before.
///
/// Both clocks count microseconds; the steady one from anywhere, and also while the machine sleeps.
package final class WatchedClock: Sendable {
  /// The furthest that the wall clock may go ahead of the steady one between two readings, in
  /// microseconds: an hour.
  ///
  /// Corrections of a running clock are seconds. A leap that is smaller is over within the hour.
  package static let leapLimit: Int64 = 3_600_000_000

  private let wall: @Sendable () -> Int64
  private let steady: @Sendable () -> Int64
  private let isAccepted: Bool
  /// The last reading that was taken for right; `nil` before the first.
  private let last = Mutex<(wall: Int64, steady: Int64)?>(nil)

  /// Watches a clock, from its reading now.
  ///
  /// - Parameters:
  ///   - wall: The wall clock, since 1970.
  ///   - steady: The steady clock.
  ///   - isAccepted: Whether every leap is taken for right.
  package init(
    wall: @escaping @Sendable () -> Int64,
    steady: @escaping @Sendable () -> Int64,
    isAccepted: Bool = false,
  ) {
    (self.wall, self.steady, self.isAccepted) = (wall, steady, isAccepted)
    last.withLock { $0 = (wall(), steady()) }
  }

  /// The time.
  ///
  /// - Throws: `ClockLeap` if it leapt ahead since the last reading, until it agrees again.
  package func read() throws(ClockLeap) -> Int64 {
    try last.withLock { last throws(ClockLeap) in
      let now = (wall: wall(), steady: steady())
      if let leap = difference(from: last, to: now) { throw leap }
      last = now
      return now.wall
    }
  }

  /// The leap for which a reading would be refused now; `nil` if there is none.
  package func leap() -> ClockLeap? {
    last.withLock { difference(from: $0, to: (wall(), steady())) }
  }

  private func difference(
    from last: (wall: Int64, steady: Int64)?,
    to now: (wall: Int64, steady: Int64),
  ) -> ClockLeap? {
    guard !isAccepted, let last else { return nil }
    // A clock can show anything, so nothing here may overflow.
    let passed = max(0, now.steady.subtractingReportingOverflow(last.steady).partialValue)
    let (expected, isBeyond) = last.wall.addingReportingOverflow(passed)
    let limit = expected.addingReportingOverflow(Self.leapLimit)
    guard !isBeyond, !limit.overflow, now.wall > limit.partialValue else { return nil }
    return ClockLeap(expected: expected, found: now.wall)
  }
}

/// The wall clock leapt ahead while a writer ran; nothing was recorded.
package struct ClockLeap: Error, Hashable, Sendable {
  /// What it should show, by the time that passed, in microseconds since 1970.
  package let expected: Int64
  /// What it shows.
  package let found: Int64

  package init(expected: Int64, found: Int64) {
    (self.expected, self.found) = (expected, found)
  }
}
