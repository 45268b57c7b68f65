import ConversationCoding
public import Conversations
import EventStore
import Projections

/// A part of a conversation's replay: which of its events were stepped through.
public struct ReplayWindow: Hashable, Sendable {
  /// How many events the conversation has.
  public var count: Int
  /// The places of the events of the part among those, counted from zero.
  public var range: Range<Int>
  /// The place of the event that was asked for.
  public var here: Int
  /// The positions of the conversation's first and last event.
  public var ends: ClosedRange<UInt64>
}

extension Ledger {
  /// Steps through the events around a position of a conversation.
  ///
  /// The state before them is folded from the headers of the events before; only the bodies of the
  /// part are opened.
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - position: The last event at or before it is asked for; the last one of all if `nil`.
  ///   - distance: How many events before and behind that one are stepped through.
  ///   - body: Takes a step; they come in log order.
  /// - Returns: Which part that was.
  /// - Throws: `LedgerError` `.notFound` for an unknown conversation; what `body` throws.
  public func replay(
    of conversation: ConversationID,
    at position: UInt64?,
    within distance: Int,
    _ body: (ReplayStep) throws -> Void,
  ) throws -> ReplayWindow {
    try LedgerError.wrapping {
      let (head, _, _) = try head(of: conversation, asOf: nil)
      let chain = try log.chain(endingAt: head.lastPosition)
      let here = max(0, chain.partitioningIndex { $0 > position ?? .max } - 1)
      let range = max(0, here - distance)..<min(chain.count, here + distance + 1)
      var walk = try walk(over: chain[..<range.lowerBound])
      for position in chain[range] {
        let event = try event(at: position)
        try body(walk.step(through: head.state.isErased ? event.erasedIfBlank : event))
      }
      return ReplayWindow(
        count: chain.count,
        range: range,
        here: here,
        ends: head.start...head.lastPosition,
      )
    }
  }

  /// A replay's walk behind some events of a conversation.
  private func walk(over chain: ArraySlice<UInt64>) throws -> ReplayWalk {
    var (walk, tookOverAt) = (ReplayWalk(), UInt64?.none)
    try log.read { transaction, tables in
      for position in chain {
        let event = try tables.header(at: position, in: transaction).facts.conversationEvent
        walk.state.evolve(event, at: position)
        if case .agentTookOver = event { tookOverAt = position }
      }
    }
    if let tookOverAt {
      let body = try event(at: tookOverAt).body
      walk.agent = body?.authorName ?? body?.authorID
    }
    return walk
  }
}

extension [UInt64] {
  /// The index of the first position a condition holds for, in a list in which it holds for all
  /// behind it too.
  fileprivate func partitioningIndex(where holds: (UInt64) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
