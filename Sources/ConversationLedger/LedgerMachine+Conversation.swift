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
    let key = try keyBytes(request.idempotencyKey)
    let fingerprint = key.isEmpty ? nil : fingerprint { $0.put(canonical: request.command) }
    let place = KeyPlace(.conversation(start: head.start), key)
    if let fingerprint, let answer = try answer(to: place, fingerprint, head) { return answer }
    if let expected = request.expectedPosition, expected != head.lastPosition {
      throw Refusal(
        .wrongExpectedPosition,
        "the conversation is at position \(head.lastPosition), not \(expected); read it again",
        actualPosition: head.lastPosition,
      )
    }
    if let message = visitorMessage(request), isExpired(head, at: batch.time) {
      return try startSuccessor(of: head, request, message, batch)
    }
    let terms = AppendTerms(key: key, fingerprint: fingerprint)
    let answer = try decide(request, head, terms, batch)
    remember(answer, under: place, fingerprint, state.overlay.position)
    return answer
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
      return try record(events, head, terms, batch)
    } catch let refusal as Refusal {
      let event = head.state.refusalEvent(of: request.command, for: refusal)
      guard let event else { throw refusal }
      let slot = head.keySlot
      _ = try append([event], to: head.conversation, after: head, slot: slot, terms, batch)
      return .refused(refusal)
    }
  }

  private mutating func record(
    _ events: [NewConversationEvent],
    _ head: Head,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    let headers = try append(
      events, to: head.conversation, after: head, slot: head.keySlot, terms, batch)
    guard let last = headers.last else {
      return .done(receipt(head, position: head.state.controlSince, isRepeated: true))
    }
    let after = state.overlay.heads[head.start] ?? head
    return .done(receipt(after, last))
  }

  /// The message of a visitor, if that is what the command is.
  private func visitorMessage(_ request: ConversationRequest) -> EventBody? {
    guard case .post(as: .visitor, let body) = request.command else { return nil }
    return body
  }

  /// Whether the conversation's session is over (R21).
  private func isExpired(_ head: Head, at time: Int64) -> Bool {
    !head.state.isEnded && head.isExpired(at: time, registry: state.registry)
  }

  /// Starts the conversation that follows an expired one, with the visitor's message (R21).
  private mutating func startSuccessor(
    of head: Head,
    _ request: ConversationRequest,
    _ message: EventBody,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    var start = StartRequest(
      conversation: request.successor,
      deployment: head.state.deployment,
      visitor: head.state.visitor,
      caller: request.caller,
    )
    start.idempotencyKey = request.idempotencyKey.map { "after \(head.conversation): \($0)" }
    let author = Author.visitor(head.state.visitor)
    return try self.start(start, batch, with: [NewEvent(.messagePosted(by: author), message)])
  }

  /// Begins a conversation.
  mutating func start(
    _ request: StartRequest,
    _ batch: PendingBatch,
    with messages: [NewConversationEvent] = [],
  ) throws -> LedgerAnswer {
    guard let deployment = state.registry.deployments[request.deployment] else {
      throw Refusal(.deploymentNotFound, "there is no deployment \(request.deployment)")
    }
    let key = try keyBytes(request.idempotencyKey)
    let event = NewConversationEvent(
      .started(bot: deployment.bot, deployment: request.deployment, visitor: request.visitor),
      request.body,
    )
    let events = [event] + messages
    let fingerprint = fingerprint { writer in
      for event in events { writer.put(canonical: EventFacts(event.event), event.body) }
    }
    let place = KeyPlace(.start(request.deployment, request.visitor), key)
    if !key.isEmpty, let answer = try answer(to: place, fingerprint, nil) { return answer }
    guard try state.head(of: request.conversation) == nil else {
      throw Refusal(.alreadyRegistered, "conversation \(request.conversation) exists already")
    }
    let slot = try state.keySlot(of: request.visitor)
    try state.keys.provision(upTo: slot)
    let terms = AppendTerms(key: key, fingerprint: key.isEmpty ? nil : fingerprint)
    let headers = try append(
      events, to: request.conversation, after: nil, slot: slot, terms, batch)
    let head = headers.last.flatMap { state.overlay.heads[$0.streamStart] }
    guard let last = headers.last, let head else {
      throw DamagedRecord(at: batch.nextPosition, "a conversation did not start")
    }
    let answer = LedgerAnswer.done(receipt(head, last))
    if !key.isEmpty { remember(answer, under: place, fingerprint, last.position) }
    return answer
  }
}

extension Head {
  /// Whether the session is over at a moment: too long without a message, counted by the holder's
  /// setting, and no agent in control (R21).
  func isExpired(at time: Int64, registry: Registry) -> Bool {
    if case .agent = state.control { return false }
    let minutes = registry.bots[state.holder]?.sessionMinutes ?? standardSessionMinutes
    return time - lastMessageAt > minutes * 60_000_000
  }
}
