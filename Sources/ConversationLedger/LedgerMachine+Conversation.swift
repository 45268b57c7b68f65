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
    let line = try line(of: request.command, addressedTo: head)
    guard request.idempotencyKey != nil else {
      return try applyNew(request, line, AppendTerms(), batch)
    }
    let key = try idempotencyKeyBytes(request.idempotencyKey)
    let asked = content(of: request.command)
    for place in places(of: key, in: line) {
      if let answer = try answer(to: place, asked) { return answer }
    }
    if let answer = try answerOfSuccessor(to: request, line, asked) { return answer }
    let terms = AppendTerms(key: line.recordedKey(key), fingerprint: asked.fingerprint)
    return try applyNew(request, line, terms, batch)
  }

  /// Applies a command that did not come before.
  private mutating func applyNew(
    _ request: ConversationRequest,
    _ line: ConversationLine,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    let newest = line.newest
    let isSuccessorWanted = line.isOfVisitor && isExpired(newest, at: batch.time)
    if !isSuccessorWanted {
      try state.registry.requireUnerased(newest.conversation, newest.state)
    }
    let position = line.addressed.lastPosition
    if let expected = request.expectedPosition, expected != position {
      throw Refusal(
        .wrongExpectedPosition,
        "the conversation is at position \(position), not \(expected); read it again",
        actualPosition: position,
      )
    }
    if isSuccessorWanted { return try startSuccessor(in: line, request, terms, batch) }
    return try decide(request, newest, terms, batch)
  }

  /// Lets the rules decide, and records the events or the refusal (R8).
  private mutating func decide(
    _ request: ConversationRequest,
    _ head: Head,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    let command = resolved(request.command) { _ in request.command.resolved(in: head.state) }
    do {
      let events = try head.state.decide(
        command,
        by: request.caller,
        registry: state.registry,
        rules: rules,
      )
      guard !events.isEmpty else { return try answerHeld(command, head, terms, batch) }
      let appended = try append(
        events,
        to: head.conversation,
        after: head,
        slot: head.keySlot,
        terms,
        batch,
      )
      return remembered(.done(receipt(appended.last)), terms, appended, batch)
    } catch let refusal as Refusal {
      let event = head.state.refusalEvent(of: command, for: refusal)
      guard let event else { throw refusal }
      let slot = head.keySlot
      let appended = try append(
        [event],
        to: head.conversation,
        after: head,
        slot: slot,
        terms,
        batch,
      )
      return remembered(.refused(refusal), terms, appended, batch)
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
    let answer = LedgerAnswer.done(
      receipt(head, position: head.state.controlSince, isRepeated: true)
    )
    guard !terms.key.isEmpty, let event = head.state.repeatEvent(of: command) else {
      return answer
    }
    let slot = head.keySlot
    let appended = try append(
      [event],
      to: head.conversation,
      after: head,
      slot: slot,
      terms,
      batch,
    )
    return remembered(answer, terms, appended, batch)
  }

  /// Whether the conversation's session is over (R21).
  private func isExpired(_ head: Head, at time: Int64) -> Bool {
    !head.state.isEnded && head.isExpired(at: time, registry: state.registry)
  }

  /// Begins a conversation.
  mutating func start(
    _ request: StartRequest,
    _ batch: PendingBatch,
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
    var terms = AppendTerms(key: key)
    if !key.isEmpty {
      let asked = AskedContent(fingerprint(of: [event]))
      let place = KeyPlace(.start(request.deployment, request.visitor), key)
      if let answer = try answer(to: place, asked) { return answer }
      terms.fingerprint = asked.fingerprint
    }
    try request.requireOwnName()
    try request.body.requireShortNames()
    return try begin(request.conversation, of: request.visitor, with: [event], terms, batch)
  }

  /// Begins a conversation that is not there yet with some events, all or none of them.
  mutating func begin(
    _ conversation: ConversationID,
    of visitor: VisitorID,
    with events: [NewConversationEvent],
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    guard try state.head(of: conversation) == nil else {
      throw Refusal(.alreadyRegistered, "conversation \(conversation) exists already")
    }
    try state.registry.requireUnerased(visitor)
    let slot = state.nextKeySlot
    try state.keys.provision(upTo: slot)
    let appended = try append(events, to: conversation, after: nil, slot: slot, terms, batch)
    var receipt = receipt(appended.last)
    receipt.position = appended.first.position
    return remembered(.done(receipt), terms, appended, batch)
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
