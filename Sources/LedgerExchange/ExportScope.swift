import ConversationLedger
public import Conversations

/// What to export.
public enum ExportScope: Sendable, Hashable {
  /// Everything.
  case all
  /// The conversations of an inbox.
  case inbox(BotID)
  /// One conversation.
  case conversation(ConversationID)
}

extension Ledger {
  /// Walks over the conversations of a scope, inbox by inbox, the latest activity first.
  func forEachConversation(
    in scope: ExportScope,
    _ body: (ConversationID) throws -> Void,
  ) throws {
    switch scope {
    case .conversation(let conversation): try body(conversation)
    case .inbox(let bot): try forEachConversation(inInboxOf: bot, body)
    case .all:
      for bot in try registry().bots.keys.sorted() {
        try forEachConversation(inInboxOf: bot, body)
      }
    }
  }

  /// Walks over the events of a scope: the whole log in its order, or one conversation after the
  /// other.
  func forEachEvent(in scope: ExportScope, _ body: (RecordedEvent) throws -> Void) throws {
    guard scope != .all else {
      return try forEachEvent(from: 1, through: try headPosition(), body)
    }
    try forEachConversation(in: scope) { conversation in
      for event in try events(of: conversation).events { try body(event) }
    }
  }
}
