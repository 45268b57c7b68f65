import ConversationCoding
import Conversations
import EventStore
import Projections

extension LedgerMachine {
  /// The bytes of an idempotency key; empty if there is none.
  func keyBytes(_ key: String?) throws(Refusal) -> [UInt8] {
    guard let key else { return [] }
    let bytes = Array(key.utf8)
    guard (1...255).contains(bytes.count) else {
      throw Refusal(.malformedBody, "an idempotency key has 1 to 255 bytes, not \(bytes.count)")
    }
    return bytes
  }

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
    _ head: Head?,
  ) throws -> LedgerAnswer? {
    if let remembered = state.answers[place] {
      try require(remembered.fingerprint == fingerprint, at: remembered.position)
      return repeated(remembered.answer)
    }
    guard let position = try state.position(of: place) else { return nil }
    let record = try state.log.record(at: position)
    let body = try state.keys.open(record).map(EventBody.init(decoding:))
    try require(body == nil || body?.fingerprint == fingerprint, at: position)
    return try answer(recordedAs: record, body, head)
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

  /// The answer that goes with a recorded event.
  private mutating func answer(
    recordedAs record: Record,
    _ body: EventBody?,
    _ head: Head?,
  ) throws -> LedgerAnswer {
    let header = record.header
    let conversation = ConversationID(header.stream)
    switch header.facts.conversationEvent {
    case .handoverRefused(let code, _, _):
      return .refused(Refusal(code, body?.reason ?? code.name))
    case .handedOver(_, let holder, let module):
      return .done(
        Receipt(
          conversation: conversation,
          position: header.position,
          holder: holder,
          module: module,
          isRepeated: true,
        )
      )
    case .started(let holder, _, _), .agentHandedBack(_, let holder, _):
      return .done(
        Receipt(
          conversation: conversation,
          position: header.position,
          holder: holder,
          isRepeated: true,
        )
      )
    default:
      let holder = try head ?? state.head(of: conversation)
      return .done(
        Receipt(
          conversation: conversation,
          position: header.position,
          holder: holder?.state.holder,
          isRepeated: true,
        )
      )
    }
  }

  /// The receipt of an event that was appended.
  func receipt(_ header: RecordHeader) -> Receipt {
    var receipt = Receipt(
      conversation: ConversationID(header.stream),
      position: header.position,
      holder: state.overlay.heads[header.streamStart]?.state.holder,
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
