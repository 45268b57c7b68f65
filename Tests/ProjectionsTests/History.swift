import ConversationCoding
import Conversations
import EventStore
import Projections

/// Headers as a log would have them, of events that need not fit one another: views take in
/// whatever was recorded.
struct History {
  static let bots: [BotID] = (1...4).map { BotID(UInt128($0) << 64 | 7) }
  private static let agents: [AgentID] = [AgentID(1), AgentID(2)]

  private(set) var events: [(header: RecordHeader, key: [UInt8])] = []
  private var generator: SeededGenerator
  private var conversations: [StreamPlace] = []
  private var administration = StreamPlace(stream: 0, start: 0, position: 0, previous: 0)
  private var slots: [VisitorID: UInt64] = [:]
  private var conversationSlots: [UInt128: UInt64] = [:]

  init(seed: UInt64, count: Int) {
    generator = SeededGenerator(seed: seed)
    for _ in 0..<count { addEvent() }
  }

  private var position: UInt64 { UInt64(events.count) + 1 }

  private mutating func addEvent() {
    if generator.once(in: 30) {
      administration.position += 1
      let facts = EventFacts(RegistryEvent.handoverEnabled(Self.bots[0]))
      administration.previous = add(facts, administration, KeyRing.ledgerSlot).position
    } else if conversations.isEmpty || generator.once(in: 12) {
      start()
    } else {
      let index = Int.random(in: conversations.indices, using: &generator)
      var place = conversations[index]
      place.position += 1
      let slot = conversationSlots[place.stream] ?? 0
      place.previous = add(facts(), place, slot).position
      conversations[index] = place
    }
  }

  private mutating func start() {
    let stream = UInt128(conversations.count + 1) << 32
    let visitor = VisitorID(UInt128(Int.random(in: 1...9, using: &generator)))
    let slot = slots[visitor] ?? UInt64(slots.count) + KeyRing.ledgerSlot + 1
    slots[visitor] = slot
    conversationSlots[stream] = slot
    let event = ConversationEvent.started(
      bot: generator.pick(Self.bots),
      deployment: DeploymentID(5),
      visitor: visitor,
    )
    var facts = EventFacts(event)
    if generator.once(in: 3) {
      facts.predecessor = conversations.randomElement(using: &generator)?.start
    }
    var place = StreamPlace(stream: stream, start: position, position: 1, previous: 0)
    place.previous = add(facts, place, slot).position
    conversations.append(place)
  }

  private mutating func add(
    _ facts: EventFacts,
    _ place: StreamPlace,
    _ slot: UInt64,
  ) -> RecordHeader {
    var header = RecordHeader(facts, at: place, keySlot: slot)
    header.position = position
    header.recordedAt = 1_000_000 * Int64(position / 3)
    header.isImported = generator.once(in: 10)
    if generator.once(in: 5) { header.occurredAt = Int64.random(in: 0..<9, using: &generator) }
    let key: [UInt8] = generator.once(in: 4) ? [UInt8.random(in: 1...9, using: &generator)] : []
    events.append((header, key))
    return header
  }

  private mutating func facts() -> EventFacts {
    let bot = generator.pick(Self.bots)
    let agent = generator.pick(Self.agents)
    let author: Author = generator.pick([.visitor(VisitorID(1)), .bot(bot), .agent(agent)])
    let event: ConversationEvent = generator.pick([
      .messagePosted(by: author), .messagePosted(by: author), .messagePosted(by: author),
      .handedOver(from: generator.pick(Self.bots), to: bot, module: nil),
      .handedOver(from: generator.pick(Self.bots), to: bot, module: nil),
      .handoverRefused(.sameBot, destination: bot, module: nil),
      .agentRequested(by: author, method: .zendesk), .agentTookOver(agent),
      .agentHandedBack(agent, to: bot, since: 1), .variablesSet(by: author),
      .notePosted(by: author), .requestRepeated(by: author), .unknown(type: 999),
    ])
    return EventFacts(generator.once(in: 40) ? .ended(by: author) : event)
  }
}

/// The head of a conversation as a few lines of plain code fold it from all events before.
struct PlainHead: Equatable {
  var conversation: ConversationID
  var holder: BotID
  var path: [BotID]
  var messages: UInt32 = 0
  var lastPosition: UInt64
  var activity: Int64
  var lastMessage: UInt64 = 0
  var hadAgent = false
  var isWithAgent = false
  var isEnded = false

  init(_ head: Head) {
    conversation = head.conversation
    holder = head.state.holder
    path = head.path
    messages = head.messages
    lastPosition = head.lastPosition
    activity = head.lastActivityAt
    lastMessage = head.lastMessagePosition
    hadAgent = head.hadAgent
    if case .agent = head.state.control { isWithAgent = true }
    isEnded = head.state.isEnded
  }

  init(_ conversation: ConversationID, _ bot: BotID, _ header: RecordHeader) {
    self.conversation = conversation
    holder = bot
    path = [bot]
    lastPosition = header.position
    activity = header.shownAt
  }

  /// Where it stands in a list.
  var place: InboxPlace { InboxPlace(activity: activity, position: lastPosition) }

  /// The heads at a position, the conversation begun first first.
  static func all(in history: History, at position: Int) -> [PlainHead] {
    var heads: [PlainHead] = []
    for (header, _) in history.events.prefix(position) where header.stream != 0 {
      let id = ConversationID(header.stream)
      if case .started(let bot, _, _) = header.facts.conversationEvent {
        heads.append(PlainHead(id, bot, header))
      } else if let index = heads.firstIndex(where: { $0.conversation == id }) {
        heads[index].take(header)
      }
    }
    return heads
  }

  private mutating func take(_ header: RecordHeader) {
    lastPosition = header.position
    activity = max(activity, header.shownAt)
    switch header.facts.conversationEvent {
    case .messagePosted:
      messages += 1
      lastMessage = header.position
    case .handedOver(_, let bot, _):
      holder = bot
      path.append(bot)
    case .agentTookOver: (hadAgent, isWithAgent) = (true, true)
    case .agentHandedBack, .agentRequested: isWithAgent = false
    case .ended: isEnded = true
    default: break
    }
  }
}
