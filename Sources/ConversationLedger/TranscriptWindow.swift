import ConversationCoding
public import Conversations
import EventStore
import Projections

/// Which entries of a long transcript are read.
public enum TranscriptPlace: Hashable, Sendable {
  /// The last ones.
  case end
  /// Those before the event at a position.
  case before(UInt64)
  /// Those around the event at a position.
  case around(UInt64)
}

/// A part of a transcript: where it lies, and how to go on from it.
public struct TranscriptWindow: Hashable, Sendable {
  /// The log position it was computed at.
  public var position: UInt64
  /// The position of the conversation's first event.
  public var start: UInt64
  /// How many events the conversation had then.
  public var events: UInt32
  /// The places of the first and the last event of the part among those, from one; `nil` if it has
  /// no entry.
  public var numbers: ClosedRange<UInt32>?
  /// The position before which there are further entries; `nil` if there are none.
  public var earlier: UInt64?
  /// The position of the first entry behind the part; `nil` if there is none.
  public var later: UInt64?
}

/// The most events that are looked at to find the entries of a part: a conversation may have many
/// that are no entries, such as variables that were set.
private let lookLimit = 20_000

extension Ledger {
  /// Reads a part of a transcript, from its end backwards.
  ///
  /// It costs what is read: an entry is opened when it is given to the body, and only headers are
  /// looked at beside. Entries around a position cost a walk over the headers behind it.
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - place: Where in the transcript.
  ///   - limit: The most entries.
  ///   - moment: The moment to look at; now if `nil`.
  ///   - body: Takes an entry; they come in log order.
  /// - Returns: Which part that was.
  /// - Throws: `LedgerError` `.notFound` if it is not there at that moment; what `body` throws.
  public func transcript(
    of conversation: ConversationID,
    at place: TranscriptPlace,
    limit: Int,
    asOf moment: Moment? = nil,
    _ body: (TranscriptEntry) throws -> Void,
  ) throws -> TranscriptWindow {
    try LedgerError.wrapping {
      let (head, position, registry) = try head(of: conversation, asOf: moment)
      guard let last = try lastHeader(of: head, through: position) else {
        throw LedgerError(.notFound, "there is no conversation \(conversation)")
      }
      let found = try found(at: place, limit, of: head, endingAt: last)
      var authors = TranscriptAuthors(
        startedWith: try event(at: head.start).body,
        registry: registry,
      )
      for header in found.headers {
        let event = try event(at: header.position)
        let shown = head.state.isErased ? event.erasedIfBlank : event
        if let entry = TranscriptEntry(shown, &authors) { try body(entry) }
      }
      let ends = (found.headers.first?.streamPosition, found.headers.last?.streamPosition)
      return TranscriptWindow(
        position: position,
        start: head.start,
        events: last.streamPosition,
        numbers: ends.0.flatMap { first in ends.1.map { first...$0 } },
        earlier: found.earlier,
        later: found.later,
      )
    }
  }

  /// Reads one event of a conversation whole.
  ///
  /// - Parameters:
  ///   - position: Its position.
  ///   - conversation: Whose event it is.
  /// - Returns: The event; `nil` if there is none of the conversation at the position.
  /// - Throws: `LedgerError` `.notFound` if there is no such conversation.
  public func event(at position: UInt64, of conversation: ConversationID) throws -> EventRow? {
    try LedgerError.wrapping {
      let (head, _, _) = try head(of: conversation, asOf: nil)
      guard try ownHeader(of: head, at: position) != nil else { return nil }
      let event = try event(at: position)
      return EventRow(head.state.isErased ? event.erasedIfBlank : event)
    }
  }

  /// The headers of the entries of a part, in log order, and where to go on.
  private func found(
    at place: TranscriptPlace,
    _ limit: Int,
    of head: Head,
    endingAt last: RecordHeader,
  ) throws -> (headers: [RecordHeader], earlier: UInt64?, later: UInt64?) {
    switch place {
    case .end: return try found(from: last.position, limit)
    case .before(let position):
      guard position <= last.position else { return try found(from: last.position, limit) }
      guard let own = try ownHeader(of: head, at: position) else {
        return try found(at: .around(position), limit, of: head, endingAt: last)
      }
      var part = try found(from: own.previous, limit)
      part.later = own.position
      return part
    case .around(let position):
      let (behind, end, later) = try entries(behind: position, limit / 2, from: last.position)
      var part = try found(from: end, limit - behind.count)
      part.headers += behind
      part.later = later
      return part
    }
  }

  /// Walks back from an event until there are enough entries.
  private func found(
    from last: UInt64,
    _ limit: Int,
  ) throws -> (headers: [RecordHeader], earlier: UInt64?, later: UInt64?) {
    var (headers, looked, earlier) = ([RecordHeader](), 0, UInt64?.none)
    try walkBack(from: last) { header in
      looked += 1
      guard TranscriptEntry.kind(of: header.facts.conversationEvent) != nil else {
        earlier = looked < lookLimit || header.previous == 0 ? nil : header.position
        return earlier == nil
      }
      guard headers.count < limit else {
        earlier = headers.last?.position
        return false
      }
      headers.append(header)
      return true
    }
    return (headers.reversed(), earlier, nil)
  }

  /// The nearest entries behind a position, in log order; the last event at or before it; and the
  /// entry that comes behind those.
  private func entries(
    behind position: UInt64,
    _ limit: Int,
    from last: UInt64,
  ) throws -> (headers: [RecordHeader], end: UInt64, later: UInt64?) {
    // A ring of the last headers that were walked over; the one that falls out comes behind them.
    var (ring, next, end, later) = ([RecordHeader](), 0, UInt64(0), UInt64?.none)
    try walkBack(from: last) { header in
      guard header.position > position else {
        end = header.position
        return false
      }
      guard TranscriptEntry.kind(of: header.facts.conversationEvent) != nil else { return true }
      if ring.count < limit {
        ring.append(header)
      } else {
        later = ring.isEmpty ? header.position : ring[next].position
        if !ring.isEmpty { ring[next] = header }
        next = ring.isEmpty ? 0 : (next + 1) % ring.count
      }
      return true
    }
    return ((ring[next...] + ring[..<next]).reversed(), end, later)
  }
}
