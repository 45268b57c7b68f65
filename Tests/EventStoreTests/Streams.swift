import EventStore

/// The state machine of these tests: it knows how long each stream is, and appends to it.
struct Streams: StateMachine {
  /// Hears the last position of a batch that was decided; answers what to do once it is committed.
  typealias Hearing = @Sendable (UInt64) -> (@Sendable (LogHead?) -> Void)?

  /// A command: append events, each to its stream, all or none.
  struct Addition: Sendable {
    var events: [ProposedEvent]
    /// The length that the first event's stream must have, if it matters.
    var expectedLength: UInt32?
    /// Whether the storage is to fail after the events were appended to the batch.
    var endsInFault = false
  }

  enum Answer: Hashable, Sendable {
    /// The positions of the events.
    case appended([UInt64])
    /// The stream has another length than expected.
    case refused(length: UInt32)
  }

  /// What stands for a fault of the storage.
  struct Fault: Error, Equatable {}

  fileprivate struct Stream: Hashable {
    var start: UInt64 = 0
    var length: UInt32 = 0
    var last: UInt64 = 0
  }

  private let log: EventLog
  private let hearDecision: Hearing
  private let hearEvent: @Sendable (RecordHeader) -> Void
  private var streams: [UInt128: Stream] = [:]

  init(
    log: EventLog,
    hearDecision: @escaping Hearing = { _ in nil },
    hearEvent: @escaping @Sendable (RecordHeader) -> Void = { _ in },
  ) throws {
    self.log = log
    self.hearDecision = hearDecision
    self.hearEvent = hearEvent
    try reset()
  }

  mutating func apply(_ command: Addition, to batch: PendingBatch) throws -> Answer {
    var changed = streams
    if let expected = command.expectedLength, let first = command.events.first {
      let length = streams[first.header.stream, default: Stream()].length
      guard length == expected else { return .refused(length: length) }
    }
    var positions: [UInt64] = []
    for var event in command.events {
      let stream = changed[event.header.stream, default: Stream()]
      event.header.streamStart = stream.start
      event.header.streamPosition = stream.length + 1
      event.header.previous = stream.last
      let header = try batch.append(event)
      hearEvent(header)
      changed[header.stream] = Stream(header)
      positions.append(header.position)
    }
    if command.endsInFault { throw Fault() }
    streams = changed
    return .appended(positions)
  }

  mutating func reset() throws {
    streams = [:]
    try log.forEachKeyedHeader(from: 1, through: try log.head().position) { header, _ in
      streams[header.stream] = Stream(header)
    }
  }

  mutating func batchDecided(through position: UInt64) -> (@Sendable (LogHead?) -> Void)? {
    hearDecision(position)
  }
}

extension Streams.Stream {
  /// The stream once an event is its last.
  init(_ header: RecordHeader) {
    self.init(start: header.streamStart, length: header.streamPosition, last: header.position)
  }
}

extension ProposedEvent {
  /// An event of a stream, with a text for its body.
  static func saying(
    _ text: String,
    in stream: UInt128 = 1,
    keySlot: UInt64 = KeyRing.ledgerSlot,
  ) -> Self {
    let header = RecordHeader(
      type: 1,
      schemaVersion: 1,
      authorKind: 0,
      detail: 0,
      number: 0,
      parties: RecordHeader.Parties(0, 0, 0),
      stream: StreamPlace(stream: stream, start: 0, position: 0, previous: 0),
      keySlot: keySlot,
    )
    return Self(header: header, body: Array(text.utf8))
  }
}

extension Streams.Addition {
  /// One event for each text, all in one stream.
  static func saying(_ texts: String..., in stream: UInt128 = 1) -> Self {
    Self(events: texts.map { .saying($0, in: stream) })
  }

  /// Events without bodies, of which there can be many.
  static func bare(_ count: Int, in stream: UInt128 = 1) -> Self {
    Self(events: Array(repeating: .saying("", in: stream), count: count))
  }

  /// The same, followed by a fault.
  var failing: Self {
    var command = self
    command.endsInFault = true
    return command
  }

  /// The same, if the stream has a certain length.
  func expecting(length: UInt32) -> Self {
    var command = self
    command.expectedLength = length
    return command
  }
}
