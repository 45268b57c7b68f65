import Testing

@Suite
struct `A chain of handovers by command` {
  /// Flights → Hotels → Cars → Flights, with a word after each.
  private func chain(in ledger: LedgerFolder) throws -> String {
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "A room and a car, please")
    try ledger.run(
      "hand-over",
      conversation,
      "Hotels",
      "--module",
      "1",
      "--reason",
      "wants a room",
      "--variable",
      "city=Lyon",
    )
    try ledger.run("post", conversation, "Your room is booked", "--by", "bot")
    try ledger.run("hand-over", conversation, "Cars", "--module", "1", "--from", "Hotels")
    try ledger.run("hand-over", conversation, "Flights", "--module", "1", "--reason", "no cars")
    try ledger.run("post", conversation, "No cars today", "--by", "bot")
    return conversation
  }

  @Test
  func `ends in the last bot's inbox and in no other`() throws {
    let ledger = try LedgerFolder()
    let conversation = try chain(in: ledger)
    for bot in try ledger.read([Shape.Bot].self, "bots") {
      let page = try ledger.read(Shape.Inbox.self, "inbox", bot.name)
      let isHolder = bot.name == "Flights"
      #expect(page.rows.map(\.conversationId) == (isHolder ? [conversation] : []))
      #expect(page.total == (isHolder ? 1 : 0))
      #expect(page.complete)
      #expect(bot.conversations == (isHolder ? 1 : 0))
      #expect(bot.messages == (isHolder ? 3 : 0))
    }
  }

  @Test
  func `bears a right arrow, its whole path and the reason for its place`() throws {
    let ledger = try LedgerFolder()
    let conversation = try chain(in: ledger)
    let bots = try ledger.botIdentifiers()
    let page = try ledger.read(Shape.Inbox.self, "inbox", "Flights")
    let row = try #require(page.rows.first)
    #expect(row.icon == "right-arrow")
    #expect(row.handovers == 3)
    #expect(row.path == ["Flights", "Hotels", "Cars", "Flights"].compactMap { bots[$0] })
    #expect(row.originBotId == bots["Flights"])
    #expect(row.holderBotId == bots["Flights"])
    #expect(row.channel == "web")
    #expect(row.control == "bot")
    #expect(row.messages == 3)
    #expect(row.visitor.name == "Anna Lee")
    #expect(row.source == "live")
    #expect(row.lastMessage?.preview == "No cars today")
    #expect(row.lastMessage?.authorKind == "bot")
    let handovers = try ledger.read(Shape.Transcript.self, "transcript", conversation).entries
      .filter { $0.kind == "handover" }
    #expect(row.because == handovers.last?.position)
  }

  @Test
  func `has an empty line for each handover in its plain transcript, and no other`() throws {
    let ledger = try LedgerFolder()
    let conversation = try chain(in: ledger)
    let lines = try ledger.run("transcript", conversation).lines
    let shown = lines.map { line in line.isEmpty ? "" : String(line.dropFirst(21)) }
    #expect(
      shown == [
        "visitor Anna Lee: A room and a car, please",
        "",
        "bot Hotels: Your room is booked",
        "",
        "",
        "bot Flights: No cars today",
      ]
    )
  }

  @Test
  func `says from, to, module and reason in its structured transcript`() throws {
    let ledger = try LedgerFolder()
    let conversation = try chain(in: ledger)
    let bots = try ledger.botIdentifiers()
    let transcript = try ledger.read(Shape.Transcript.self, "transcript", conversation)
    #expect(transcript.complete)
    #expect(transcript.count == transcript.entries.count)
    let handovers = transcript.entries.filter { $0.kind == "handover" }
    #expect(handovers.map(\.from) == ["Flights", "Hotels", "Cars"].map { bots[$0] })
    #expect(handovers.map(\.to) == ["Hotels", "Cars", "Flights"].map { bots[$0] })
    #expect(handovers.map(\.module) == [1, 1, 1])
    #expect(handovers.map(\.reason) == ["wants a room", nil, "no cars"])
    #expect(handovers.allSatisfy { $0.text.isEmpty })
    #expect(handovers.first?.content?.variables == ["city": "Lyon"])
    let positions = transcript.entries.map(\.position)
    #expect(positions == positions.sorted())
  }

  @Test
  func `is found from the side of every bot that took part`() throws {
    let ledger = try LedgerFolder()
    let conversation = try chain(in: ledger)
    _ = try ledger.startConversation(with: "Cars")
    for bot in ["Flights", "Hotels", "Cars"] {
      let page = try ledger.read(
        Shape.Inbox.self,
        "inbox",
        bot,
        "--took-part",
        "--had-handover",
      )
      #expect(page.rows.map(\.conversationId) == [conversation], "\(bot)")
    }
    for bot in ["Trains", "Rival"] {
      #expect(try ledger.read(Shape.Inbox.self, "inbox", bot, "--took-part").rows.isEmpty)
    }
    let arrows = try ledger.read(Shape.Inbox.self, "inbox", "Cars", "--took-part").rows.map(\.icon)
    #expect(arrows == ["messenger", "right-arrow"])
  }

  @Test
  func `shows where it was at every moment of its past`() throws {
    let ledger = try LedgerFolder()
    let conversation = try chain(in: ledger)
    let bots = try ledger.botIdentifiers()
    let events = try ledger.read(Shape.Why.self, "why", conversation).events
    let holders = ["Flights", "Hotels", "Cars", "Flights"]
    #expect(events.map(\.to) == holders.map { bots[$0] })
    for (event, holder) in zip(events, holders) {
      for bot in ["Flights", "Hotels", "Cars"] {
        let page = try ledger.read(
          Shape.Inbox.self,
          "inbox",
          bot,
          "--as-of",
          "\(event.position)",
        )
        #expect(page.position == event.position)
        #expect(page.rows.count == (bot == holder ? 1 : 0))
      }
    }
  }
}
