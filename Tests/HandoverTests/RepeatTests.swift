import Testing

@Suite
struct `A repeated command` {
  private static let commands = [
    ["post", "C", "Hello"],
    ["post", "C", "Hello", "--by", "bot"],
    ["set", "C", "city=Lyon"],
    ["hand-over", "C", "Hotels", "--module", "1", "--variable", "b=2", "--variable", "a=1"],
    ["request-agent", "C", "--reason", "asks for a person"],
    ["take-over", "C", "--as", "eve"],
    ["note", "C", "a regular", "--as", "eve"],
  ]

  @Test
  func `under one idempotency key appends once`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    for command in Self.commands {
      let conversation = try ledger.startConversation()
      let call = command.map { $0 == "C" ? conversation : $0 } + ["--idempotency-key", "k"]
      let first = try ledger.run(call + ["--json"]).json(Shape.Receipt.self)
      let position = try ledger.status().position
      #expect(!first.repeated, "\(command)")
      try ledger.run("post", conversation, "in between")
      let second = try ledger.run(call + ["--json"]).json(Shape.Receipt.self)
      var expected = first
      expected.repeated = true
      #expect(second == expected, "\(command)")
      #expect(try ledger.status().position == position + 1, "\(command)")
    }
  }

  @Test
  func `is answered as it was the first time, whoever holds the conversation now`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let call = ["post", conversation, "Hello", "--idempotency-key", "k", "--json"]
    var first = try ledger.run(call).json(Shape.Receipt.self)
    first.repeated = true
    try ledger.run("hand-over", conversation, "Hotels", "--module", "1")
    #expect(try ledger.run(call).json(Shape.Receipt.self) == first)
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
  func `that holds already keeps its key (R12, R17)`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let call = ["take-over", conversation, "--as", "eve", "--json"]
    let keyed = call + ["--idempotency-key", "k"]
    let taken = try ledger.run(call).json(Shape.Receipt.self)
    let before = try ledger.status().position
    #expect(try ledger.run(call).json(Shape.Receipt.self).position == taken.position)
    #expect(try ledger.status().position == before)
    let first = try ledger.run(keyed).json(Shape.Receipt.self)
    #expect(first.repeated)
    #expect(first.position == taken.position)
    try ledger.run("hand-back", conversation, "--as", "eve")
    try ledger.run("hand-over", conversation, "Hotels", "--module", "1")
    let end = try ledger.status().position
    #expect(try ledger.run(keyed).json(Shape.Receipt.self) == first)
    let reused = ["post", conversation, "Hello", "--idempotency-key", "k", "--json"]
    let refusal = try ledger.run(reused, exits: 65).json(Shape.Refusal.self)
    #expect(refusal.code == "idempotency_key_reused")
    #expect(try ledger.status().position == end)
    let entries = try ledger.read(Shape.Transcript.self, "transcript", conversation).entries
    #expect(entries.map(\.kind) == ["agentTookOver", "agentHandedBack", "handover"])
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
