import Conversations
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `A list of conversations` {
  private let bench = LedgerBench("ledger")
  private let bot = RandomCommands.bots[0]

  /// Rows of another system, each with the time it claims.
  private func record(_ number: Int, at times: [Int64]) throws -> ConversationID {
    let visitor = VisitorID(UInt128(number))
    let conversation = ConversationID(UInt128(number) << 64 | 0xC)
    let rows = times.enumerated().map { index, time in
      let event: ConversationEvent =
        index == 0
        ? .started(bot: bot, deployment: RandomCommands.start.deployment, visitor: visitor)
        : .messagePosted(by: .visitor(visitor))
      return ImportedRow(
        key: "row \(index)",
        occurredAt: Timestamp(microseconds: time),
        events: [NewEvent(event, EventBody(text: "row \(index)"))],
      )
    }
    _ = try bench.submit([.record(ImportedConversation(conversation, rows: rows))])
    return conversation
  }

  private func order(_ query: InboxQuery) throws -> [String] {
    try bench.ledger().inbox(query).rows.map(\.conversationId)
  }

  @Test
  func `is sorted by the activity it shows, whenever that was recorded`() throws {
    _ = try bench.submit(RandomCommands.network)
    _ = try bench.submit([.start(RandomCommands.start)])
    let today = RandomCommands.start.conversation
    let year: Int64 = 365 * 86_400_000_000
    // Talks of the past that are imported afterwards stand below; one of the future stands above.
    let old = try record(1, at: [20 * year, 20 * year + 1])
    let older = try record(2, at: [10 * year, 10 * year + 1])
    let future = try record(3, at: [90 * year])
    let beforeTime = try record(4, at: [-5 * year])
    let wanted = [future, today, old, older, beforeTime].map(\.description)
    for isWritten in [false, true] {
      if isWritten { _ = try bench.ledger().settle() }
      #expect(try order(InboxQuery(of: bot)) == wanted)
      var query = InboxQuery(of: bot)
      query.tookPart = true
      #expect(try order(query) == wanted)
      query.limit = 1
      var paged: [String] = []
      repeat {
        let page = try bench.ledger().inbox(query)
        paged += page.rows.map(\.conversationId)
        query.after = page.next
      } while query.after != nil
      #expect(paged == wanted)
    }
  }

  @Test
  func `keeps the latest activity when a row with an older time comes late`() throws {
    _ = try bench.submit(RandomCommands.network)
    let now = bench.clock.now
    let conversation = try record(1, at: [now - 3, now - 1, now - 900_000_000_000])
    let row = try bench.ledger().page(of: conversation).row
    #expect(row.lastActivityAt == Timestamp(microseconds: now - 1).text)
    // Nor does its session end by that (R21).
    #expect(row.status == .active)
    var query = InboxQuery(of: bot)
    query.from = Timestamp(microseconds: now - 1)
    #expect(try order(query) == [conversation.description])
    _ = try bench.ledger().settle()
    #expect(try order(query) == [conversation.description])
  }

  @Test(arguments: [41, 42] as [UInt64])
  func `is as long as its counts say, whatever it is filtered by`(seed: UInt64) throws {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: seed))
    let ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    var seen: Set<ConversationStatus> = []
    for turn in 0..<40 {
      bench.clock.advance(by: .random(in: 0...900_000_000, using: &generator))
      _ = try ledger.submitAndWait((0..<12).map { _ in commands.next() })
      if turn.isMultiple(of: 9) { _ = try ledger.settle() }
      for _ in 0..<6 {
        var query = InboxQuery(of: generator.pick(RandomCommands.bots))
        query.status = generator.once(in: 4) ? nil : generator.pick(ConversationStatus.allCases)
        query.hadHandover = generator.once(in: 2)
        query.hadAgent = generator.once(in: 3)
        if generator.once(in: 3) {
          let back = Int64.random(in: 0...9_000_000_000, using: &generator)
          query.from = Timestamp(microseconds: bench.clock.now - back)
        }
        query.limit = 1_000
        let whole = try ledger.inbox(query)
        #expect(whole.total == whole.rows.count, "\(query)")
        #expect(whole.complete)
        query.limit = 1
        #expect(try ledger.inbox(query).total == whole.total, "\(query)")
        seen.formUnion(whole.rows.map(\.status))
      }
    }
    #expect(seen == Set(ConversationStatus.allCases))
  }
}
