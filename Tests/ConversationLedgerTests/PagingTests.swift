import Conversations
import Projections
import Testing

@testable import ConversationLedger

/// Somebody reads a list page by page while it changes.
@Suite(.inTemporaryFolder)
struct `Pages of an inbox` {
  private let bench = LedgerBench("ledger")
  private var commands = RandomCommands(seed: 21)
  private var generator = SeededGenerator(seed: 21)

  private mutating func submit(_ count: Int) throws {
    bench.clock.advance(by: .random(in: 0...900_000_000, using: &generator))
    _ = try bench.submit((0..<count).map { _ in commands.next() })
  }

  private func events(through position: UInt64) throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    try bench.ledger().forEachEvent(from: 1, through: position) { events.append($0) }
    return events
  }

  private mutating func query() -> InboxQuery {
    var query = InboxQuery(of: generator.pick(RandomCommands.bots))
    query.tookPart = generator.once(in: 3)
    query.hadHandover = generator.once(in: 4)
    query.hadAgent = generator.once(in: 6)
    query.limit = Int.random(in: 1...6, using: &generator)
    return query
  }

  @Test
  mutating func `are of the moment of the first one, whatever moves meanwhile`() throws {
    let ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    for _ in 0..<30 { try submit(10) }
    var changed = 0
    for turn in 0..<60 {
      if turn.isMultiple(of: 7) { _ = try ledger.settle() }
      var query = query()
      var page = try ledger.inbox(query)
      let position = page.position
      let plain = PlainInbox(try events(through: position))
      let list = query.tookPart ? plain.rows(tookPart: query.bot) : plain.rows(of: query.bot)
      let wanted = list.filter { row in
        (!query.hadHandover || row.path.count > 1) && (!query.hadAgent || row.hadAgent)
      }
      #expect(page.newer == nil)
      var rows = page.rows
      while let next = page.next {
        if generator.once(in: 2) { try submit(6) }
        if generator.once(in: 9) { _ = try ledger.settle() }
        query.after = next
        page = try ledger.inbox(query)
        #expect(page.position == position)
        #expect(page.total == wanted.count)
        let newer = try #require(page.newer)
        #expect(newer >= 0)
        changed += newer
        rows += page.rows
        guard rows.count <= wanted.count else { break }
      }
      #expect(page.complete)
      #expect(rows.map(\.conversationId) == wanted.map(\.conversation), "turn \(turn)")
      #expect(rows.map(\.messages) == wanted.map(\.messages), "turn \(turn)")
      #expect(rows.map(\.lastMessage?.position) == wanted.map(\.lastMessage), "turn \(turn)")
      #expect(rows.map(\.holderBotId) == wanted.map { "\($0.holder)" }, "turn \(turn)")
    }
    #expect(changed > 50)
  }

  @Test
  mutating func `say how many conversations changed since the first one`() throws {
    let ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    var starts: [ConversationID] = []
    for number in 0..<6 {
      bench.clock.advance(by: 1_000_000)
      var start = RandomCommands.start
      start.conversation = ConversationID(UInt128(number + 1) << 64)
      starts.append(start.conversation)
      _ = try bench.submit([.start(start)])
    }
    var query = InboxQuery(of: RandomCommands.bots[0])
    query.limit = 2
    query.after = try ledger.inbox(query).next
    #expect(try ledger.inbox(query).newer == 0)
    bench.clock.advance(by: 1_000_000)
    for conversation in [starts[0], starts[0], starts[3]] {
      let post = ConversationCommand.post(
        as: .bot(RandomCommands.bots[0]),
        EventBody(text: "later"),
      )
      _ = try bench.submit([
        .conversation(ConversationRequest(conversation, post, successor: .fresh()))
      ])
    }
    let page = try ledger.inbox(query)
    #expect(page.newer == 2)
    #expect(page.rows.map(\.conversationId) == starts[2...3].reversed().map(\.description))
    query.after = nil
    let first = try ledger.inbox(query)
    #expect(first.rows.map(\.conversationId) == [starts[3], starts[0]].map(\.description))
    #expect(first.newer == nil)
  }

  @Test
  mutating func `go on only behind a page of the same question`() throws {
    let ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    for _ in 0..<12 { try submit(10) }
    var query = InboxQuery(of: RandomCommands.bots[0])
    query.limit = 1
    let next = try #require(try ledger.inbox(query).next)
    var others = ["", "17", "0", "-1", "abc", "ä", String(next.dropLast()), next + "A"]
    for place in stride(from: 0, to: next.count, by: 5) {
      var letters = Array(next)
      letters[place] = letters[place] == "x" ? "y" : "x"
      others.append(String(letters))
    }
    for other in others {
      query.after = other
      expectMalformed(query, ledger)
    }
    query.after = next
    #expect(try ledger.inbox(query).rows.count == 1)
    query.limit = 5
    #expect(try ledger.inbox(query).rows.count > 1)
    query.hadHandover = true
    expectMalformed(query, ledger)
  }

  private func expectMalformed(_ query: InboxQuery, _ ledger: Ledger) {
    do {
      let page = try ledger.inbox(query)
      Issue.record("\(query.after ?? "") gave \(page.rows.count) rows")
    } catch {
      #expect((error as? LedgerError)?.kind == .malformedQuery, "\(error)")
    }
  }

  @Test
  mutating func `end when too much has happened since the first one`() throws {
    var options = Ledger.Options.bench(bench.clock)
    options.rewindLimits.events = 8
    let ledger = try Ledger(
      at: TemporaryFolder.path + "/short",
      for: .writing(creating: true),
      options: options,
    )
    defer { ledger.close() }
    _ = try ledger.submitAndWait(RandomCommands.network)
    for _ in 0..<10 { _ = try ledger.submitAndWait((0..<10).map { _ in commands.next() }) }
    var query = InboxQuery(of: RandomCommands.bots[0])
    query.limit = 1
    let first = try ledger.inbox(query)
    query.after = first.next
    while try ledger.headPosition() <= first.position + 8 {
      _ = try ledger.submitAndWait([commands.next()])
    }
    #expect {
      try ledger.inbox(query)
    } throws: { error in
      (error as? LedgerError)?.kind == .cursorExpired
    }
    // A moment that was asked for by its position is folded instead.
    query.after = nil
    query.asOf = .position(first.position)
    #expect(try ledger.inbox(query).rows == first.rows)
  }
}
