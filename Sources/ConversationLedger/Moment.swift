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

extension Ledger {
  /// What is known at a moment.
  func snapshot(asOf moment: Moment?, _ patience: Patience = .endless) throws -> ViewSnapshot {
    let head = try reader.atHead()
    guard let moment else { return head }
    let position = try position(of: moment, in: head)
    return position == head.position ? head : try reader.at(position, patience)
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
