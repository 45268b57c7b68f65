public import Conversations
import Projections

/// One conversation as a list would show it.
public struct ConversationPage: Codable, Hashable, Sendable {
  /// The conversation.
  public var conversationId: String
  /// The log position it was computed at.
  public var position: UInt64
  /// The position of the conversation's last event: what to expect for the next append (R18).
  public var lastPosition: UInt64
  /// Whether this is all of it.
  public var complete: Bool
  /// How many there are: one.
  public var count: Int
  /// The row.
  public var row: InboxRow
}

extension Ledger {
  /// Reads what a list shows of one conversation.
  ///
  /// - Parameters:
  ///   - id: Which one.
  ///   - asOf: The moment to look at; now if `nil`.
  /// - Returns: The row, and where the conversation stands.
  /// - Throws: `LedgerError` `.notFound` if it is not there at that moment.
  public func page(of id: ConversationID, asOf: Moment? = nil) throws -> ConversationPage {
    try LedgerError.wrapping {
      let snapshot = try snapshot(asOf: asOf)
      guard let head = try snapshot.head(of: id) else {
        throw LedgerError(.notFound, "there is no conversation \(id)")
      }
      var query = InboxQuery(of: head.state.holder)
      query.asOf = asOf
      let filter = InboxFilter(query, snapshot, at: asOf == nil ? now : snapshot.time)
      return ConversationPage(
        conversationId: id.description,
        position: snapshot.position,
        lastPosition: head.lastPosition,
        complete: true,
        count: 1,
        row: try row(head, snapshot, filter),
      )
    }
  }
}

extension Transcript {
  /// The transcript as a caller may read it: the visitor does not see agents' notes.
  public func seen(by caller: Caller) -> Transcript {
    guard case .visitor = caller else { return self }
    var transcript = self
    transcript.entries.removeAll { $0.kind == "note" || $0.kind == "raw" }
    transcript.count = transcript.entries.count
    return transcript
  }
}
