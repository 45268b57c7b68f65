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
  private var writer = ByteWriter()

  init(state: WriterState, rules: Rules) {
    self.state = state
    self.rules = rules
  }

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
      }
    } catch let refusal as Refusal {
      return .refused(refusal)
    } catch is DestroyedKey {
      return .refused(Refusal(.visitorErased, "the visitor was erased; nothing can be added"))
    }
  }

  mutating func reset() throws { try state.reset() }

  mutating func batchDecided(upTo head: LogHead) -> (@Sendable () -> Void)? {
    state.flushIfDue(head)
  }

  /// Applies a change of the registry.
  private mutating func apply(
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
      var header = RecordHeader(EventFacts(event.event), at: place, keySlot: KeyRing.ledgerSlot)
      header = try batch.append(ProposedEvent(header: header, body: bytes(of: event.body)))
      position = header.position
      state.fold(header, key: [], nil)
      state.fold(event.event, event.body)
    }
    return .done(
      Receipt(
        conversation: ConversationID(administrationStream),
        position: position,
        isRepeated: events.isEmpty,
      )
    )
  }

  /// The stored form of a body.
  mutating func bytes(of body: EventBody) throws(Refusal) -> [UInt8] {
    writer = ByteWriter(reusing: writer.bytes)
    body.write(to: &writer)
    guard writer.bytes.count <= bodyByteCountLimit else {
      throw Refusal(
        .tooLarge,
        "\(writer.bytes.count) bytes are more than the \(bodyByteCountLimit) an event may have",
      )
    }
    return writer.bytes
  }

  /// Appends events to a conversation's stream.
  ///
  /// - Parameters:
  ///   - events: What happened.
  ///   - conversation: Where.
  ///   - head: The conversation's head; `nil` if the first event starts it.
  ///   - slot: The slot of the visitor's key.
  ///   - terms: What all of them bear, and what the first one bears.
  /// - Returns: The header of the last one, and the head after it.
  mutating func append(
    _ events: [NewConversationEvent],
    to conversation: ConversationID,
    after head: Head?,
    slot: UInt64,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> [RecordHeader] {
    var head = head
    var headers: [RecordHeader] = []
    var key = terms.key
    // All bodies are encoded first: a refusal must leave nothing behind.
    let bodies = try events.enumerated().map { index, event in
      var body = event.body
      if index == 0 { body.fingerprint = terms.fingerprint }
      return try bytes(of: body)
    }
    for (event, body) in zip(events, bodies) {
      let place = StreamPlace(
        stream: conversation.value,
        start: head?.start ?? 0,
        position: (head?.streamPosition ?? 0) + 1,
        previous: head?.lastPosition ?? 0,
      )
      var header = RecordHeader(EventFacts(event.event), at: place, keySlot: slot)
      header.isImported = terms.isImported
      header.occurredAt = terms.occurredAt?.microseconds
      header = try batch.append(ProposedEvent(header: header, idempotencyKey: key, body: body))
      state.fold(header, key: key, head)
      head = state.overlay.heads[header.streamStart]
      headers.append(header)
      key = []
    }
    return headers
  }

  /// What appended events bear beside what they say.
  struct AppendTerms {
    var key: [UInt8] = []
    var fingerprint: [UInt8]?
    var occurredAt: Timestamp?
    var isImported = false
  }
}

extension ByteWriter {
  /// The first sixteen bytes of the SHA-256 of what was written: what a repeated command is
  /// compared by.
  var fingerprint: [UInt8] { Array(SHA256.hash(data: bytes).prefix(16)) }
}
