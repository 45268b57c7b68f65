import Conversations
import EventStore

extension Ledger {
  /// Refuses to write when the clock is beyond the last record by more than a ledger rests.
  ///
  /// A clock that was set years ahead would give every later record its time, for ever. A ledger
  /// without records has not rested.
  ///
  /// - Throws: `LedgerError` `.clockAhead`.
  static func requireRest(
    of log: EventLog,
    by clock: WatchedClock,
    _ options: Options,
  ) throws {
    let head = try log.head()
    guard head.position > 0, !options.acceptsClock else { return }
    let now = try clock.read()
    let (rest, isBeyond) = now.subtractingReportingOverflow(head.recordedAt)
    guard isBeyond || rest > options.longestRest.microseconds, now > head.recordedAt else { return }
    let last = Timestamp(microseconds: head.recordedAt).text
    throw LedgerError(
      .clockAhead,
      "the clock says \(Timestamp(microseconds: now).text), and the last record is of \(last), "
        + "more than \(options.longestRest.components.seconds / 86_400) days before; set the clock "
        + "right, or, if it is, say so with --accept-clock",
    )
  }

  /// How far the last record is ahead of the clock, in whole seconds; 0 if it is not.
  func clockBehindSeconds() throws -> Int64 {
    let (head, now) = (try log.head(), now)
    guard head.position > 0, head.recordedAt > now else { return 0 }
    let (difference, isBeyond) = head.recordedAt.subtractingReportingOverflow(now)
    return (isBeyond ? .max : difference) / 1_000_000
  }

  /// What there is to say of the clock; `nil` if it is not behind what was recorded.
  public func clockWarning() -> ClockWarning? {
    ClockWarning(behindSeconds: (try? clockBehindSeconds()) ?? 0)
  }
}

/// The clock is so far behind the last record that somebody should know.
public struct ClockWarning: Hashable, Sendable, CustomStringConvertible {
  /// How far it may be behind before that is said: five minutes.
  ///
  /// Clocks that are kept by the network differ by less than a second, those that are not by
  /// minutes.
  private static let limitInSeconds: Int64 = 300

  /// How far the clock is behind.
  public let seconds: Int64

  /// A warning, if the clock is behind by more than five minutes.
  public init?(behindSeconds seconds: Int64) {
    guard seconds > Self.limitInSeconds else { return nil }
    self.seconds = seconds
  }

  /// What is wrong, what follows, and what to do.
  public var description: String {
    "the clock is \(seconds) seconds behind the last record; until it has caught up, every "
      + "record gets that record's time, sessions do not expire, and retention counts from there. "
      + "Set the clock right; if the record is wrong, see operating.md"
  }
}

extension ClockLeap {
  /// What is wrong, and what to do.
  var sentence: String {
    let (expected, found) = (Timestamp(microseconds: expected), Timestamp(microseconds: found))
    return "the clock leapt ahead: it says \(found.text), and by the time that passed it should be "
      + "\(expected.text). Nothing is recorded until it is. If the clock is right now, start again"
  }
}

extension WatchedClock {
  /// The clock that options name, held against the steady one they name.
  convenience init(_ options: Ledger.Options) {
    self.init(
      wall: options.clock ?? systemClock,
      steady: options.steadyClock ?? options.clock ?? systemSteadyClock,
      isAccepted: options.acceptsClock,
    )
  }
}

extension Duration {
  /// Whole microseconds, cut off; the most that fit.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return isTooLong ? .max / 2 : product + attoseconds / 1_000_000_000_000
  }
}
