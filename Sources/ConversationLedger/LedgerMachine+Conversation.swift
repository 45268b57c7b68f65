import ConversationCoding
import Conversations
import EventStore
import Projections

extension LedgerMachine {
  /// Applies a command to a conversation: sight, key, expected position, then the rules.
  mutating func apply(
    _ request: ConversationRequest,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    guard let head = try state.head(of: request.conversation) else {
      throw Refusal(.conversationNotFound, "there is no such conversation")
    }
    try head.state.requireSight(of: request.caller, registry: state.registry)
    guard request.idempotencyKey != nil else {
      return try applyNew(request, head, AppendTerms(), batch)
    }
    let key = try idempotencyKeyBytes(request.idempotencyKey)
    let fingerprint = fingerprint { $0.put(canonical: request.command) }
    let place = KeyPlace(.conversation(start: head.start), key)
    if let answer = try answer(to: place, fingerprint) { return answer }
    if let answer = try answerOfSuccessor(to: request, head) { return answer }
    let terms = AppendTerms(key: key, fingerprint: fingerprint)
    let answer = try applyNew(request, head, terms, batch)
    remember(answer, under: place, fingerprint, state.overlay.position)
    return answer
  }

  /// Applies a command that did not come before.
  private mutating func applyNew(
    _ request: ConversationRequest,
    _ head: Head,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    let isSuccessorWanted = begins(request, after: head, at: batch.time)
    if !isSuccessorWanted { try state.registry.requireUnerased(head.conversation, head.state) }
    if let expected = request.expectedPosition, expected != head.lastPosition {
      throw Refusal(
        .wrongExpectedPosition,
        "the conversation is at position \(head.lastPosition), not \(expected); read it again",
        actualPosition: head.lastPosition,
      )
    }
    if isSuccessorWanted { return try startSuccessor(of: head, request, batch) }
    return try decide(request, head, terms, batch)
  }

  /// Whether a request begins the conversation that follows an expired one: the visitor writes.
  private func begins(_ request: ConversationRequest, after head: Head, at time: Int64) -> Bool {
    guard case .post(as: .visitor(head.state.visitor), _) = request.command else { return false }
    return isExpired(head, at: time)
  }

  /// Lets the rules decide, and records the events or the refusal (R8).
  private mutating func decide(
    _ request: ConversationRequest,
    _ head: Head,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    do {
      let events = try head.state.decide(
        request.command,
        by: request.caller,
        registry: state.registry,
        rules: rules,
      )
      guard !events.isEmpty else {
        return try answerHeld(request.command, head, terms, batch)
      }
      let slot = head.keySlot
      let appended = try append(
        events,
        to: head.conversation,
        after: head,
        slot: slot,
        terms,
        batch,
      )
      return .done(receipt(appended.last))
    } catch let refusal as Refusal {
      let event = head.state.refusalEvent(of: request.command, for: refusal)
      guard let event else { throw refusal }
      let slot = head.keySlot
      _ = try append([event], to: head.conversation, after: head, slot: slot, terms, batch)
      return .refused(refusal)
    }
  }

  /// Answers a command that asks what holds already (R12); an event keeps its key, if it has one
  /// (docs/decisions/0009).
  private mutating func answerHeld(
    _ command: ConversationCommand,
    _ head: Head,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    if !terms.key.isEmpty, let event = head.state.repeatEvent(of: command) {
      let slot = head.keySlot
      _ = try append([event], to: head.conversation, after: head, slot: slot, terms, batch)
    }
    return .done(receipt(head, position: head.state.controlSince, isRepeated: true))
  }

  /// Whether the conversation's session is over (R21).
  private func isExpired(_ head: Head, at time: Int64) -> Bool {
    !head.state.isEnded && head.isExpired(at: time, registry: state.registry)
  }

  /// Starts the conversation that follows an expired one, with the visitor's message (R21).
  private mutating func startSuccessor(
    of head: Head,
    _ request: ConversationRequest,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    guard case .post(_, let message) = request.command else { throw NothingToAppend() }
    var start = StartRequest(
      conversation: request.successor,
      deployment: head.state.deployment,
      visitor: head.state.visitor,
      caller: request.caller,
    )
    start.idempotencyKey = request.idempotencyKey.map { successorKey(head, $0) }
    return try self.start(start, batch, with: firstMessage(message, of: head))
  }

  /// The first answer to a visitor's message that began a successor when it came before.
  private mutating func answerOfSuccessor(
    to request: ConversationRequest,
    _ head: Head,
  ) throws -> LedgerAnswer? {
    guard case .post(as: .visitor, let message) = request.command,
      let key = request.idempotencyKey.map({ successorKey(head, $0) })
    else { return nil }
    let (deployment, visitor) = (head.state.deployment, head.state.visitor)
    let place = KeyPlace(.start(deployment, visitor), Array(key.utf8))
    guard let origin = state.registry.deployments[deployment]?.bot else { return nil }
    let started = NewConversationEvent(
      .started(bot: origin, deployment: deployment, visitor: visitor)
    )
    let fingerprint = fingerprint(of: [started] + firstMessage(message, of: head))
    return try answer(to: place, fingerprint)
  }

  /// The key of the start that a keyed message to an expired conversation causes.
  private func successorKey(_ head: Head, _ key: String) -> String {
    // A key may have 255 bytes already, so its hash stands for it.
    let hash = fingerprint { $0.put(key) }
    return "after \(head.conversation) \(hexadecimal(hash))"
  }

  private func firstMessage(_ message: EventBody, of head: Head) -> [NewConversationEvent] {
    [NewEvent(.messagePosted(by: .visitor(head.state.visitor)), message)]
  }

  /// Begins a conversation.
  mutating func start(
    _ request: StartRequest,
    _ batch: PendingBatch,
    with messages: [NewConversationEvent] = [],
  ) throws -> LedgerAnswer {
    let deployment = try state.registry.deployment(
      request.deployment,
      toStartFor: request.visitor,
      by: request.caller,
    )
    try requireOrdinary(request.conversation)
    let key = try idempotencyKeyBytes(request.idempotencyKey)
    let event = NewConversationEvent(
      .started(bot: deployment.bot, deployment: request.deployment, visitor: request.visitor),
      request.body,
    )
    let events = [event] + messages
    let fingerprint = key.isEmpty ? [] : fingerprint(of: events)
    let place = KeyPlace(.start(request.deployment, request.visitor), key)
    if !key.isEmpty, let answer = try answer(to: place, fingerprint) { return answer }
    guard try state.head(of: request.conversation) == nil else {
      throw Refusal(.alreadyRegistered, "conversation \(request.conversation) exists already")
    }
    try state.registry.requireUnerased(request.visitor)
    let slot = state.nextKeySlot
    try state.keys.provision(upTo: slot)
    let terms = AppendTerms(key: key, fingerprint: key.isEmpty ? nil : fingerprint)
    let appended = try append(
      events,
      to: request.conversation,
      after: nil,
      slot: slot,
      terms,
      batch,
    )
    var receipt = receipt(appended.last)
    receipt.position = appended.first
    let answer = LedgerAnswer.done(receipt)
    if !key.isEmpty { remember(answer, under: place, fingerprint, appended.first) }
    return answer
  }
}

extension Head {
  /// Whether the session is over at a moment (R21).
  func isExpired(at time: Int64, registry: Registry) -> Bool {
    state.isExpired(
      at: Timestamp(microseconds: time),
      silentSince: Timestamp(microseconds: lastMessageAt),
      registry: registry,
    )
  }
}
