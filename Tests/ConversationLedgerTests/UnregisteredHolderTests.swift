import Conversations
import Testing

@testable import ConversationLedger

/// A source handed over to a bot that nobody registered.
@Suite(.inTemporaryFolder)
struct `A bot that nobody registered` {
  private let bench = LedgerBench("ledger")
  private let origin = RandomCommands.bots[0]
  private let stranger = BotID(0x57A << 64 | 0xB)
  private let conversation = ConversationID(0xC << 64)
  private let rival = ConversationID(0xD << 64)

  /// Records a handover from a bot of each owner to it.
  private func record() throws {
    _ = try bench.submit(RandomCommands.network)
    try record(conversation, from: origin, VisitorID(1))
    try record(rival, from: RandomCommands.bots[4], VisitorID(2))
  }

  private func record(_ id: ConversationID, from bot: BotID, _ visitor: VisitorID) throws {
    let deployment = DeploymentID(bot.value | 0xD0)
    let events: [ConversationEvent] = [
      .started(bot: bot, deployment: deployment, visitor: visitor),
      .messagePosted(by: .visitor(visitor)), .handedOver(from: bot, to: stranger, module: nil),
    ]
    let rows = events.enumerated().map { index, event in
      ImportedRow(
        key: "row \(index)",
        occurredAt: nil,
        events: [NewEvent(event, EventBody(text: "To Lyon, please"))],
      )
    }
    _ = try bench.submit([.record(ImportedConversation(id, rows: rows))])
  }

  @Test(arguments: [false, true])
  func `has an inbox like any other`(isWritten: Bool) throws {
    try record()
    let ledger = try bench.ledger()
    if isWritten { _ = try ledger.settle() }
    let all = [rival, conversation].map(\.description)
    #expect(try ledger.inbox(InboxQuery(of: stranger)).rows.map(\.conversationId) == all)
    #expect(try ledger.bot("\(stranger)") == stranger)
    let row = try #require(try ledger.bots().first { $0.botId == "\(stranger)" })
    #expect(row.name == "\(stranger)")
    #expect((row.conversations, row.messages) == (2, 2))
    #expect(try ledger.status().conversations == 2)
    var query = InboxQuery(of: stranger)
    query.text = "lyon"
    #expect(try ledger.inbox(query).total == 2)
    var found: [String] = []
    try ledger.forEachConversation { found.append($0.description) }
    #expect(found == all.reversed())
    #expect(throws: LedgerError.self) { try ledger.inbox(InboxQuery(of: BotID(0xDEAD))) }
    #expect(throws: LedgerError.self) { try ledger.bot("\(BotID(0xDEAD))") }
  }

  @Test
  func `shows each owner what came from the own bots`() throws {
    try record()
    let ledger = try bench.ledger()
    let owners = [(RandomCommands.airline, conversation), (RandomCommands.rival, rival)]
    for (owner, own) in owners {
      let caller = Caller.owner(owner)
      let row = try #require(try ledger.bots(seenBy: caller).first { $0.botId == "\(stranger)" })
      #expect(row.ownerId == owner.description)
      #expect(row.conversations == 1)
      #expect(try ledger.name(of: stranger, seenBy: caller) == "\(stranger)")
      var query = InboxQuery(of: stranger)
      query.caller = caller
      let page = try ledger.inbox(query)
      #expect(page.rows.map(\.conversationId) == [own.description])
      #expect(page.total == 1)
      #expect(try ledger.conversation(own, seenBy: caller).holder == stranger)
      for (other, hidden) in owners where other != owner {
        #expect(throws: Refusal.self) { try ledger.conversation(hidden, seenBy: caller) }
      }
    }
    let nobody = Caller.owner(OwnerID(0xFFFF))
    #expect(try ledger.bots(seenBy: nobody).isEmpty)
    #expect(throws: Refusal.self) { try ledger.name(of: stranger, seenBy: nobody) }
    #expect(throws: Refusal.self) { try ledger.name(of: stranger, seenBy: .visitor(VisitorID(1))) }
    #expect(try ledger.name(of: stranger, seenBy: .auditor) == "\(stranger)")
  }

  @Test
  func `loses what it was thought to be when somebody registers it`() throws {
    try record()
    let ledger = try bench.ledger()
    let registration = RegistryCommand.registerBot(
      stranger,
      owner: RandomCommands.airline,
      name: "Hotels",
      sessionMinutes: nil,
    )
    _ = try bench.submit([.registry(registration, by: .trusted)])
    let row = try #require(try ledger.bots().first { $0.botId == "\(stranger)" })
    #expect((row.name, row.conversations) == ("Hotels", 2))
    #expect(
      try ledger.conversation(rival, seenBy: .owner(RandomCommands.airline)).holder == stranger
    )
    #expect(throws: Refusal.self) {
      try ledger.conversation(rival, seenBy: .owner(RandomCommands.rival))
    }
  }
}
