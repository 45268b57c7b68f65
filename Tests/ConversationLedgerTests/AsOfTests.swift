import ConversationLedger
import Conversations
import Testing

@Suite(.inTemporaryFolder)
struct `An inbox as it was` {
  private let bench = LedgerBench("ledger")
  private let ledger: Ledger
  private let events: [RecordedEvent]

  init() throws {
    var (commands, generator) = (RandomCommands(seed: 11), SeededGenerator(seed: 11))
    ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    for _ in 0..<90 {
      bench.clock.advance(by: .random(in: 0...300_000_000, using: &generator))
      _ = try ledger.submitAndWait((0..<10).map { _ in commands.next() })
    }
    // Half of it is in written views, half of it is folded.
    _ = try ledger.settle()
    _ = try ledger.submitAndWait((0..<200).map { _ in commands.next() })
    var events: [RecordedEvent] = []
    try ledger.forEachEvent(from: 1, through: ledger.headPosition()) { events.append($0) }
    self.events = events
  }

  @Test
  func `is what plain code finds in the events up to then`() throws {
    #expect(events.count > 400)
    var generator = SeededGenerator(seed: 12)
    for turn in 0..<300 {
      let position = UInt64.random(in: 0...UInt64(events.count), using: &generator)
      let bots = RandomCommands.bots.shuffled(using: &generator).prefix(2)
      try expect(asOf: .position(position), position, bots, filtered: turn.isMultiple(of: 8))
    }
    let bots = RandomCommands.bots[...]
    try expect(asOf: .position(.max), UInt64(events.count), bots, filtered: true)
  }

  @Test
  func `is found by a time too`() throws {
    var generator = SeededGenerator(seed: 13)
    for _ in 0..<60 {
      let event = generator.pick(events)
      let time = event.recordedAt.microseconds + generator.pick([-1, 0, 1])
      let last = events.last { $0.recordedAt.microseconds <= time }
      let moment = Moment.time(Timestamp(microseconds: time))
      try expect(asOf: moment, last?.position ?? 0, [generator.pick(RandomCommands.bots)])
    }
  }

  /// Compares each bot's inbox, and each filter, with plain code.
  private func expect(
    asOf moment: Moment,
    _ position: UInt64,
    _ bots: ArraySlice<BotID>,
    filtered: Bool = false,
  ) throws {
    let plain = PlainInbox(events.prefix(Int(position)))
    for bot in bots {
      var query = InboxQuery(of: bot)
      query.asOf = moment
      query.limit = 1_000
      guard isRegistered(bot, by: position) else {
        #expect(throws: LedgerError.self) { try ledger.inbox(query) }
        continue
      }
      let page = try ledger.inbox(query)
      let rows = plain.rows(of: bot)
      #expect(page.position == position)
      #expect(page.complete && page.next == nil && page.total == rows.count)
      #expect(page.rows.count == rows.count, "position \(position)")
      for (row, wanted) in zip(page.rows, rows) {
        #expect(wanted.isSame(as: row), "position \(position): \(row), not \(wanted)")
      }
      if filtered { try expectFilters(query, plain, rows) }
    }
  }

  private func isRegistered(_ bot: BotID, by position: UInt64) -> Bool {
    events.prefix(Int(position)).contains { event in
      if case .botRegistered(bot, _) = event.registryEvent { true } else { false }
    }
  }

  private func expectFilters(
    _ query: InboxQuery,
    _ plain: PlainInbox,
    _ rows: [PlainInbox.Row],
  ) throws {
    func found(_ change: (inout InboxQuery) -> Void) throws -> [String] {
      var query = query
      change(&query)
      let page = try ledger.inbox(query)
      #expect(page.total == page.rows.count)
      return page.rows.map(\.conversationId)
    }
    for status in ConversationStatus.allCases {
      let wanted = rows.filter { $0.status == status }.map(\.conversation)
      #expect(try found { $0.status = status } == wanted)
    }
    let handedOver = rows.filter { $0.path.count > 1 }.map(\.conversation)
    #expect(try found { $0.hadHandover = true } == handedOver)
    #expect(try found { $0.hadAgent = true } == rows.filter(\.hadAgent).map(\.conversation))
    let took = plain.rows(tookPart: query.bot).map(\.conversation)
    #expect(try found { $0.tookPart = true } == took)
  }

  @Test
  func `is read page by page, each row exactly once`() throws {
    var generator = SeededGenerator(seed: 14)
    for _ in 0..<120 {
      var query = InboxQuery(of: generator.pick(RandomCommands.bots))
      let position = UInt64.random(in: 20...UInt64(events.count), using: &generator)
      query.asOf = generator.once(in: 3) ? nil : .position(position)
      query.tookPart = generator.once(in: 3)
      query.hadHandover = generator.once(in: 4)
      query.status = generator.once(in: 4) ? .active : nil
      query.limit = 1_000
      let whole = try ledger.inbox(query)
      query.limit = Int.random(in: 1...7, using: &generator)
      var rows: [InboxRow] = []
      repeat {
        let page = try ledger.inbox(query)
        #expect(page.rows.count <= query.limit)
        #expect(page.total == whole.total)
        #expect(page.complete == (page.next == nil))
        rows += page.rows
        query.after = page.next
      } while query.after != nil && rows.count <= whole.total
      #expect(rows == whole.rows)
      #expect(rows.count == whole.total)
    }
  }
}
