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

/// What a key is asked with.
struct AskedContent {
  /// The fingerprint of what was asked, its words as they are.
  let fingerprint: [UInt8]
  /// The fingerprint that an earlier release recorded for the same call, whose edges resolved
  /// words before the call was ordered; by the author of the event that bears the key.
  var earlier: (Author) -> [UInt8]?

  init(_ fingerprint: [UInt8], earlier: @escaping (Author) -> [UInt8]? = { _ in nil }) {
    self.fingerprint = fingerprint
    self.earlier = earlier
  }

  /// Whether a recorded fingerprint is of the same content.
  func isContent(of recorded: [UInt8]?, by author: Author) -> Bool {
    recorded == fingerprint || (recorded != nil && recorded == earlier(author))
  }
}

/// What an answer says of a conversation's state right after an event.
struct Standing {
  /// Who held it.
  var holder: BotID
  /// Who answered.
  var control: Conversation.Control
  /// The position of the event that gave `control`.
  var controlSince: UInt64

  /// Takes the state right after the event.
  init(_ state: Conversation) {
    (holder, control, controlSince) = (state.holder, state.control, state.controlSince)
  }
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

  /// What a command asks, as a key stands for it.
  func content(of command: ConversationCommand) -> AskedContent {
    let asked = fingerprint { $0.put(canonical: command) }
    guard let word = command.author, word.isWord else { return AskedContent(asked) }
    return AskedContent(asked) { author in
      guard author.kind == word.kind else { return nil }
      let resolved = resolved(command) { _ in command.acting(as: author) }
      return fingerprint { $0.put(canonical: resolved) }
    }
  }

  /// A command with its words resolved; the account and name it bears are of whoever asks, so they
  /// stay only if "the agent in control" is that account.
  func resolved(
    _ command: ConversationCommand,
    _ resolve: (ConversationCommand) -> ConversationCommand,
  ) -> ConversationCommand {
    let resolved = resolve(command)
    guard command.author == .agentInControl, let author = resolved.author,
      let account = command.body.authorID, author != .agent(.account(account))
    else { return resolved }
    return resolved.acting(as: author) { body in
      (body.authorID, body.authorName) = (nil, nil)
    }
  }

  /// Keeps an answer until the views know its key, and gives it.
  mutating func remembered(
    _ answer: LedgerAnswer,
    _ terms: AppendTerms,
    _ appended: Appended,
    _ batch: PendingBatch,
  ) -> LedgerAnswer {
    guard let fingerprint = terms.fingerprint, !terms.key.isEmpty else { return answer }
    let place = KeyPlace(KeyPlace.Scope(of: appended.first), terms.key)
    state.answers[place] = WriterState.RememberedAnswer(
      position: appended.first.position,
      keySlot: appended.first.keySlot,
      author: appended.first.facts.author,
      fingerprint: fingerprint,
      answer: answer.repeated(at: batch.time),
    )
    return answer
  }

  /// The first answer to a command that came before under the same key (R17).
  ///
  /// - Returns: The answer; `nil` if the key is new.
  /// - Throws: `idempotencyKeyReused` if the key stands for other content; `PastNeeded` if the
  ///   answer has to be read from the conversation's chain.
  mutating func answer(to place: KeyPlace, _ asked: AskedContent) throws -> LedgerAnswer? {
    if let remembered = try remembered(at: place) {
      let isSame = asked.isContent(of: remembered.fingerprint, by: remembered.author)
      try require(isSame, at: remembered.position)
      return remembered.answer
    }
    guard let position = try state.position(of: place) else { return nil }
    let record = try state.log.record(at: position)
    let body = try state.keys.open(record).map(EventBody.init(decoding:))
    let author = record.header.facts.author
    let isSame = body.map { asked.isContent(of: $0.fingerprint, by: author) }
    try require(isSame ?? true, at: position)
    guard let standing = try standing(rightAfter: record.header) else {
      throw PastNeeded.answer(at: position)
    }
    return .first(record.header, body, standing)
  }

  /// The answer under a key that is kept in memory, and as long as the log has more of it than the
  /// event's header: once the words are erased, nobody can compare them, after a restart or before.
  func remembered(at place: KeyPlace) throws -> WriterState.RememberedAnswer? {
    guard let remembered = state.answers[place],
      try state.keys.isKey(inSlot: remembered.keySlot)
    else { return nil }
    return remembered
  }

  private func require(_ isSame: Bool, at position: UInt64) throws(Refusal) {
    guard !isSame else { return }
    throw Refusal(
      .idempotencyKeyReused,
      "the idempotency key stands for other content, at position \(position); use a new key",
    )
  }

  /// What an answer says of the state right after an event, if the event and the conversation's
  /// head say it: both are found in constant time.
  private mutating func standing(rightAfter header: RecordHeader) throws -> Standing? {
    guard let head = try state.head(start: header.streamStart) else { return nil }
    var standing = Standing(head.state)
    let isHolderKnown: Bool
    switch header.facts.conversationEvent {
    case .started(let bot, _, _): (standing.holder, isHolderKnown) = (bot, true)
    case .handedOver(_, let bot, _): (standing.holder, isHolderKnown) = (bot, true)
    case .handoverRefused: isHolderKnown = true
    default: isHolderKnown = head.because <= header.position
    }
    let isControlWanted = header.facts.conversationEvent.isAnsweredByControl
    let isControlKnown = head.state.controlSince <= header.position
    return isHolderKnown && (isControlKnown || !isControlWanted) ? standing : nil
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

extension ConversationEvent {
  /// Whether the answer that such an event keeps says who was in control, or since when.
  fileprivate var isAnsweredByControl: Bool {
    switch self {
    case .handoverRefused(let code, _, _): code == .agentInControl
    case .requestRepeated: true
    default: false
    }
  }
}

extension LedgerAnswer {
  /// The answer given again, which was given first at a moment.
  func repeated(at time: Int64) -> LedgerAnswer {
    switch self {
    case .done(var receipt):
      receipt.isRepeated = true
      return .done(receipt)
    case .refused(let refusal): return .refused(refusal.repeated(at: time))
    case .recorded: return self
    }
  }

  /// The answer that was given when an event was recorded.
  ///
  /// - Parameters:
  ///   - header: The event's header.
  ///   - body: Its body; `nil` if that was erased.
  ///   - after: The conversation's state right after it.
  /// - Returns: The answer, marked as a repeated one.
  static func first(
    _ header: RecordHeader,
    _ body: EventBody?,
    _ after: Standing?,
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
      let refusal = Refusal(code, body?.reason ?? code.name, agent: agent)
      return .refused(refusal.repeated(at: header.shownAt))
    case .handedOver(_, _, let module): receipt.module = module
    case .requestRepeated: receipt.position = after?.controlSince ?? header.position
    default: break
    }
    return .done(receipt)
  }
}

extension Refusal {
  /// The refusal given again, which says so: whoever repeats a call wants to know whether the
  /// reason still holds.
  fileprivate func repeated(at time: Int64) -> Refusal {
    guard firstGivenAt == nil else { return self }
    let moment = Timestamp(microseconds: time)
    return Refusal(
      code,
      "\(sentence) (first answered \(moment.text); a new idempotency key asks anew)",
      agent: agent,
      actualPosition: actualPosition,
      firstGivenAt: moment,
    )
  }
}
