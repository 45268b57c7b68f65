public import Conversations
import EventStore
import Foundation
import Projections

extension Ledger {
  /// Reads a page of an inbox.
  ///
  /// A page that goes on behind another one is of the same list: as it was at the position of the
  /// first page, whatever has moved since.
  ///
  /// - Parameters:
  ///   - query: What to look for.
  ///   - patience: How long to wait.
  /// - Returns: The page.
  /// - Throws: `LedgerError` `.notFound` for an unknown bot, `.malformedQuery` for a bad cursor,
  ///   `.cursorExpired` for one of a page that was read too long ago, `.cutOff` if it takes too
  ///   long.
  public func inbox(_ query: InboxQuery, patience: Patience = .endless) throws -> InboxPage {
    let cursor = try query.after.map { try InboxCursor($0, for: query) }
    return try answering { present in
      let snapshot = try snapshot(of: query, cursor, in: present, patience)
      guard try isKnown(query.bot, tookPart: query.tookPart, in: snapshot) else {
        throw LedgerError(.notFound, "there is no bot \(query.bot)")
      }
      let time = query.asOf == nil ? now : snapshot.time
      let filter = InboxFilter(query, snapshot.registry, at: cursor?.time ?? time)
      var reading = InboxReading(ledger: self, query: query, snapshot, filter, patience)
      return try reading.page(behind: cursor)
    }
  }

  /// The moment a page is of.
  private func snapshot(
    of query: InboxQuery,
    _ cursor: InboxCursor?,
    in present: ViewSnapshot,
    _ patience: Patience,
  ) throws -> ViewSnapshot {
    guard let cursor else { return try snapshot(asOf: query.asOf, in: present, patience) }
    // Of a moment of the past, every page costs the same.
    guard query.asOf == nil else {
      return try snapshot(at: cursor.position, in: present, patience)
    }
    guard cursor.position < present.position else {
      if cursor.position == present.position { return present }
      throw LedgerError(
        .cursorExpired,
        "the first page was of position \(cursor.position), but the log ends at "
          + "\(present.position): it is another log or an older copy; read the first page again",
      )
    }
    do {
      return try reader.rewound(present, to: cursor.position, limits: rewindLimits, patience)
    } catch is TooFarBack {
      throw LedgerError(
        .cursorExpired,
        "the first page was of position \(cursor.position), and too much has happened since to "
          + "go on with it; read the first page again",
      )
    }
  }

  /// Whether there is a bot: one that is registered, or that a conversation names.
  func isKnown(_ bot: BotID, tookPart: Bool = true, in snapshot: ViewSnapshot) throws -> Bool {
    if snapshot.registry.bots[bot] != nil { return true }
    if try snapshot.count(ofInboxOf: bot).conversations() > 0 { return true }
    return try tookPart && !snapshot.heads(tookPart: bot).isEmpty
  }

  /// Walks over the conversations of an inbox, the latest activity first.
  public func forEachConversation(
    inInboxOf bot: BotID,
    _ body: (ConversationID) throws -> Void,
  ) throws {
    let conversations = try answering { snapshot in
      var conversations: [ConversationID] = []
      try snapshot.forEachHead(inInboxOf: bot, behind: nil) { head in
        conversations.append(head.conversation)
        return true
      }
      return conversations
    }
    try LedgerError.wrapping { for conversation in conversations { try body(conversation) } }
  }

  /// Walks over all conversations, whoever holds them, the one begun first first.
  public func forEachConversation(_ body: (ConversationID) throws -> Void) throws {
    let conversations = try answering { snapshot in
      var conversations: [ConversationID] = []
      try snapshot.forEachHead { conversations.append($0.conversation) }
      return conversations
    }
    try LedgerError.wrapping { for conversation in conversations { try body(conversation) } }
  }
}
