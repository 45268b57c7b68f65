import ConversationLedger
import Conversations
import Testing

@Suite(.inTemporaryFolder)
struct `The difference of two moments` {
  private let bench = LedgerBench("ledger")
  private let ledger: Ledger
  private let events: [RecordedEvent]

  init() throws {
    try bench.fill(seed: 41, batches: 90)
    ledger = try bench.ledger()
    _ = try ledger.settle()
    var commands = RandomCommands(seed: 42)
    _ = try ledger.submitAndWait((0..<100).map { _ in commands.next() })
    var events: [RecordedEvent] = []
    try ledger.forEachEvent(from: 1, through: ledger.headPosition()) { events.append($0) }
    self.events = events
  }

  /// A conversation at a moment, as plain code finds it.
  private struct Place: Equatable {
    var holder: BotID
    var messages = 0
    var control = "bot"
    var isEnded = false
  }

  private func places(_ position: UInt64) -> [ConversationID: Place] {
    var places: [ConversationID: Place] = [:]
    for event in events.prefix(Int(position)) {
      guard let id = event.conversation else { continue }
      switch event.event {
      case .started(let bot, _, _): places[id] = Place(holder: bot)
      case .handedOver(_, let bot, _): places[id]?.holder = bot
      case .messagePosted: places[id]?.messages += 1
      case .agentRequested: places[id]?.control = "agentRequested"
      case .agentTookOver: places[id]?.control = "agent"
      case .agentHandedBack: places[id]?.control = "bot"
      case .ended: places[id]?.isEnded = true
      default: break
      }
    }
    return places
  }

  @Test
  func `is what plain code finds between hundreds of pairs of positions`() throws {
    var generator = SeededGenerator(seed: 43)
    for _ in 0..<300 {
      let pair = (0..<2).map { _ in UInt64.random(in: 0...UInt64(events.count), using: &generator) }
      try expect(pair.min() ?? 0, pair.max() ?? 0)
    }
    try expect(0, UInt64(events.count))
    try expect(7, 7)
  }

  private func expect(_ first: UInt64, _ second: UInt64) throws {
    let (before, after) = (places(first), places(second))
    let span = events[Int(first)..<Int(second)]
    var changes: [ConversationChange] = []
    let found = try ledger.difference(from: .position(first), to: .position(second)) {
      changes.append($0)
    }
    #expect(found.from == first && found.to == second && found.events == second - first)
    let touched = Set(span.compactMap(\.conversation))
    #expect(Set(changes.map(\.conversationId)) == Set(touched.map(\.description)))
    #expect(changes.count == touched.count && found.conversations == touched.count)
    for change in changes {
      let id = try #require(ConversationID(change.conversationId))
      let now = try #require(after[id])
      #expect(change.from == before[id]?.holder.description)
      #expect(change.to == now.holder.description)
      #expect(change.messages == now.messages - (before[id]?.messages ?? 0))
      #expect(change.events == span.count { $0.conversation == id })
      #expect(change.controlBefore == before[id]?.control && change.controlAfter == now.control)
      #expect(change.ended == (now.isEnded && before[id]?.isEnded != true))
      let isMoved = before[id].map { $0.holder != now.holder } ?? false
      #expect(change.change == (before[id] == nil ? "started" : isMoved ? "moved" : "continued"))
    }
    #expect(found.started == touched.count { before[$0] == nil })
    #expect(found.moved == changes.count { $0.change == "moved" })
    #expect(
      found.registry.map(\.position) == span.filter { $0.conversation == nil }.map(\.position)
    )
    expectInboxes(found, before, after)
  }

  private func expectInboxes(
    _ found: MomentDifference,
    _ before: [ConversationID: Place],
    _ after: [ConversationID: Place],
  ) {
    for bot in RandomCommands.bots {
      let (old, new) = (
        before.filter { $0.value.holder == bot }, after.filter { $0.value.holder == bot },
      )
      let inbox = found.inboxes.first { $0.botId == bot.description }
      let isChanged = Set(old.keys) != Set(new.keys) || old.contains { after[$0.key] != $0.value }
      if isChanged, inbox == nil {
        // Only an end or a control changed; the inbox did not.
        #expect(old.mapValues(\.messages) == new.mapValues(\.messages))
      }
      guard let inbox else { continue }
      #expect(inbox.came == Set(new.keys).subtracting(old.keys).count)
      #expect(inbox.went == Set(old.keys).subtracting(new.keys).count)
      #expect(inbox.conversationsBefore == old.count && inbox.conversationsAfter == new.count)
      #expect(inbox.messagesBefore == old.values.reduce(0) { $0 + $1.messages })
      #expect(inbox.messagesAfter == new.values.reduce(0) { $0 + $1.messages })
    }
  }

  @Test
  func `is asked for with the earlier moment first`() throws {
    #expect(throws: LedgerError.self) {
      try ledger.difference(from: .position(9), to: .position(8)) { _ in }
    }
  }

  @Test
  func `is found by times too`() throws {
    let (first, second) = (events[40].recordedAt, events[events.count / 2].recordedAt)
    let found = try ledger.difference(from: .time(first), to: .time(second)) { _ in }
    #expect(found.from == events.last { $0.recordedAt <= first }?.position)
    #expect(found.to == events.last { $0.recordedAt <= second }?.position)
  }
}
