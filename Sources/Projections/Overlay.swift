import ConversationCoding
package import Conversations
import Crypto
package import EventStore

/// The views' changes since a checkpoint, in memory: folded from headers, one after the other.
///
/// The writer's state, a reader's catching up, a rebuild and a look at the past are all this one
/// fold, so they cannot differ.
package struct Overlay: Sendable {
  /// The position the overlay begins behind.
  package private(set) var base: UInt64
  /// The position of the last event taken in.
  package internal(set) var position: UInt64
  /// The heads that changed, in the order they came in.
  package private(set) var heads: [Head] = []
  /// What each of them added to the counts at `base`; `nil` if it began behind it.
  private(set) var shares: [InboxShare?] = []
  /// Whether `shares` is known: it is not once a part was forgotten.
  private(set) var isCountable = true
  /// Where a head lies in `heads`, by the position of its first event.
  private var places: [UInt64: Int] = [:]
  /// Where a head lies in `heads`, by its conversation.
  private var conversations: [ConversationID: Int] = [:]
  /// The head looked up last; what comes next is often about it.
  private var recent = (start: UInt64(0), place: 0)
  /// The idempotency keys that came, and their positions.
  package private(set) var keys: [KeyPlace: UInt64] = [:]
  /// The conversations that visitors began, by the positions of their first events.
  package private(set) var visits: [VisitorID: [UInt64]] = [:]
  /// The conversations that follow expired ones: the start of each by that of the one before.
  package private(set) var successors: [UInt64: UInt64] = [:]
  /// The facts that are one for the whole ledger.
  package private(set) var totals: Totals

  /// Begins behind a checkpoint of the views.
  package init(base: UInt64 = 0, totals: Totals = Totals()) {
    self.base = base
    position = base
    self.totals = totals
  }

  /// About the memory it takes, in bytes: the values, and their places in the dictionaries.
  var byteCount: Int { 640 * heads.count + 100 * keys.count }

  /// The head of a conversation, by the position of its first event; `nil` if it did not change.
  package func head(start: UInt64) -> Head? { place(start: start).map { heads[$0] } }

  /// The head of a conversation; `nil` if it did not change.
  package func head(of conversation: ConversationID) -> Head? {
    conversations[conversation].map { heads[$0] }
  }

  /// The head of a conversation that is about to change.
  package mutating func recall(_ conversation: ConversationID) -> Head? {
    guard let place = conversations[conversation] else { return nil }
    let head = heads[place]
    recent = (head.start, place)
    return head
  }

  private func place(start: UInt64) -> Int? {
    recent.start == start && start != 0 ? recent.place : places[start]
  }

  /// Takes in the next event of the log.
  ///
  /// - Parameters:
  ///   - header: The event's header.
  ///   - idempotencyKey: Its idempotency key; empty for none.
  ///   - load: Finds the head of a conversation that started before the overlay begins.
  package mutating func fold(
    _ header: RecordHeader,
    idempotencyKey: some Collection<UInt8>,
    load: (UInt64) throws -> Head?,
  ) rethrows {
    position = header.position
    totals.keySlots = max(totals.keySlots, header.keySlot)
    guard header.stream != administrationStream else {
      totals.administration = Totals.Tail(last: header.position, count: header.streamPosition)
      return
    }
    if header.stream == auditStream { totals.audit = Totals.Audit(behind: header) }
    if !idempotencyKey.isEmpty {
      let scope = KeyPlace.Scope(of: header)
      keys[KeyPlace(scope, idempotencyKey)] = header.position
    }
    if header.isOfConversation { try foldHead(header, load) }
  }

  private mutating func foldHead(
    _ header: RecordHeader,
    _ load: (UInt64) throws -> Head?,
  ) rethrows {
    let start = header.streamStart
    if let place = place(start: start) {
      recent = (start, place)
      return heads[place].fold(header)
    }
    if let head = Head(startingWith: header) {
      take(head, share: nil)
      visits[head.state.visitor, default: []].append(head.start)
      if let predecessor = header.facts.predecessor { successors[predecessor] = head.start }
    } else if var head = try load(start) {
      let share = head.share
      head.fold(header)
      take(head, share: share)
    }
  }

  /// Takes in a head that the views had, unchanged.
  package mutating func adopt(_ head: Head) { take(head, share: head.share) }

  private mutating func take(_ head: Head, share: InboxShare?) {
    recent = (head.start, heads.count)
    places[head.start] = heads.count
    conversations[head.conversation] = heads.count
    heads.append(head)
    shares.append(share)
  }

  /// Puts a head as it was before in the place of what became of it.
  ///
  /// - Parameters:
  ///   - head: The head of the past.
  ///   - written: The head the views have.
  mutating func put(back head: Head, written: Head?) {
    if let place = places[head.start] {
      heads[place] = head
    } else {
      take(head, share: written?.share)
    }
  }

  /// Forgets what the views have written down.
  package mutating func forget(through checkpoint: UInt64) {
    base = max(base, checkpoint)
    let kept = heads.filter { $0.lastPosition > checkpoint }
    (heads, shares, places, conversations, recent) = ([], [], [:], [:], (0, 0))
    isCountable = false
    for head in kept { take(head, share: nil) }
    keys = keys.filter { $0.value > checkpoint }
    successors = successors.filter { $0.value > checkpoint }
    visits = visits.compactMapValues { starts in
      let later = starts.filter { $0 > checkpoint }
      return later.isEmpty ? nil : later
    }
  }
}

/// Facts that are one for the whole ledger.
package struct Totals: Hashable, Sendable {
  /// The greatest key slot in use.
  package var keySlots: UInt64 = KeyRing.ledgerSlot
  /// The end of the stream of administration.
  package var administration = Tail()
  /// The end of the stream of the read audit.
  package var audit = Audit()

  /// The end of a stream.
  package struct Tail: Hashable, Sendable {
    /// The position of its last event; zero if it has none.
    package var last: UInt64 = 0
    /// How many events it has.
    package var count: UInt32 = 0

    package init(last: UInt64 = 0, count: UInt32 = 0) {
      self.last = last
      self.count = count
    }
  }

  /// The ends of the stream of the read audit.
  package struct Audit: Hashable, Sendable {
    /// The position of its first event; zero if it has none.
    package var start: UInt64 = 0
    /// Its end.
    package var tail = Tail()

    init() {}

    init(behind header: RecordHeader) {
      start = header.streamStart
      tail = Tail(last: header.position, count: header.streamPosition)
    }
  }

  package init() {}

  /// The facts of a ledger whose streams were taken in by shares.
  func joined(_ other: Totals) -> Totals {
    var joined = other.administration.count > administration.count ? other : self
    joined.audit = other.audit.tail.count > audit.tail.count ? other.audit : audit
    joined.keySlots = max(keySlots, other.keySlots)
    return joined
  }
}

/// What an idempotency key is looked up by: its scope and a hash of it.
package struct KeyPlace: Hashable, Sendable, Comparable {
  let scope: UInt64
  let hash: UInt128

  /// What a key is unique in (R17).
  package enum Scope: Hashable, Sendable {
    /// A conversation, by the position of its first event.
    case conversation(start: UInt64)
    /// The start of a conversation: its deployment and visitor.
    case start(DeploymentID, VisitorID)

    /// The scope of a recorded event.
    ///
    /// The rows of an import are numbered inside their conversation, its start among them.
    package init(of header: RecordHeader) {
      let event = header.facts.conversationEvent
      if !header.isImported, case .started(_, let deployment, let visitor) = event {
        self = .start(deployment, visitor)
      } else {
        self = .conversation(start: header.streamStart)
      }
    }
  }

  /// The place of a key in its scope.
  package init(_ scope: Scope, _ key: some Collection<UInt8>) {
    var writer = ByteWriter()
    switch scope {
    case .conversation(let start): self.scope = start
    case .start(let deployment, let visitor):
      self.scope = 0
      writer.put(deployment.value)
      writer.put(visitor.value)
    }
    writer.put(Array(key))
    let digest = SHA256.hash(data: writer.bytes)
    hash = digest.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.scope, left.hash) < (right.scope, right.hash)
  }
}
