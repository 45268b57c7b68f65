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
  ///   - patience: How long to wait.
  /// - Returns: The row, and where the conversation stands.
  /// - Throws: `LedgerError` `.notFound` if it is not there at that moment, `.cutOff` if it takes
  ///   too long.
  public func page(
    of id: ConversationID,
    asOf: Moment? = nil,
    patience: Patience = .endless,
  ) throws -> ConversationPage {
    try LedgerError.wrapping {
      let snapshot = try snapshot(asOf: asOf, patience)
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

extension Ledger {
  /// The name of the agent in control of a conversation; `nil` if none is.
  public func agentInControl(of conversation: ConversationID) throws -> String? {
    try LedgerError.wrapping { try reader.atHead().head(of: conversation).flatMap(agentName) }
  }

  /// What is known of a conversation, for those who are about to change it.
  public func conversation(_ id: ConversationID) throws -> ConversationSummary? {
    try LedgerError.wrapping {
      guard let head = try reader.atHead().head(of: id) else { return nil }
      return ConversationSummary(state: head.state, lastPosition: head.lastPosition)
    }
  }

  /// The state of a conversation, if a caller may know of it.
  ///
  /// - Parameters:
  ///   - id: Which one.
  ///   - caller: Who asks.
  /// - Returns: How it stands at the log's head.
  /// - Throws: `conversation_not_found` for what is not there and for what is another owner's.
  public func conversation(
    _ id: ConversationID,
    seenBy caller: Caller,
  ) throws -> Conversation {
    let (state, registry) = try LedgerError.wrapping {
      let snapshot = try reader.atHead()
      return (try snapshot.head(of: id)?.state, snapshot.registry)
    }
    guard let state else {
      throw Refusal(.conversationNotFound, "there is no such conversation")
    }
    try state.requireSight(of: caller, registry: registry)
    return state
  }

  /// The conversation a visitor began last by a deployment; `nil` if there is none.
  public func lastConversation(
    of visitor: VisitorID,
    by deployment: DeploymentID,
  ) throws -> ConversationID? {
    try LedgerError.wrapping {
      try reader.atHead().lastHead(of: visitor, by: deployment)?.conversation
    }
  }
}

/// What the rules know of a conversation, and where it stands.
public struct ConversationSummary: Hashable, Sendable {
  /// The state the rules look at.
  public var state: Conversation
  /// The position of its last event.
  public var lastPosition: UInt64
}
