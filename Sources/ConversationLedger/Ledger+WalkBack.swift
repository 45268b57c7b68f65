import Conversations
import EventStore
import Projections

/// The most headers read in one transaction of a walk back: a reader that stays long keeps LMDB
/// from using freed pages again.
private let transactionLength = 4_096

extension Ledger {
  /// Walks back over the clear headers of a conversation's events, the newest first.
  ///
  /// No body is opened, so a step costs a look into the log's table and nothing else.
  ///
  /// - Parameters:
  ///   - last: The position of an event of the conversation; zero for none.
  ///   - body: Takes a header; says whether to go on.
  /// - Throws: What `body` throws; or `DamagedRecord` if a record is missing, or its predecessor is
  ///   not before it.
  func walkBack(from last: UInt64, _ body: (RecordHeader) throws -> Bool) throws {
    var next = last
    while next > 0 {
      try log.read { transaction, tables in
        for _ in 0..<transactionLength where next > 0 {
          let header = try tables.header(at: next, in: transaction)
          guard header.previous < next else {
            throw DamagedRecord(at: next, "the chain of its stream does not go back")
          }
          next = try body(header) ? header.previous : 0
        }
      }
    }
  }

  /// The last event of a conversation at or before a position.
  ///
  /// An event of the conversation itself is found at once; for any other position the events behind
  /// it are walked over.
  ///
  /// - Parameters:
  ///   - head: The conversation.
  ///   - position: The position.
  /// - Returns: The event's header; `nil` if the conversation begins later.
  /// - Throws: `DamagedRecord`.
  func lastHeader(of head: Head, through position: UInt64) throws -> RecordHeader? {
    guard position >= head.start else { return nil }
    if position < head.lastPosition, let own = try ownHeader(of: head, at: position) { return own }
    var found: RecordHeader?
    try walkBack(from: head.lastPosition) { header in
      if header.position <= position { found = header }
      return found == nil
    }
    return found
  }

  /// The header at a position, if it is of the conversation.
  func ownHeader(of head: Head, at position: UInt64) throws -> RecordHeader? {
    guard (head.start...head.lastPosition).contains(position) else { return nil }
    let header = try log.read { try $1.header(at: position, in: $0) }
    return header.streamStart == head.start ? header : nil
  }

  /// The head of a conversation, and the log position of a moment at which it was there.
  ///
  /// - Throws: `LedgerError` `.notFound` if it was not.
  func head(
    of conversation: ConversationID,
    asOf moment: Moment?,
  ) throws -> (head: Head, position: UInt64, registry: Registry) {
    try answering { snapshot in
      let position = try position(of: moment, in: snapshot)
      guard let head = try snapshot.head(of: conversation), head.start <= position else {
        throw LedgerError(.notFound, "there is no conversation \(conversation)")
      }
      return (head, position, snapshot.registry)
    }
  }
}
