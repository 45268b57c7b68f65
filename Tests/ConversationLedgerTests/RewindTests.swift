import Conversations
import Projections
import Testing

@testable import ConversationLedger

/// What is known with everything since taken back, against what is folded from the beginning.
@Suite(.inTemporaryFolder)
struct `A look back` {
  private let bench = LedgerBench("ledger")

  @Test(arguments: [31, 32] as [UInt64])
  func `finds what a fold of the log finds`(seed: UInt64) throws {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: seed))
    let ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    for turn in 0..<60 {
      bench.clock.advance(by: .random(in: 0...300_000_000, using: &generator))
      _ = try ledger.submitAndWait((0..<12).map { _ in commands.next() })
      if turn.isMultiple(of: 11) { _ = try ledger.settle() }
      let present = try ledger.reader.atHead()
      let position = UInt64.random(in: 0...present.position, using: &generator)
      let past = try ledger.reader.rewound(present, to: position, limits: .init(), .endless)
      try expect(past, toBe: try ledger.reader.at(position), commands)
      try expectPages(ledger, at: position, commands, &generator)
    }
  }

  private func expect(
    _ past: ViewSnapshot,
    toBe folded: ViewSnapshot,
    _ commands: RandomCommands,
  ) throws {
    #expect(past.position == folded.position)
    #expect(past.time == folded.time)
    #expect(past.registry == folded.registry)
    for bot in RandomCommands.bots {
      #expect(try heads(past, bot) == heads(folded, bot), "position \(past.position)")
      #expect(try past.heads(tookPart: bot) == folded.heads(tookPart: bot))
      #expect(try past.count(ofInboxOf: bot) == folded.count(ofInboxOf: bot))
    }
    var all: ([Head], [Head]) = ([], [])
    try past.forEachHead { all.0.append($0) }
    try folded.forEachHead { all.1.append($0) }
    #expect(all.0 == all.1)
    for visitor in (1...12).map({ VisitorID(UInt128($0)) }) {
      #expect(try past.heads(of: visitor) == folded.heads(of: visitor))
    }
    for conversation in commands.conversations {
      #expect(try past.head(of: conversation) == folded.head(of: conversation))
    }
  }

  private func heads(_ snapshot: ViewSnapshot, _ bot: BotID) throws -> [Head] {
    var heads: [Head] = []
    try snapshot.forEachHead(inInboxOf: bot, behind: nil) { head in
      heads.append(head)
      return true
    }
    return heads
  }

  /// A conversation's page is its row of the inbox that is folded.
  private func expectPages(
    _ ledger: Ledger,
    at position: UInt64,
    _ commands: RandomCommands,
    _ generator: inout SeededGenerator,
  ) throws {
    let folded = try ledger.reader.at(position)
    for _ in 0..<3 {
      let conversation = generator.pick(commands.conversations)
      guard let head = try folded.head(of: conversation) else {
        #expect(throws: LedgerError.self) {
          try ledger.page(of: conversation, asOf: .position(position))
        }
        continue
      }
      let page = try ledger.page(of: conversation, asOf: .position(position))
      let query = InboxQuery(of: head.state.holder)
      let filter = InboxFilter(query, folded.registry, at: folded.time)
      #expect(page.row == (try ledger.row(head, filter)))
      #expect(page.lastPosition == head.lastPosition)
      let transcript = try ledger.transcript(of: conversation, asOf: .position(position))
      #expect(transcript.lastPosition == head.lastPosition)
    }
  }

  @Test
  func `at one conversation reads that conversation alone`() throws {
    _ = try bench.submit(RandomCommands.network)
    let own = RandomCommands.start
    _ = try bench.submit([.start(own)])
    let position = try bench.ledger().headPosition()
    var other = RandomCommands.start
    other.conversation = ConversationID(0xC2)
    _ = try bench.submit([.start(other)])
    for number in 0..<40 { try post("\(number)", in: other.conversation) }
    let last = try bench.ledger().headPosition()
    try post("Yes?", in: own.conversation)
    _ = try bench.ledger().settle()
    bench.close()
    // Whoever folds the log meets records that cannot be read.
    try Forger(path: bench.path).withRows { rows in
      for place in position + 1...last { rows[place] = rows[place].map { Array($0.prefix(40)) } }
    }
    let ledger = try Ledger(at: bench.path, for: .reading, options: .bench(bench.clock))
    let moment = Moment.position(position)
    #expect(throws: LedgerError.self) { try ledger.inbox(InboxQuery(asOf: moment)) }
    let page = try ledger.page(of: own.conversation, asOf: moment)
    #expect(page.row.messages == 0)
    #expect((page.position, page.lastPosition) == (position, position))
    #expect(try ledger.page(of: own.conversation).row.messages == 1)
    let transcript = try ledger.transcript(of: own.conversation, asOf: moment)
    #expect(transcript.lastPosition == position)
    #expect(try ledger.why(own.conversation, asOf: moment).count == 1)
  }

  private func post(_ text: String, in conversation: ConversationID) throws {
    let post = ConversationCommand.post(as: .bot(RandomCommands.bots[0]), EventBody(text: text))
    _ = try bench.submit([
      .conversation(ConversationRequest(conversation, post, successor: .fresh()))
    ])
  }
}

extension InboxQuery {
  /// The inbox of the first bot as it was.
  fileprivate init(asOf moment: Moment) {
    self.init(of: RandomCommands.bots[0])
    asOf = moment
  }
}

@Suite(.inTemporaryFolder)
struct `A question` {
  @Test
  func `ends when whoever asks does not wait any longer`() throws {
    let bench = LedgerBench("ledger")
    let ledger = try bench.ledger()
    _ = try ledger.submitAndWait(RandomCommands.network)
    var commands = RandomCommands(seed: 34)
    for _ in 0..<30 { _ = try ledger.submitAndWait((0..<20).map { _ in commands.next() }) }
    var text = InboxQuery(of: RandomCommands.bots[0])
    text.text = "nobody said this"
    var took = InboxQuery(of: RandomCommands.bots[0])
    took.tookPart = true
    var past = InboxQuery(of: RandomCommands.bots[0])
    past.asOf = .position(200)
    for query in [text, took, past] {
      for limit in [0, 1, 3] {
        let asked = Calls()
        #expect {
          try ledger.inbox(query, patience: Patience { asked.add() < limit })
        } throws: { error in
          (error as? LedgerError)?.kind == .cutOff
        }
      }
      #expect(try ledger.inbox(query, patience: .endless).complete || query.text == nil)
    }
  }
}
