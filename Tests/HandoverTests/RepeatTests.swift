import Testing

@Suite
struct `A repeated command` {
  @Test(arguments: [
    ["post", "C", "Hello"],
    ["post", "C", "Hello", "--by", "bot"],
    ["set", "C", "city=Lyon"],
    ["hand-over", "C", "Hotels", "--module", "1", "--variable", "b=2", "--variable", "a=1"],
    ["request-agent", "C", "--reason", "asks for a person"],
    ["take-over", "C", "--as", "eve"],
    ["note", "C", "a regular", "--as", "eve"],
  ])
  func `under one idempotency key appends once`(call: [String]) throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let filled = call.map { $0 == "C" ? conversation : $0 } + ["--idempotency-key", "k", "--json"]
    let first = try ledger.run(filled).json(Shape.Receipt.self)
    let position = try ledger.status().position
    #expect(!first.repeated)
    try ledger.run("post", conversation, "in between")
    let second = try ledger.run(filled).json(Shape.Receipt.self)
    #expect(second.repeated)
    #expect(second.position == first.position)
    #expect(second.conversationId == first.conversationId)
    #expect(second.holderBotId == first.holderBotId)
    #expect(second.moduleId == first.moduleId)
    #expect(try ledger.status().position == position + 1)
  }

  @Test
  func `to end a conversation is answered again under its key`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let call = ["end", conversation, "--idempotency-key", "k", "--json"]
    let first = try ledger.run(call).json(Shape.Receipt.self)
    let second = try ledger.run(call).json(Shape.Receipt.self)
    #expect(second.repeated)
    #expect(second.position == first.position)
  }

  @Test
  func `to start gives the first conversation again`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let call = ["start", "--bot", "Flights", "--visitor", "anna", "--idempotency-key", "k"]
    let first = try ledger.run(call + ["--json"]).json(Shape.Receipt.self)
    let second = try ledger.run(call + ["--json"]).json(Shape.Receipt.self)
    #expect(second.repeated)
    #expect(second.conversationId == first.conversationId)
    #expect(try ledger.status().conversations == 1)
    let other = try ledger.run(call + ["--name", "Anna", "--json"], exits: 65)
    #expect(try other.json(Shape.Refusal.self).code == "idempotency_key_reused")
    let another = ["start", "--bot", "Flights", "--visitor", "ben", "--idempotency-key", "k"]
    #expect(try !ledger.run(another + ["--json"]).json(Shape.Receipt.self).repeated)
  }

  @Test
  func `to start without a visitor cannot be made repeatable`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    try ledger.run("start", "--bot", "Flights", "--idempotency-key", "k", exits: 64)
    #expect(try ledger.status().conversations == 0)
  }
}

@Suite
struct `An expected position` {
  @Test
  func `lets the command through if it is that of the last event`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let other = try ledger.startConversation()
    let last = try ledger.read(Shape.Transcript.self, "transcript", conversation).lastPosition
    try ledger.run("post", other, "elsewhere")
    try ledger.run("post", conversation, "Hello", "--expected-position", "\(last)")
    let answer = try ledger.run(
      "post",
      conversation,
      "Hello",
      "--expected-position",
      "\(last)",
      "--json",
      exits: 75,
    )
    let refusal = try answer.json(Shape.Refusal.self)
    let actual = try ledger.read(Shape.Transcript.self, "transcript", conversation).lastPosition
    #expect(refusal.code == "wrong_expected_position")
    #expect(refusal.actualPosition == actual)
    try ledger.run("post", conversation, "Hello", "--expected-position", "\(actual)")
  }

  @Test
  func `has no meaning for a start, and is refused there`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    try ledger.run("start", "--bot", "Flights", "--expected-position", "7", exits: 64)
  }
}
