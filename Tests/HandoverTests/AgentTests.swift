import Testing

@Suite
struct `An agent` {
  /// A conversation that Hotels holds, with eve in control.
  private func controlled(in ledger: LedgerFolder) throws -> String {
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("hand-over", conversation, "Hotels", "--module", "1")
    try ledger.run("take-over", conversation, "--as", "eve")
    return conversation
  }

  @Test
  func `who comes second is refused with the name of the first`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    let answer = try ledger.run("take-over", conversation, "--as", "max", "--json", exits: 77)
    #expect(try answer.json(Shape.Refusal.self).code == "agent_in_control")
    #expect(answer.text.contains("eve"))
    #expect(answer.standardError.contains("eve"))
  }

  @Test
  func `in control is named in the inbox of the bot that holds the conversation`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Hotels", "--had-agent")
    let row = try #require(page.rows.first)
    #expect(row.conversationId == conversation)
    #expect(row.control == "agent")
    #expect(row.agent == "eve")
    #expect(try ledger.read(Shape.Inbox.self, "inbox", "Flights").rows.isEmpty)
  }

  @Test
  func `writes into the transcript of everybody`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    try ledger.run("post", conversation, "I am Eve", "--by", "agent", "--as", "eve")
    try ledger.run("post", conversation, "Hello Eve")
    let transcript = try ledger.read(Shape.Transcript.self, "transcript", conversation)
    let messages = transcript.entries.filter { $0.kind == "message" }
    #expect(messages.map(\.text) == ["I am Eve", "Hello Eve"])
    #expect(messages.map(\.author.kind) == ["agent", "visitor"])
    #expect(messages.first?.author.name == "eve")
    let lines = try ledger.run("transcript", conversation).lines
    #expect(lines.contains { $0.hasSuffix("agent eve: I am Eve") })
    let inbox = try ledger.read(Shape.Inbox.self, "inbox", "Hotels")
    #expect(inbox.rows.first?.messages == 2)
  }

  @Test
  func `keeps out the others and every bot`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    let calls = [
      ["post", conversation, "no", "--by", "agent", "--as", "max"],
      ["post", conversation, "no", "--by", "bot"],
      ["hand-back", conversation, "--as", "max"],
      ["hand-over", conversation, "Cars", "--module", "1"],
    ]
    for call in calls {
      let refusal = try ledger.run(call + ["--json"], exits: 77).json(Shape.Refusal.self)
      #expect(refusal.code == "agent_in_control")
    }
  }

  @Test
  func `hands back to the last bot, and names the human stretch`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    let bots = try ledger.botIdentifiers()
    let receipt = try ledger.read(
      Shape.Receipt.self,
      "hand-back",
      conversation,
      "--as",
      "eve",
    )
    #expect(receipt.holderBotId == bots["Hotels"])
    let entries = try ledger.read(Shape.Transcript.self, "transcript", conversation).entries
    let last = try #require(entries.last)
    #expect(last.kind == "agentHandedBack")
    #expect(last.author.name == "eve")
    #expect(last.to == bots["Hotels"])
    #expect(last.since == entries.first { $0.kind == "agentTookOver" }?.position)
    try ledger.run("post", conversation, "Back with you", "--by", "bot", "--bot", "Hotels")
    try ledger.run("hand-over", conversation, "Cars", "--module", "1")
    let row = try #require(try ledger.read(Shape.Inbox.self, "inbox", "Cars").rows.first)
    #expect(row.path == ["Flights", "Hotels", "Cars"].compactMap { bots[$0] })
    #expect(row.control == "bot")
    #expect(row.agent == nil)
  }

  @Test
  func `leaves no empty line behind`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    try ledger.run("hand-back", conversation, "--as", "eve")
    try ledger.run("request-agent", conversation)
    try ledger.run("end", conversation)
    let lines = try ledger.run("transcript", conversation).lines
    #expect(lines.count == 5)
    #expect(lines.count { $0.isEmpty } == 1)
    #expect(lines.first == "")
  }

  @Test
  func `who asks for what holds already is answered again`() throws {
    let ledger = try LedgerFolder()
    let conversation = try controlled(in: ledger)
    let calls = [
      ["take-over", conversation, "--as", "eve"], ["hand-back", conversation, "--as", "eve"],
      ["request-agent", conversation],
    ]
    for call in calls {
      let first = try ledger.run(call + ["--json"]).json(Shape.Receipt.self)
      let position = try ledger.status().position
      let second = try ledger.run(call + ["--json"]).json(Shape.Receipt.self)
      #expect(second.repeated)
      #expect(second.position == first.position)
      #expect(second.holderBotId == first.holderBotId)
      #expect(try ledger.status().position == position)
    }
  }

  @Test
  func `asked for by the way that fits the visitor's channel is asked for`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation(with: "Cars")
    try ledger.run("hand-over", conversation, "Flights", "--module", "1")
    try ledger.run("request-agent", conversation, "--method", "chat-api", exits: 77)
    try ledger.run("request-agent", conversation, "--method", "handover-protocol")
    let row = try #require(try ledger.read(Shape.Inbox.self, "inbox", "Flights").rows.first)
    #expect(row.control == "agentRequested")
    #expect(row.channel == "messenger")
  }
}
