public import Conversations
import EventStore
import Projections

/// A moment of the log's past.
public enum Moment: Hashable, Sendable {
  /// After the event at a position.
  case position(UInt64)
  /// After the last event recorded at or before a time.
  case time(Timestamp)

  /// Reads a position in digits, or a time of RFC 3339.
  public init?(text: String) {
    if let position = UInt64(text) {
      self = .position(position)
    } else if let time = Timestamp(text: text) {
      self = .time(time)
    } else {
      return nil
    }
  }
}

extension Moment {
  /// The text it is read from.
  var text: String {
    switch self {
    case .position(let position): String(position)
    case .time(let time): time.text
    }
  }
}

extension Ledger {
  /// Answers a question from what is known at the log's head.
  ///
  /// - Parameter question: Asks; it changes nothing and may be run more than once, because views
  ///   that prove to be damaged are replaced and the question is asked again.
  /// - Returns: The answer.
  /// - Throws: `LedgerError`; what the question throws.
  func answering<Answer>(_ question: (ViewSnapshot) throws -> Answer) throws -> Answer {
    try LedgerError.wrapping {
      try reader.answering { try question(reader.atHead()) }
    }
  }

  /// What is known at a moment.
  func snapshot(
    asOf moment: Moment?,
    in present: ViewSnapshot,
    _ patience: Patience = .endless,
  ) throws -> ViewSnapshot {
    try snapshot(at: position(of: moment, in: present), in: present, patience)
  }

  /// What is known at a position: what happened since is taken back, or the log is folded if that
  /// is too much.
  func snapshot(
    at position: UInt64,
    in present: ViewSnapshot,
    _ patience: Patience,
  ) throws -> ViewSnapshot {
    guard position < present.position else { return present }
    do {
      return try reader.rewound(present, to: position, limits: rewindLimits, patience)
    } catch is TooFarBack {
      return try reader.at(position, patience)
    }
  }

  /// The position of a moment; the head's for none, or for one that has not come yet.
  func position(of moment: Moment?, in snapshot: ViewSnapshot) throws -> UInt64 {
    switch moment {
    case nil: snapshot.position
    case .position(let position): min(position, snapshot.position)
    case .time(let time): try lastPosition(recordedBy: time, through: snapshot.position)
    }
  }

  /// Finds the last event recorded by a time, by halving: times never go back in log order.
  private func lastPosition(recordedBy time: Timestamp, through end: UInt64) throws -> UInt64 {
    var (known, excluded) = (UInt64(0), end + 1)
    while known + 1 < excluded {
      let middle = known + (excluded - known) / 2
      if try log.record(at: middle).header.recordedAt <= time.microseconds {
        known = middle
      } else {
        excluded = middle
      }
    }
    return known
  }
}
