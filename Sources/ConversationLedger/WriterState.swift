import ConversationCoding
import Conversations
import EventStore
import Projections
import Synchronization
import TransparencyLog

/// What the writer knows of the log's past: the views as they were last written, and in memory
/// everything since.
///
/// Owned by the thread that decides.
struct WriterState {
  /// How many events may wait in memory before the views are written.
  ///
  /// Small enough that opening a ledger folds them in a fraction of a second; large enough that
  /// a batch sorted by key touches each page of a table once.
  static let flushLength: UInt64 = 131_072

  let log: EventLog
  let keys: KeyRing
  private let standing: StandingViews
  private let flushLength: UInt64
  private(set) var overlay: Overlay
  private(set) var registry: Registry
  /// The answers to keyed commands that the views do not know yet.
  var answers: [KeyPlace: RememberedAnswer] = [:]
  /// The last events, on disk or on their way there.
  private var recent = RecentEvents()
  /// Starts of conversations that have no successor in the views, as they were looked up.
  private var withoutSuccessor: Set<UInt64> = []

  /// An answer as it is given again, and what was asked.
  struct RememberedAnswer {
    let position: UInt64
    let keySlot: UInt64
    let author: Author
    let fingerprint: [UInt8]
    let answer: LedgerAnswer
    /// The content hash of the imported row it was the answer to.
    var row: [UInt8]?
  }

  init(
    log: EventLog,
    keys: KeyRing,
    views standing: StandingViews,
    flushLength: UInt64 = flushLength,
  ) throws {
    self.log = log
    self.keys = keys
    self.standing = standing
    self.flushLength = flushLength
    overlay = Overlay()
    registry = Registry()
    try reset()
  }

  /// Goes back to the log's head.
  mutating func reset() throws {
    let head = try log.head()
    overlay = try standing.reading { views in
      let checkpoint = try views.checkpoint()
      var overlay = Overlay(base: checkpoint.position, totals: checkpoint.totals)
      try overlay.fold(log, through: head.position, over: views)
      return overlay
    }
    registry = Registry()
    try registry.fold(log, keys, after: 0, through: overlay.totals.administration.last)
    answers = [:]
    recent = RecentEvents(after: head.position)
    withoutSuccessor = []
  }

  /// The head of a conversation; `nil` if there is no such conversation.
  ///
  /// A head that the views had is kept in memory from then on, until they are written again.
  mutating func head(of conversation: ConversationID) throws -> Head? {
    if let head = overlay.recall(conversation) { return head }
    guard let head = try standing.reading({ try $0.head(of: conversation) }) else { return nil }
    overlay.adopt(head)
    return head
  }

  /// The head of a conversation, by the position of its first event.
  mutating func head(start: UInt64) throws -> Head? {
    if let head = overlay.head(start: start) { return head }
    guard let head = try standing.reading({ try $0.head(start: start) }) else { return nil }
    overlay.adopt(head)
    return head
  }

  /// Where the conversation begins that follows an expired one; `nil` if none does.
  mutating func successor(of start: UInt64) throws -> UInt64? {
    if let successor = overlay.successors[start] { return successor }
    // One that began after the views were written has its successor in the overlay.
    guard start <= overlay.base, !withoutSuccessor.contains(start) else { return nil }
    if let successor = try standing.reading({ try $0.successor(of: start) }) {
      return successor
    }
    withoutSuccessor.insert(start)
    return nil
  }

  /// The positions of a conversation's events, those on their way to the disk included.
  func chain(of head: Head) throws -> [UInt64] {
    var later: [UInt64] = []
    var position = head.lastPosition
    while let event = recent[position] {
      later.append(position)
      position = event.header.previous
    }
    let earlier = position == 0 ? [] : try log.chain(endingAt: position)
    return earlier + later.reversed()
  }

  /// An event of a conversation, on disk or on its way there; without a body if that was erased.
  func event(at position: UInt64) throws -> (header: RecordHeader, body: EventBody?) {
    if let event = recent[position], try keys.isKey(inSlot: event.header.keySlot) {
      return (event.header, event.body)
    }
    let record = try log.record(at: position)
    return (record.header, try keys.open(record).map(EventBody.init(decoding:)))
  }

  /// The head of a conversation, which is not about to change.
  func unchangedHead(of conversation: ConversationID) throws -> Head? {
    try overlay.head(of: conversation) ?? standing.reading { try $0.head(of: conversation) }
  }

  /// All conversations of a visitor, the one begun first first.
  func heads(of visitor: VisitorID) throws -> [Head] {
    try standing.reading { try overlay.heads(of: visitor, over: $0) }
  }

  /// The position of the event that came with a key; `nil` if none did.
  func position(of key: KeyPlace) throws -> UInt64? {
    try overlay.keys[key] ?? standing.reading { try $0.position(of: key) }
  }

  /// The slot of the ledger's own key, for an event of the registry.
  ///
  /// One that says that the key is lost is the first under the next one.
  func ownKeySlot(for event: NewEvent<RegistryEvent>) -> UInt64 {
    var losses = registry
    if case .olderKeysAccepted = event.event { losses.evolve(event.event, event.body, at: 0) }
    return losses.keyLosses.ownSlot
  }

  /// The slot of the key of the conversation that begins next.
  var nextKeySlot: UInt64 { overlay.totals.keySlots + 1 }

  /// Takes in an event that was appended; the head of its conversation is in memory.
  ///
  /// - Parameters:
  ///   - header: Its header.
  ///   - key: Its idempotency key; empty for none.
  ///   - body: Its body; `nil` if it is of no conversation.
  mutating func fold(_ header: RecordHeader, key: [UInt8], _ body: EventBody?) {
    overlay.fold(header, idempotencyKey: key) { _ in nil }
    recent.append(header, body)
  }

  /// Takes in an event of the registry.
  mutating func fold(_ event: RegistryEvent, _ body: EventBody, at position: UInt64) {
    registry.evolve(event, body, at: position)
  }

  /// Writes the views, when enough has gathered; see `StateMachine.batchDecided`.
  mutating func flushIfDue(_ position: UInt64) -> (@Sendable (LogHead?) -> Void)? {
    // A head that cannot be read now can be read the next time; more is kept until then.
    if let head = try? log.head() { recent.forget(through: head.position) }
    let written = standing.written
    if written > overlay.base {
      overlay.forget(through: written)
      answers = answers.filter { $0.value.position > written }
      withoutSuccessor = []
    }
    guard position - overlay.base >= flushLength,
      standing.isWriting.compareExchange(
        expected: false,
        desired: true,
        ordering: .acquiringAndReleasing,
      ).exchanged
    else { return nil }
    let (standing, overlay) = (standing, overlay)
    return { head in
      // Views that cannot be written are only late: the log is the truth, and the next round
      // writes them.
      if let head { try? standing.write(overlay, root: head.root.bytes) }
      standing.isWriting.store(false, ordering: .releasing)
    }
  }
}

extension StandingViews {
  /// Writes changes down; damaged views are built anew instead, as far as the log has come.
  fileprivate func write(_ overlay: Overlay, root: [UInt8]) throws {
    guard let views else { return }
    do {
      try views.write([overlay], root: root)
      note(written: overlay.position, in: views)
    } catch is DamagedViews {
      try mend()
    }
  }
}

extension Registry {
  /// Takes in the events of administration between two positions of its stream.
  mutating func fold(
    _ log: EventLog,
    _ keys: KeyRing,
    after: UInt64,
    through last: UInt64,
  ) throws {
    guard last > after else { return }
    try log.forEachRecord(at: log.chain(endingAt: last, after: after)) { record in
      let body = try EventBody(decoding: keys.openOwn(record) ?? [])
      evolve(record.header.facts.registryEvent, body, at: record.header.position)
    }
  }
}
