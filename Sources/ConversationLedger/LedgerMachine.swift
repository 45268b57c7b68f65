import ConversationCoding
import Conversations
import Crypto
import EventStore
import Projections

/// The ledger's state machine: the rules of the domain over the log.
struct LedgerMachine: StateMachine {
  typealias Command = LedgerCommand
  typealias Answer = LedgerAnswer

  var state: WriterState
  let rules: Rules

  mutating func apply(
    _ command: LedgerCommand,
    to batch: PendingBatch,
  ) throws -> LedgerAnswer {
    do {
      switch command {
      case .start(let request): return try start(request, batch)
      case .conversation(let request): return try apply(request, batch)
      case .registry(let command, let caller): return try apply(command, caller, batch)
      case .record(let history): return try record(history, batch)
      case .erasure(let step): return try apply(step, batch)
      case .note(let note): return try apply(note, batch)
      }
    } catch let refusal as Refusal {
      return .refused(refusal)
    } catch is DestroyedKey {
      return .refused(Refusal(.visitorErased, DestroyedKey.sentence))
    }
  }

  func mayUseReserve(_ command: LedgerCommand) -> Bool {
    if case .erasure = command { true } else { false }
  }

  mutating func reset() throws { try state.reset() }

  mutating func batchDecided(
    through position: UInt64
  ) -> (@Sendable (LogHead?) -> Void)? {
    state.flushIfDue(position)
  }

  /// Applies commands one after the other.
  ///
  /// Behind one that needs the past of its conversation, the rest of the proposal waits: what was
  /// proposed together is applied in its order.
  mutating func apply(
    _ commands: [LedgerCommand],
    to batch: PendingBatch,
  ) -> [Result<LedgerAnswer, any Error>] {
    var isHeldUp = false
    return commands.map { command in
      guard !isHeldUp else { return .failure(PastNeeded.ofCommandBefore) }
      let result = applyNext(command, to: batch)
      if case .failure(PastNeeded.legacy) = result { isHeldUp = true }
      return result
    }
  }

  /// Applies a change of the registry.
  mutating func apply(
    _ command: RegistryCommand,
    _ caller: Caller,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    try command.requireOwnName(by: caller, in: state.registry)
    let events = try state.registry.decide(command, by: caller)
    var tail = state.overlay.totals.administration
    let proposed = try events.enumerated().map { index, event in
      tail.count += 1
      let place = StreamPlace(
        stream: administrationStream,
        start: 0,
        position: tail.count,
        previous: tail.last,
      )
      tail.last = batch.nextPosition + UInt64(index)
      let slot = state.ownKeySlot(for: event)
      let header = RecordHeader(EventFacts(event.event), at: place, keySlot: slot)
      return ProposedEvent(header: header, body: try event.body.storedBytes())
    }
    for (event, header) in zip(events, try batch.append(proposed)) {
      state.fold(header, key: [], nil)
      state.fold(event.event, event.body, at: header.position)
    }
    return .done(
      Receipt(
        conversation: ConversationID(administrationStream),
        position: tail.last,
        isRepeated: events.isEmpty,
      )
    )
  }

  /// Appends events to a conversation's stream, all of them or none; there is at least one.
  ///
  /// - Parameters:
  ///   - events: What happened.
  ///   - conversation: Where.
  ///   - head: The conversation's head; `nil` if the first event starts it.
  ///   - slot: The slot of the conversation's key.
  ///   - terms: What all of them bear, and what the first one bears.
  ///   - batch: Where the records go.
  /// - Returns: Where they are.
  /// - Throws: `Refusal` if a body is too large or nested too deep; `DestroyedKey` if the slot was
  ///   never filled; what the keys throw.
  mutating func append(
    _ events: [NewConversationEvent],
    to conversation: ConversationID,
    after head: Head?,
    slot: UInt64,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> Appended {
    let laidOut = try layOut(events, to: conversation, after: head, slot: slot, terms, batch)
    guard let first = laidOut.first, let last = laidOut.last else { throw NothingToAppend() }
    for event in laidOut { take(event) }
    return Appended(first: first.header, last: last.header)
  }

  /// An event in the batch that the state does not know yet.
  struct LaidOut {
    let header: RecordHeader
    let key: [UInt8]
    let body: EventBody
  }

  /// Takes an event into the state, once all events of its command are in the batch.
  mutating func take(_ event: LaidOut) { state.fold(event.header, key: event.key, event.body) }

  /// Lays events out in the batch, and changes nothing else: a later one may fail.
  func layOut(
    _ events: [NewConversationEvent],
    to conversation: ConversationID,
    after head: Head?,
    slot: UInt64,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> [LaidOut] {
    var (state, position) = (head?.state, batch.nextPosition)
    var place = StreamPlace(
      stream: conversation.value,
      start: head?.start ?? 0,
      position: (head?.streamPosition ?? 0) + 1,
      previous: head?.lastPosition ?? 0,
    )
    let start = head?.start ?? position
    var (proposed, bodies) = ([ProposedEvent](), [EventBody]())
    for (index, var event) in events.enumerated() {
      let terms = index == 0 ? terms : terms.withoutKey
      event.body.fingerprint = terms.fingerprint
      if terms.isImported { event.event = placed(event.event, after: state) }
      proposed.append(try self.proposed(event, at: place, slot, terms))
      bodies.append(event.body)
      state.evolve(event.event, at: position)
      place = StreamPlace(
        stream: conversation.value,
        start: start,
        position: place.position + 1,
        previous: position,
      )
      position += 1
    }
    let headers = try batch.append(proposed)
    return headers.indices.map { index in
      LaidOut(header: headers[index], key: proposed[index].idempotencyKey, body: bodies[index])
    }
  }

  private func proposed(
    _ event: NewConversationEvent,
    at place: StreamPlace,
    _ slot: UInt64,
    _ terms: AppendTerms,
  ) throws(Refusal) -> ProposedEvent {
    var facts = EventFacts(event.event)
    facts.predecessor = terms.predecessor ?? facts.predecessor
    var header = RecordHeader(facts, at: place, keySlot: slot)
    header.isImported = terms.isImported
    header.occurredAt = terms.occurredAt?.microseconds
    return ProposedEvent(
      header: header,
      idempotencyKey: terms.key,
      body: try event.body.storedBytes(),
    )
  }

  /// What an append came to.
  struct Appended {
    /// The header of the first event.
    let first: RecordHeader
    /// The header of the last event.
    let last: RecordHeader
  }

  /// What appended events bear beside what they say.
  struct AppendTerms {
    var key: [UInt8] = []
    var fingerprint: [UInt8]?
    var occurredAt: Timestamp?
    var isImported = false
    /// The position of the first event of the conversation that a start follows.
    var predecessor: UInt64?

    /// The terms of every event but the first.
    var withoutKey: AppendTerms {
      var terms = self
      terms.key = []
      terms.fingerprint = nil
      terms.predecessor = nil
      return terms
    }
  }
}

/// An append without events: a mistake of ours, kept from becoming a trap.
struct NothingToAppend: Error {}

extension EventBody {
  /// The stored form.
  func storedBytes() throws(Refusal) -> [UInt8] {
    guard isNestedAtMost(jsonNestingLimit) else {
      throw Refusal(.malformedBody, "JSON is nested at most \(jsonNestingLimit) levels deep")
    }
    var writer = ByteWriter(capacity: 32 + (text?.utf8.count ?? 0))
    write(to: &writer)
    guard writer.bytes.count <= bodyByteCountLimit else {
      throw Refusal(
        .tooLarge,
        "\(writer.bytes.count) bytes are more than the \(bodyByteCountLimit) an event may have",
      )
    }
    return writer.bytes
  }
}

extension ByteWriter {
  /// The first sixteen bytes of the SHA-256 of what was written: what a repeated command is
  /// compared by.
  var fingerprint: [UInt8] { Array(SHA256.hash(data: bytes).prefix(16)) }
}
