import ConversationCoding
import Conversations
import EventStore
import Projections

/// Reads the log forward and says of each event whose it was, whenever it is read.
///
/// So a follower that comes back gets what it would have got, though conversations have moved on.
public struct LogWalk: Sendable {
  /// The most conversations whose place is remembered; the others are looked up again.
  private static let memoryLength = 65_536
  /// About the most bytes of records read at once.
  private static let pageByteCount = 1 << 20

  /// The position of the last event read.
  public private(set) var position: UInt64
  private let ledger: Ledger
  private var places: [ConversationID: Place] = [:]

  /// What is known of a conversation at the walk's position.
  private struct Place: Sendable {
    var holder: BotID?
    /// The holder when the place was looked up: whose the conversation is.
    var presentHolder: BotID
    /// The bot whose owner the conversation belongs to while nobody registered its holder.
    let originBot: BotID
    let deployment: DeploymentID
    let visitor: VisitorID
  }

  /// Begins behind a position.
  public init(_ ledger: Ledger, after position: UInt64) {
    self.ledger = ledger
    self.position = position
  }

  /// Reads on.
  ///
  /// - Parameter limit: The most events; fewer come if they are large.
  /// - Returns: The next events; none at the log's head.
  /// - Throws: `LedgerError` if an event cannot be read.
  public mutating func next(_ limit: Int) throws -> [PlacedEvent] {
    let head = try ledger.headPosition()
    guard head > position else { return [] }
    let events = try read(through: min(head, position + UInt64(limit)))
    if places.count > Self.memoryLength { places = [:] }
    let registry = try LedgerError.wrapping { try lookUp(events) }
    position = events.last?.position ?? position
    return events.map { place($0, registry) }
  }

  /// Reads events, in steps, until there are enough or they are large.
  private func read(through end: UInt64) throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var (next, bytes) = (position + 1, 0)
    while next <= end, bytes < Self.pageByteCount {
      let stop = min(end, next + 31)
      try ledger.forEachEvent(from: next, through: stop) { event in
        events.append(event)
        bytes += event.bytes.count
      }
      next = stop + 1
    }
    return events
  }

  /// Looks up the conversations that were not met before, as they were before these events.
  private mutating func lookUp(_ events: [RecordedEvent]) throws -> Registry {
    var first: [ConversationID: UInt64] = [:]
    for event in events {
      guard let conversation = event.conversation, places[conversation] == nil,
        first[conversation] == nil
      else { continue }
      first[conversation] = event.position
    }
    let (heads, registry) = try ledger.reader.answering {
      try ledger.reader.heads(of: Set(first.keys))
    }
    for (conversation, head) in heads {
      let position = first[conversation] ?? 0
      places[conversation] = Place(
        holder: position <= head.start ? nil : try holder(of: head, before: position),
        presentHolder: head.state.holder,
        originBot: head.state.originBot,
        deployment: head.state.deployment,
        visitor: head.state.visitor,
      )
    }
    return registry
  }

  /// The bot that held a conversation before a position.
  ///
  /// Only the handovers from there on are walked over, backwards.
  private func holder(of head: Head, before position: UInt64) throws -> BotID {
    guard head.handovers > 0, head.because >= position else { return head.state.holder }
    var later = 0
    try ledger.log.read { transaction, tables in
      var next = head.because
      while next >= position, next > head.start {
        let header = try tables.header(at: next, in: transaction)
        if case .handedOver = header.facts.conversationEvent { later += 1 }
        next = header.previous
      }
    }
    return head.path[max(0, head.path.count - 1 - later)]
  }

  private mutating func place(_ event: RecordedEvent, _ registry: Registry) -> PlacedEvent {
    guard let conversation = event.conversation else { return registryEvent(event, registry) }
    let former = places[conversation]?.holder
    switch event.event {
    case .started(let bot, _, _): places[conversation]?.holder = bot
    case .handedOver(_, let bot, _):
      places[conversation]?.holder = bot
      places[conversation]?.presentHolder = bot
    default: break
    }
    let place = places[conversation]
    return PlacedEvent(
      recorded: event,
      formerHolder: former,
      holder: place?.holder,
      owner: place.flatMap { registry.owner(ofHolder: $0.presentHolder, from: $0.originBot) },
      deployment: place?.deployment,
      visitor: place?.visitor,
      botName: botName(event.event?.author, registry),
    )
  }

  private func botName(_ author: Author?, _ registry: Registry) -> String? {
    guard case .bot(let bot) = author else { return nil }
    return registry.bots[bot]?.name
  }

  private func registryEvent(_ event: RecordedEvent, _ registry: Registry) -> PlacedEvent {
    let owner: OwnerID? =
      switch event.registryEvent {
      case .ownerRegistered(let owner), .botRegistered(_, let owner): owner
      case .moduleDefined(let bot, _), .deploymentRegistered(_, let bot),
        .handoverRequested(let bot), .handoverEnabled(let bot), .handoverDisabled(let bot):
        registry.bots[bot]?.owner
      case .erasureOrdered(.retention(let bot)): bot.flatMap { registry.bots[$0]?.owner }
      case .erasureOrdered(.visitor), .erasureOrdered(.conversation), .erasureFinished: nil
      case .olderKeysAccepted: nil
      case .importRunStarted, .importRunFinished, .unknown, nil: nil
      // Who reads is for the platform's staff and its auditors.
      case .readAuditSwitched, .transcriptsExported, .transcriptOpened: nil
      }
    return PlacedEvent(
      recorded: event,
      formerHolder: nil,
      holder: nil,
      owner: owner,
      deployment: nil,
      visitor: nil,
      botName: nil,
    )
  }
}
