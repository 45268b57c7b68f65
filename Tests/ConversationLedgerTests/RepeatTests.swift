import ConversationCoding
import Conversations
import EventStore
import Projections
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `A word of a command` {
  private let agentWanted = ConversationCommand.requestAgent(
    by: .holder,
    method: nil,
    EventBody(),
  )

  @Test
  func `is resolved where the command is ordered`() throws {
    let desk = try Desk("order")
    let answers = try desk.bench.submit([
      Desk.request(.handOver(HandOver(to: Desk.hotels, landingOn: .least))),
      Desk.request(.post(as: .holder, EventBody(text: "Hotels here"))),
    ])
    #expect(answers[1].receipt != nil)
    let last = try desk.bench.ledger().events(of: Desk.talk).events.last
    #expect(last?.event == .messagePosted(by: .bot(Desk.hotels)))
  }

  @Test
  func `is what a key stands for, whoever the holder is by then`() throws {
    let desk = try Desk("request")
    let first = try #require(try desk.ask(agentWanted, key: "k").receipt)
    try desk.ask(.takeOver(Desk.eve, EventBody()))
    try desk.ask(.handBack(Desk.eve, EventBody()))
    try desk.handOver(to: Desk.hotels)
    for restarts in [false, true] {
      if restarts { desk.restart() }
      let again = try #require(try desk.ask(agentWanted, key: "k").receipt)
      #expect(again.isRepeated)
      #expect(again.position == first.position)
      #expect(again.holder == Desk.flights)
    }
  }

  @Test
  func `under a key that an earlier release resolved is answered as first given`() throws {
    let desk = try Desk("earlier")
    var names = EventBody(text: "I am Eve")
    (names.authorID, names.authorName) = ("eve", "Eve")
    let eve = AgentID.account("eve")
    // Given keys as the edges of the first release asked: with whom they had looked up.
    let resolved: [(ConversationCommand, ConversationCommand)] = [
      (
        .post(as: .visitor(Desk.anna), EventBody(text: "hello")),
        .post(as: .visitorOfConversation, EventBody(text: "hello")),
      ),
      (.requestAgent(by: .bot(Desk.flights), method: nil, EventBody()), agentWanted),
      (.takeOver(eve, EventBody()), .takeOver(eve, EventBody())),
      (.post(as: .agent(eve), names), .post(as: .agentInControl, names)),
      (.handBack(eve, EventBody()), .handBack(.inControl, EventBody())),
    ]
    var firsts: [Receipt?] = []
    for (index, pair) in resolved.enumerated() {
      firsts.append(try desk.ask(pair.0, key: "k\(index)").receipt)
    }
    try desk.handOver(to: Desk.hotels)
    for restarts in [false, true] {
      if restarts { desk.restart() }
      for (index, pair) in resolved.enumerated() {
        // When the same call comes again, its word unresolved, then it is known.
        let again = try desk.ask(pair.1, key: "k\(index)")
        #expect(again.receipt?.position == firsts[index]?.position, "\(pair.1): \(again)")
        #expect(again.receipt?.isRepeated == true)
      }
    }
  }

  @Test
  func `for the agent in control bears the caller's name only if that is the caller`() throws {
    let desk = try Desk("names")
    var body = EventBody(text: "from the desk")
    (body.authorID, body.authorName) = ("airline", "Airline")
    try desk.ask(.takeOver(Desk.eve, EventBody()))
    try desk.ask(.post(as: .agentInControl, body))
    let said = try #require(try desk.bench.ledger().events(of: Desk.talk).events.last)
    #expect(said.event == .messagePosted(by: .agent(Desk.eve)))
    #expect(said.body?.authorID == nil && said.body?.authorName == nil)
    try desk.ask(.handBack(.inControl, EventBody()))
    try desk.ask(.takeOver(.account("airline"), EventBody()))
    try desk.ask(.post(as: .agentInControl, body))
    let own = try #require(try desk.bench.ledger().events(of: Desk.talk).events.last)
    #expect(own.body?.authorID == "airline" && own.body?.authorName == "Airline")
  }

  @Test
  func `for nobody is refused, or holds already`() throws {
    let desk = try Desk("nobody")
    let before = try desk.position
    let post = ConversationCommand.post(as: .agentInControl, EventBody(text: "x"))
    #expect(try desk.ask(post).refusal?.code == .agentNotInControl)
    #expect(try desk.ask(.note(as: .agentInControl, EventBody(text: "x"))).refusal != nil)
    #expect(try desk.ask(.handBack(.inControl, EventBody())).receipt?.isRepeated == true)
    #expect(try desk.position == before)
  }
}

@Suite(.inTemporaryFolder)
struct `A repeated key` {
  @Test
  func `is answered alike before and after a restart, once its words are erased`() throws {
    let desk = try Desk("erased")
    try desk.says("hello", key: "k")
    let unknown = HandOver(to: BotID(0xFF), landingOn: .least)
    #expect(try desk.ask(.handOver(unknown), key: "h").refusal?.code == .botNotFound)
    _ = try desk.bench.ledger().eraseAndWait(
      ErasureRequest(.conversation(Desk.talk), ground: "Art. 17", orderedBy: "dpo")
    )
    func answers() throws -> [LedgerAnswer] {
      try [
        desk.ask(.post(as: .visitorOfConversation, EventBody(text: "hello")), key: "k"),
        desk.ask(.post(as: .visitorOfConversation, EventBody(text: "other")), key: "k"),
        desk.ask(.handOver(unknown), key: "h"),
      ]
    }
    let before = try answers()
    desk.restart()
    #expect(try answers() == before)
    #expect(before[0].receipt?.isRepeated == true)
    #expect(before[1] == before[0])
    #expect(before[2].refusal?.sentence.hasPrefix("bot_not_found (first answered ") == true)
  }

  @Test
  func `of a refusal says when it was refused first, and that a new key asks anew`() throws {
    let desk = try Desk("refusal")
    let first = try #require(try desk.handOver(to: Desk.flights, key: "k").refusal)
    #expect(first.firstGivenAt == nil)
    let then = Timestamp(microseconds: desk.bench.clock.now)
    desk.expire()
    for restarts in [false, true] {
      if restarts { desk.restart() }
      let again = try #require(try desk.handOver(to: Desk.flights, key: "k").refusal)
      #expect(again.code == first.code)
      #expect(again.firstGivenAt == then)
      #expect(
        again.sentence
          == "\(first.sentence) (first answered \(then.text); a new idempotency key asks anew)"
      )
    }
  }

  @Test
  func `of a long conversation is answered without its chain on the writer`() throws {
    // Given a key in the midst of a conversation that was handed over later, whose first answer
    // its head does not say, and one behind the handover.
    let desk = try Desk("long")
    let note = ConversationCommand.note(as: .staff, EventBody(text: "x"))
    let early = try #require(try desk.ask(note, key: "early").receipt)
    try desk.handOver(to: Desk.hotels)
    let late = try #require(try desk.ask(note, key: "late").receipt)
    desk.restart()
    let ledger = try desk.bench.ledger()
    let views = StandingViews(ledger.reader.writtenViews)
    let state = try WriterState(log: ledger.log, keys: ledger.keys, views: views)
    var machine = LedgerMachine(state: state, rules: Rules())
    let start = try #require(try ledger.reader.atHead().head(of: Desk.talk)?.start)
    func answer(_ key: String) throws -> LedgerAnswer? {
      let place = KeyPlace(.conversation(start: start), Array(key.utf8))
      return try machine.answer(to: place, machine.content(of: note))
    }
    // When the machine is asked, then it leaves the chain of the first to whoever asks.
    #expect(throws: PastNeeded.answer(at: early.position)) { try answer("early") }
    #expect(try answer("late")?.receipt?.position == late.position)
    // And the ledger answers both as it did first.
    for (key, receipt) in [("early", early), ("late", late)] {
      var expected = receipt
      expected.isRepeated = true
      #expect(try desk.ask(note, key: key).receipt == expected)
    }
  }
}
