import ConversationCoding
public import Conversations
import EventStore
import Projections

/// The most events that are looked at for the latest reasons.
private let reasonLookLimit = 4_096

extension Ledger {
  /// Reads the latest of the events that put a conversation where it is, beside its first one and
  /// the one that counts; `why` reads all of them, from the first on.
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - because: The position of the event that put it in the inbox it is in.
  ///   - limit: The most events beside those two.
  ///   - moment: The moment to look at; now if `nil`.
  ///   - body: Takes an event; they come in log order.
  /// - Returns: Whether these are all such events.
  /// - Throws: `LedgerError` `.notFound` if it is not there at that moment; what `body` throws.
  public func latestReasons(
    of conversation: ConversationID,
    because: UInt64,
    limit: Int,
    asOf moment: Moment? = nil,
    _ body: (EventRow) throws -> Void,
  ) throws -> Bool {
    try LedgerError.wrapping {
      let (head, position, _) = try head(of: conversation, asOf: moment)
      let last = try lastHeader(of: head, through: position)
      var (positions, looked, isWhole) = ([UInt64](), 0, false)
      try walkBack(from: last?.position ?? 0) { header in
        looked += 1
        isWhole = header.previous == 0
        if header.facts.conversationEvent.isReason { positions.append(header.position) }
        return looked < reasonLookLimit && positions.count < limit
      }
      let known = Set(positions)
      positions += Set([because, head.start]).filter { $0 > 0 && !known.contains($0) }
      for position in positions.sorted() where position <= last?.position ?? 0 {
        try body(EventRow(try event(at: position)))
      }
      return isWhole
    }
  }
}

extension ConversationEvent {
  /// Whether it is among what put a conversation where it is.
  var isReason: Bool {
    switch self {
    case .started, .handedOver, .handoverRefused, .agentRequested: true
    case .agentTookOver, .agentHandedBack, .ended, .visitorErased: true
    case .messagePosted, .notePosted, .variablesSet, .sourceTruncated, .foreign: false
    case .transcriptRead, .requestRepeated, .unknown: false
    }
  }
}
