import Conversations
import EventStore
import Projections

extension LedgerMachine {
  /// Applies a step of an erasure.
  mutating func apply(_ step: ErasureStep, _ batch: PendingBatch) throws -> LedgerAnswer {
    switch step {
    case .order(let command, let caller):
      var order = command.order
      let heads = try erasure(command, at: batch.time).heads()
      order.conversations = heads.map(\.conversation)
      return try apply(.orderErasure(order), caller, batch)
    case .record(let conversations, let order):
      let heads = try conversations.compactMap { try state.head(of: $0) }
      let events = try heads.filter { !$0.state.isErased }.flatMap { head in
        try layOut(order, in: head, batch)
      }
      for event in events { take(event) }
      return .recorded([])
    case .finish(let order, let keys):
      return try apply(.finishErasure(order: order, keys: keys), .trusted, batch)
    }
  }

  private func erasure(_ command: ErasureCommand, at time: Int64) -> ErasureSelection {
    let state = state
    return ErasureSelection(
      command: command,
      registry: state.registry,
      time: time,
      headOf: { try state.unchangedHead(of: $0) },
      headsOf: { try state.heads(of: $0) },
    )
  }

  /// Says in a conversation that it was erased; the words about that are under the ledger's key.
  private func layOut(
    _ order: ErasureOrder,
    in head: Head,
    _ batch: PendingBatch,
  ) throws -> [LaidOut] {
    let event = NewConversationEvent(.visitorErased(head.state.visitor), order.note)
    return try layOut(
      [event],
      to: head.conversation,
      after: head,
      slot: state.registry.keyLosses.ownSlot,
      AppendTerms(),
      batch,
    )
  }
}

/// Which conversations an order reaches, at one log position.
struct ErasureSelection {
  let command: ErasureCommand
  let registry: Registry
  /// The moment of the decision, in microseconds since 1970.
  let time: Int64
  let headOf: (ConversationID) throws -> Head?
  let headsOf: (VisitorID) throws -> [Head]

  /// The conversations.
  ///
  /// - Throws: `Refusal` if there is none such, or none is left to erase.
  func heads() throws -> [Head] {
    switch command.order.subject {
    case .visitor(let visitor): try heads(of: visitor)
    case .conversation(let conversation): [try head(of: conversation)]
    case .retention: try candidates()
    }
  }

  private func heads(of visitor: VisitorID) throws -> [Head] {
    let all = try headsOf(visitor)
    guard !all.isEmpty else {
      throw Refusal(.conversationNotFound, "there is no conversation of visitor \(visitor)")
    }
    let left = all.filter { !isErased($0) }
    guard !left.isEmpty || !registry.erasures.visitors.contains(visitor) else {
      throw Refusal(.visitorErased, "visitor \(visitor) was erased already")
    }
    return left
  }

  private func head(of conversation: ConversationID) throws -> Head {
    guard let head = try headOf(conversation) else {
      throw Refusal(.conversationNotFound, "there is no conversation \(conversation)")
    }
    guard !isErased(head) else {
      throw Refusal(.visitorErased, "conversation \(conversation) was erased already")
    }
    let sharing = try sharing(head)
    guard sharing.isEmpty else {
      throw Refusal(
        .notPermitted,
        "conversation \(conversation) shares its key with \(sharing.count) others of its visitor, "
          + "because it was written by an earlier version; erase visitor \(head.state.visitor)",
      )
    }
    return head
  }

  /// The candidates of a retention rule that it fits; one that shares its key with a conversation
  /// it does not fit is kept.
  private func candidates() throws -> [Head] {
    let heads = try command.order.conversations.compactMap { try headOf($0) }.filter(fits)
    let chosen = Set(heads.map(\.conversation))
    return try heads.filter { head in
      try sharing(head).allSatisfy { chosen.contains($0.conversation) }
    }
  }

  /// Whether a retention rule fits a conversation: long without activity, and over.
  func fits(_ head: Head) -> Bool {
    guard case .retention(let bot) = command.order.subject, !isErased(head),
      bot == nil || bot == head.state.holder,
      let cut = command.order.inactiveSince, head.lastActivityAt < cut.microseconds
    else { return false }
    if head.state.isEnded { return true }
    return !command.isEndedOnly && head.isExpired(at: time, registry: registry)
  }

  private func isErased(_ head: Head) -> Bool {
    head.state.isErased || registry.erasures.reach(head.conversation)
  }

  /// The other conversations sealed with the same key that are not erased.
  private func sharing(_ head: Head) throws -> [Head] {
    try headsOf(head.state.visitor).filter { other in
      other.keySlot == head.keySlot && other.start != head.start && !isErased(other)
    }
  }
}
