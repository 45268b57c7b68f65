public import Conversations
import Projections

extension Ledger {
  /// Walks over all conversations, the one begun first first, whoever holds them.
  public func forEachConversation(_ body: (ConversationID) throws -> Void) throws {
    try LedgerError.wrapping {
      var conversations: [ConversationID] = []
      try reader.atHead().forEachHead { conversations.append($0.conversation) }
      for conversation in conversations { try body(conversation) }
    }
  }
}
