import ConversationCoding
import Conversations
import EventStore
import Projections

/// The bytes of an idempotency key; empty if there is none.
func idempotencyKeyBytes(_ key: String?) throws(Refusal) -> [UInt8] {
  guard let key else { return [] }
  let bytes = Array(key.utf8)
  guard (1...255).contains(bytes.count) else {
    throw Refusal(.malformedBody, "an idempotency key has 1 to 255 bytes, not \(bytes.count)")
  }
  return bytes
}

/// Refuses the identifiers of the streams that are of no conversation.
func requireOrdinary(_ conversation: ConversationID) throws(Refusal) {
  guard conversation.value == administrationStream || conversation.value == auditStream else {
    return
  }
  throw Refusal(
    .malformedBody,
    "a conversation cannot have the identifier \(conversation); the ledger keeps it for itself",
  )
}

extension LedgerMachine {
  /// The fingerprint of what is written.
  func fingerprint(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    write(&writer)
    return writer.fingerprint
  }

  /// The fingerprint of events.
  func fingerprint(of events: [NewConversationEvent]) -> [UInt8] {
    fingerprint { writer in
      for event in events { writer.put(canonical: EventFacts(event.event), event.body) }
    }
  }

  /// Keeps an answer until the views know its key.
  mutating func remember(
    _ answer: LedgerAnswer,
    under place: KeyPlace,
    _ fingerprint: [UInt8]?,
    _ position: UInt64,
  ) {
    guard let fingerprint, state.overlay.keys[place] != nil else { return }
    state.answers[place] = WriterState.RememberedAnswer(
      position: position,
      fingerprint: fingerprint,
      answer: answer,
    )
  }

  /// The first answer to a command that came before under the same key (R17).
  ///
  /// - Returns: The answer; `nil` if the key is new.
  /// - Throws: `idempotencyKeyReused` if the key stands for other content.
  mutating func answer(
    to place: KeyPlace,
    _ fingerprint: [UInt8],
  ) throws -> LedgerAnswer? {
    if let remembered = state.answers[place] {
      try require(remembered.fingerprint == fingerprint, at: remembered.position)
      return repeated(remembered.answer)
    }
    guard let position = try state.position(of: place) else { return nil }
    let record = try state.log.record(at: position)
    let body = try state.keys.open(record).map(EventBody.init(decoding:))
    try require(body == nil || body?.fingerprint == fingerprint, at: position)
    return try firstAnswer(record.header, body, stateRight(after: record.header))
  }

  private func require(_ isSame: Bool, at position: UInt64) throws(Refusal) {
    guard !isSame else { return }
    throw Refusal(
      .idempotencyKeyReused,
      "the idempotency key stands for other content, at position \(position); use a new key",
    )
  }

  private func repeated(_ answer: LedgerAnswer) -> LedgerAnswer {
    guard case .done(var receipt) = answer else { return answer }
    receipt.isRepeated = true
    return .done(receipt)
  }

  /// The state of a conversation right after one of its events, folded from its chain.
  private func stateRight(after header: RecordHeader) throws -> Conversation? {
    var state: Conversation?
    let chain = try self.state.log.chain(endingAt: header.position)
    try self.state.log.forEachRecord(at: chain) { record in
      state.evolve(record.header.facts.conversationEvent, at: record.header.position)
    }
    return state
  }

  /// The answer that was given when an event was recorded.
  ///
  /// - Parameters:
  ///   - header: The event's header.
  ///   - body: Its body; `nil` if that was erased.
  ///   - after: The conversation's state right after it.
  /// - Returns: The answer, marked as a repeated one.
  func firstAnswer(
    _ header: RecordHeader,
    _ body: EventBody?,
    _ after: Conversation?,
  ) -> LedgerAnswer {
    var receipt = Receipt(
      conversation: ConversationID(header.stream),
      position: header.position,
      holder: after?.holder,
      isRepeated: true,
    )
    switch header.facts.conversationEvent {
    case .handoverRefused(let code, _, _):
      var agent: AgentID?
      if code == .agentInControl, case .agent(let name) = after?.control { agent = name }
      return .refused(Refusal(code, body?.reason ?? code.name, agent: agent))
    case .handedOver(_, _, let module): receipt.module = module
    case .requestRepeated: receipt.position = after?.controlSince ?? header.position
    default: break
    }
    return .done(receipt)
  }

  /// The receipt of an event that was appended.
  func receipt(_ header: RecordHeader) -> Receipt {
    var receipt = Receipt(
      conversation: ConversationID(header.stream),
      position: header.position,
      holder: state.overlay.head(start: header.streamStart)?.state.holder,
      isRepeated: false,
    )
    if case .handedOver(_, _, let module) = header.facts.conversationEvent {
      receipt.module = module
    }
    return receipt
  }

  /// A receipt at a position.
  func receipt(_ head: Head, position: UInt64, isRepeated: Bool) -> Receipt {
    Receipt(
      conversation: head.conversation,
      position: position,
      holder: head.state.holder,
      isRepeated: isRepeated,
    )
  }
}
