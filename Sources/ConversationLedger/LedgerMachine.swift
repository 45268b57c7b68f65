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

  mutating func reset() throws { try state.reset() }

  mutating func batchDecided(
    through position: UInt64
  ) -> (@Sendable (LogHead?) -> Void)? {
    state.flushIfDue(position)
  }

  /// Applies a change of the registry.
  mutating func apply(
    _ command: RegistryCommand,
    _ caller: Caller,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    let events = try state.registry.decide(command, by: caller)
    var position = state.overlay.totals.administration.last
    for event in events {
      let tail = state.overlay.totals.administration
      let place = StreamPlace(
        stream: administrationStream,
        start: 0,
        position: tail.count + 1,
        previous: tail.last,
      )
      let slot = state.ownKeySlot(for: event)
      var header = RecordHeader(EventFacts(event.event), at: place, keySlot: slot)
      header = try batch.append(ProposedEvent(header: header, body: event.body.storedBytes()))
      position = header.position
      state.fold(header, key: [])
      state.fold(event.event, event.body, at: header.position)
    }
    return .done(
      Receipt(
        conversation: ConversationID(administrationStream),
        position: position,
        isRepeated: events.isEmpty,
      )
    )
  }

  /// Appends events to a conversation's stream; there is at least one.
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
  ///   never filled.
  mutating func append(
    _ events: [NewConversationEvent],
    to conversation: ConversationID,
    after head: Head?,
    slot: UInt64,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> Appended {
    guard let first = events.first else { throw NothingToAppend() }
    var body = first.body
    body.fingerprint = terms.fingerprint
    let firstBytes = try body.storedBytes()
    // All bodies are encoded first: a refusal must leave nothing behind.
    let rest = try events.dropFirst().map { ($0.event, try $0.body.storedBytes()) }
    var place = StreamPlace(
      stream: conversation.value,
      start: head?.start ?? 0,
      position: (head?.streamPosition ?? 0) + 1,
      previous: head?.lastPosition ?? 0,
    )
    var last = try append(first.event, firstBytes, at: place, slot, terms, batch)
    let firstPosition = last.position
    for (event, bytes) in rest {
      place.start = last.streamStart
      place.position += 1
      place.previous = last.position
      last = try append(event, bytes, at: place, slot, terms.withoutKey, batch)
    }
    return Appended(first: firstPosition, last: last)
  }

  private mutating func append(
    _ event: ConversationEvent,
    _ body: [UInt8],
    at place: StreamPlace,
    _ slot: UInt64,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> RecordHeader {
    let facts = EventFacts(terms.isImported ? placed(event, after: place) : event)
    var header = RecordHeader(facts, at: place, keySlot: slot)
    header.isImported = terms.isImported
    header.occurredAt = terms.occurredAt?.microseconds
    let proposed = ProposedEvent(header: header, idempotencyKey: terms.key, body: body)
    header = try batch.append(proposed)
    state.fold(header, key: terms.key)
    return header
  }

  /// What an append came to.
  struct Appended {
    /// The position of the first event.
    let first: UInt64
    /// The header of the last event.
    let last: RecordHeader
  }

  /// What appended events bear beside what they say.
  struct AppendTerms {
    var key: [UInt8] = []
    var fingerprint: [UInt8]?
    var occurredAt: Timestamp?
    var isImported = false

    /// The terms of every event but the first.
    var withoutKey: AppendTerms {
      var terms = self
      terms.key = []
      terms.fingerprint = nil
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
