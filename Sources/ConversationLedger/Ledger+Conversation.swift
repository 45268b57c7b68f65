public import Conversations
import EventStore
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
    try answering { present in
      guard let past = try past(of: id, asOf: asOf, in: present, patience) else {
        throw LedgerError(.notFound, "there is no conversation \(id)")
      }
      let query = InboxQuery(of: past.head.state.holder)
      let filter = InboxFilter(query, past.registry, at: asOf == nil ? now : past.time)
      return ConversationPage(
        conversationId: id.description,
        position: past.position,
        lastPosition: past.head.lastPosition,
        complete: true,
        count: 1,
        row: try row(past.head, filter),
      )
    }
  }

  /// A conversation at a moment, folded from its own chain and the registry's.
  private func past(
    of id: ConversationID,
    asOf moment: Moment?,
    in present: ViewSnapshot,
    _ patience: Patience,
  ) throws -> ConversationMoment? {
    let position = try position(of: moment, in: present)
    let head = try present.head(of: id, at: position, in: log) { try patience.check() }
    guard let head else { return nil }
    guard position < present.position else {
      return ConversationMoment(head, position, present.time, present.registry)
    }
    let last = present.overlay.totals.administration.last
    let chain = last <= position ? [] : try log.chain(endingAt: last, after: 0)
    let registry =
      last <= position
      ? present.registry : try reader.registry(through: chain.last { $0 <= position } ?? 0)
    let time = try log.record(at: position).header.recordedAt
    return ConversationMoment(head, position, time, registry)
  }
}

/// What is known of a conversation at a moment.
private struct ConversationMoment {
  let head: Head
  let position: UInt64
  /// The time of the last event by then, in microseconds since 1970.
  let time: Int64
  let registry: Registry

  init(_ head: Head, _ position: UInt64, _ time: Int64, _ registry: Registry) {
    (self.head, self.position, self.time, self.registry) = (head, position, time, registry)
  }
}

extension Ledger {
  /// The name of the agent in control of a conversation; `nil` if none is, or another one than the
  /// one that is meant.
  public func agentInControl(
    of conversation: ConversationID,
    as agent: AgentID?,
  ) throws -> String? {
    try answering { snapshot in
      guard let agent, let head = try snapshot.head(of: conversation),
        head.state.control == .agent(agent)
      else { return nil }
      return try agentName(head)
    }
  }

  /// What is known of a conversation, for those who are about to change it.
  public func conversation(_ id: ConversationID) throws -> ConversationSummary? {
    try answering { present in
      guard let head = try present.head(of: id) else { return nil }
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
    let (state, registry) = try answering { (try $0.head(of: id)?.state, $0.registry) }
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
    try answering { try $0.lastHead(of: visitor, by: deployment)?.conversation }
  }
}

/// What the rules know of a conversation, and where it stands.
public struct ConversationSummary: Hashable, Sendable {
  /// The state the rules look at.
  public var state: Conversation
  /// The position of its last event.
  public var lastPosition: UInt64
}
