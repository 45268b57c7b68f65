import Conversations
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `After a session has expired` {
  private let second = ConversationID(0xC2)
  private let third = ConversationID(0xC3)

  @Test
  func `three messages to the known conversation are in one successor`() throws {
    // Given a conversation whose session is over.
    let desk = try Desk("three")
    try desk.says("first")
    desk.expire()
    // When its visitor writes three times to it, each time with a fresh identifier at hand.
    let landed = try [0xC2, 0xC3, 0xC4].map { try desk.says("later", successor: $0) }
    // Then all three are in the same one.
    #expect(landed == [second, second, second])
    #expect(try desk.bench.ledger().status().conversations == 2)
  }

  @Test
  func `eight messages at once are in one successor, whichever is first`() async throws {
    let desk = try Desk("eight")
    try desk.says("first")
    desk.expire()
    let ledger = try desk.bench.ledger()
    let landed = try await withThrowingTaskGroup(of: ConversationID?.self) { group in
      for number in 0..<8 {
        group.addTask {
          let command = ConversationCommand.post(
            as: .visitorOfConversation,
            EventBody(text: "at once \(number)"),
          )
          let request = Desk.request(command, successor: 0xC2 + UInt128(number))
          return try await ledger.submit([request])[0].receipt?.conversation
        }
      }
      return try await group.reduce(into: Set<ConversationID?>()) { $0.insert($1) }
    }
    #expect(landed.count == 1)
    let found = try #require(landed.first.flatMap { $0 })
    #expect(try ledger.transcript(of: found).entries.count == 8)
  }

  @Test
  func `the successor has the visitor's name, account, external id and variables`() throws {
    let desk = try Desk("inherits")
    var body = EventBody()
    body.variables = ["adults": .integer(2), "meal": .string("vegan")]
    try desk.ask(.setVariables(as: .holder, body))
    try desk.handOver(to: Desk.hotels, variables: ["nights": .integer(3)])
    desk.expire()
    try desk.says("good morning")
    let start = try desk.start(of: second)
    #expect(start?.authorName == "Anna Lee")
    #expect(start?.authorID == "anna")
    #expect(start?.externalID == "crm-42")
    #expect(
      start?.variables == [
        "adults": .integer(2), "city": .string("Lyon"), "meal": .string("vegan"),
        "nights": .integer(3),
      ]
    )
    // And the next one has them from this one.
    desk.expire()
    try desk.says("and again", successor: 0xC3)
    #expect(try desk.start(of: third) == start)
  }

  @Test
  func `variables beyond what may go on are left behind, the oldest first`() throws {
    let desk = try Desk("large")
    for number in 0..<3 {
      var body = EventBody()
      body.variables = ["large \(number)": .string(String(repeating: "x", count: 400_000))]
      try desk.ask(.setVariables(as: .holder, body))
    }
    desk.expire()
    try desk.says("hello")
    #expect(try desk.start(of: second)?.variables.map(\.name) == ["large 1", "large 2"])
  }

  @Test
  func `a message is led on though a bot has woken the old conversation since`() throws {
    let desk = try Desk("woken")
    desk.expire()
    try desk.says("hello")
    try desk.ask(.post(as: .holder, EventBody(text: "are you there?")))
    #expect(try desk.says("yes", successor: 0xC3) == second)
  }

  @Test
  func `any ancestor leads to the newest, after a restart and from the written views too`() throws {
    let desk = try Desk("ancestors")
    desk.expire()
    try desk.says("hello")
    desk.expire()
    #expect(try desk.says("again", to: second, successor: 0xC3) == third)
    for ancestor in [Desk.talk, second, third] {
      #expect(try desk.says("and again", to: ancestor, successor: 0xC4) == third)
    }
    _ = try desk.bench.ledger().settle()
    desk.restart()
    #expect(try desk.says("after a restart", successor: 0xC4) == third)
    desk.expire()
    #expect(try desk.says("much later", successor: 0xC4) == ConversationID(0xC4))
    #expect(try desk.says("much later", to: second, successor: 0xC5) == ConversationID(0xC4))
  }

  @Test
  func `a message to one whose newest successor has ended is refused as there`() throws {
    let desk = try Desk("ended")
    desk.expire()
    try desk.says("hello")
    try desk.ask(.end(by: .staff, EventBody()), to: second)
    let command = ConversationCommand.post(as: .visitorOfConversation, EventBody(text: "so?"))
    #expect(try desk.ask(command, successor: 0xC3).refusal?.code == .conversationEnded)
  }

  @Test
  func `commands proposed behind the message are applied behind it`() throws {
    let desk = try Desk("order")
    desk.expire()
    let post = ConversationCommand.post(as: .visitorOfConversation, EventBody(text: "hello"))
    let end = ConversationCommand.end(by: .staff, EventBody())
    let answers = try desk.bench.submit([
      Desk.request(post), Desk.request(end, to: second), Desk.request(end, to: Desk.talk),
    ])
    #expect(answers.map { $0.receipt?.conversation } == [second, second, Desk.talk])
  }

  @Test
  func `a key is answered alike for ever, whichever conversation it landed in`() throws {
    // Given messages to the first conversation, under keys, in three sessions.
    let desk = try Desk("keys")
    var landed = [try desk.says("one", key: "k1")]
    desk.expire()
    landed.append(try desk.says("two", key: "k2"))
    landed.append(try desk.says("three", key: "k3", successor: 0xC3))
    desk.expire()
    landed.append(try desk.says("four", key: "k4", successor: 0xC3))
    #expect(landed == [Desk.talk, second, second, third])
    let texts = ["one", "two", "three", "four"]
    for round in ["at once", "later", "after a restart"] {
      if round == "later" { desk.expire() }
      if round == "after a restart" {
        _ = try desk.bench.ledger().settle()
        desk.restart()
      }
      let before = try desk.position
      // When each is sent again, then each is where it was, and nothing is appended.
      for (number, text) in texts.enumerated() {
        let again = try desk.says(text, key: "k\(number + 1)", successor: 0xC9)
        #expect(again == landed[number], "\(text) \(round)")
      }
      #expect(try desk.position == before)
    }
    // And another text under a key is refused, wherever the first one is.
    for number in 1...4 {
      let other = ConversationCommand.post(as: .visitorOfConversation, EventBody(text: "other"))
      let answer = try desk.ask(other, key: "k\(number)", successor: 0xC9)
      #expect(answer.refusal?.code == .idempotencyKeyReused)
    }
  }

  @Test
  func `a key is of the conversation that is addressed`() throws {
    let desk = try Desk("own keys")
    desk.expire()
    try desk.says("hello")
    #expect(try desk.says("one", to: second, key: "1") == second)
    #expect(try desk.says("another", to: Desk.talk, key: "1") == second)
  }

  @Test
  func `an erased conversation leaves no words behind`() throws {
    let desk = try Desk("erased")
    _ = try desk.bench.ledger().eraseAndWait(
      ErasureRequest(.conversation(Desk.talk), ground: "Art. 17", orderedBy: "dpo")
    )
    desk.expire()
    try desk.says("hello again")
    let start = try #require(try desk.start(of: second))
    #expect(start.authorName == nil && start.externalID == nil && start.variables.isEmpty)
  }
}
