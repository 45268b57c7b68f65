import ConversationLedger
import Conversations
import Testing

/// Writes histories no rule could have given into a ledger whose tree fits them.
@Suite(.inTemporaryFolder)
struct `An event the rules could not have given` {
  private let bench = LedgerBench("ledger")
  private static let bots = RandomCommands.bots
  private let conversation = ConversationID(0xC0FFEE << 64 | 1)
  private let visitor = VisitorID(77)
  private let agents = [AgentID(0xE1 << 64 | 1), AgentID(0xE2 << 64 | 1)]

  /// Records a few events, forges one of the conversation's records, and verifies.
  private func finding(
    _ commands: [ConversationCommand],
    forging type: String,
    foundBehind distance: UInt64 = 0,
    _ change: (inout [UInt8]) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) throws -> Verification {
    _ = try bench.submit(RandomCommands.network)
    let deployment = DeploymentID(Self.bots[0].value | 0xD0)
    let start = StartRequest(
      conversation: conversation,
      deployment: deployment,
      visitor: visitor,
    )
    _ = try bench.submit([.start(start)])
    let requests = commands.map { command in
      LedgerCommand.conversation(
        ConversationRequest(conversation, command, successor: ConversationID(9))
      )
    }
    for answer in try bench.submit(requests) where answer.isRefused {
      if type != "handoverRefused" { Issue.record("\(answer)", sourceLocation: sourceLocation) }
    }
    let events = try bench.ledger().events(of: conversation).events
    let last = try #require(events.last { $0.type == type })
    #expect(try bench.ledger().verify([.rules]).findings == [])
    bench.close()
    try Forger(path: bench.path).rewrite { change(&$0.records[Int(last.position) - 1]) }
    let found = try bench.ledger().verify([.tree, .leaf, .position, .chain, .rules])
    #expect(!found.integrity && found.completeness, sourceLocation: sourceLocation)
    let position = last.position + distance
    #expect(found.findings.first?.position == position, sourceLocation: sourceLocation)
    #expect(found.findings.allSatisfy { $0.check == .rules }, sourceLocation: sourceLocation)
    return found
  }

  private func handOver(to bot: BotID) throws -> ConversationCommand {
    .handOver(HandOver(to: bot, landingOn: try #require(ModuleID(1))))
  }

  private func code(_ found: Verification) -> String {
    let what = found.findings.first?.what ?? ""
    return what.split(separator: "(").last?.split(separator: ")").first.map(String.init) ?? what
  }

  private func bytes(_ bot: BotID) -> [UInt8] { number(bot.high) + number(bot.low) }

  @Test
  func `is a handover to a bot that is not enabled`() throws {
    let found = try finding([handOver(to: Self.bots[1])], forging: "handedOver") {
      $0.secondParty = bytes(Self.bots[3])
    }
    #expect(code(found) == "handover_not_enabled")
    #expect(found.findings[0].what.contains("ask an admin to enable it"))
  }

  @Test
  func `is a handover to another owner's bot`() throws {
    let found = try finding([handOver(to: Self.bots[1])], forging: "handedOver") {
      $0.secondParty = bytes(Self.bots[4])
    }
    #expect(code(found) == "owner_mismatch")
  }

  @Test
  func `is a handover from a bot that did not hold the conversation`() throws {
    let found = try finding([handOver(to: Self.bots[1])], forging: "handedOver") {
      $0.firstParty = bytes(Self.bots[2])
    }
    #expect(code(found) == "not_the_holder")
  }

  @Test
  func `is a handover to a module that is not there`() throws {
    let found = try finding([handOver(to: Self.bots[1])], forging: "handedOver") { $0.fact = 8 }
    #expect(code(found) == "module_not_found")
  }

  @Test
  func `is a handover without a module`() throws {
    let found = try finding([handOver(to: Self.bots[1])], forging: "handedOver") { $0.fact = 0 }
    #expect(code(found) == "incomplete_event")
  }

  @Test
  func `is a message of a bot that does not hold the conversation`() throws {
    let found = try finding(
      [.post(as: .bot(Self.bots[0]), EventBody())],
      forging: "messagePosted",
    ) {
      $0.firstParty = bytes(Self.bots[1])
    }
    #expect(code(found) == "not_the_holder")
  }

  @Test
  func `is a bot's message that follows from a forged handover`() throws {
    let commands: [ConversationCommand] = [
      try handOver(to: Self.bots[1]), .post(as: .bot(Self.bots[1]), EventBody()),
    ]
    let found = try finding(commands, forging: "handedOver", foundBehind: 1) {
      $0.secondParty = bytes(Self.bots[2])
    }
    #expect(found.findings.count == 1)
    #expect(code(found) == "not_the_holder")
    #expect(found.findings[0].what.contains("messagePosted"))
  }

  @Test
  func `is a take-over while another agent is in control`() throws {
    let commands: [ConversationCommand] = [
      .takeOver(agents[0], EventBody()), .handBack(agents[0], EventBody()),
    ]
    let found = try finding(commands, forging: "agentHandedBack") {
      $0.type = 39
      $0.firstParty = number(agents[1].high) + number(agents[1].low)
    }
    #expect(code(found) == "agent_in_control")
  }

  @Test
  func `is a hand-back to a bot that did not hold the conversation last`() throws {
    let commands: [ConversationCommand] = [
      .takeOver(agents[0], EventBody()), .handBack(agents[0], EventBody()),
    ]
    let found = try finding(commands, forging: "agentHandedBack") {
      $0.secondParty = bytes(Self.bots[2])
    }
    #expect(code(found) == "other_facts")
  }

  @Test
  func `is a refusal of what the rules allow`() throws {
    let found = try finding([handOver(to: Self.bots[3])], forging: "handoverRefused") {
      $0.firstParty = bytes(Self.bots[1])
    }
    #expect(code(found) == "not_refused")
  }

  @Test
  func `is a refusal for another reason than the rules give`() throws {
    let found = try finding([handOver(to: Self.bots[3])], forging: "handoverRefused") { $0[7] = 14 }
    #expect(code(found) == "handover_not_enabled")
  }

  @Test
  func `is one behind the conversation's end`() throws {
    let commands: [ConversationCommand] = [
      .end(by: .staff, EventBody()),
      // Refused, and kept as an event: what stands behind the end is looked at too.
      try handOver(to: Self.bots[1]),
    ]
    let found = try finding(commands, forging: "handoverRefused") { $0[7] = 12 }
    #expect(code(found) == "conversation_ended")
  }

  @Test
  func `is one that only an import records`() throws {
    let found = try finding([.note(as: .staff, EventBody())], forging: "notePosted") {
      $0.type = 43
    }
    #expect(code(found) == "only_imported")
  }

  @Test
  func `is one recorded at an earlier time than the event before it`() throws {
    let found = try finding([.note(as: .staff, EventBody())], forging: "notePosted") {
      $0.recordedAt -= 1
    }
    #expect(found.findings[0].what.contains("earlier time"))
  }

  @Test
  func `is a visitor's message after the session was over`() throws {
    let found = try finding([.post(as: .visitor(visitor), EventBody())], forging: "messagePosted") {
      $0.recordedAt += 700 * 60_000_000
    }
    #expect(code(found) == "session_expired")
  }

  @Test
  func `is none of these once it says it was imported`() throws {
    _ = try bench.submit(RandomCommands.network)
    try bench.fill(seed: 3, batches: 20)
    bench.close()
    try Forger(path: bench.path).rewrite { log in
      for index in log.records.indices where log.records[index].type == 36 {
        log.records[index].isImported = true
        log.records[index].fact = 0
      }
    }
    let found = try bench.ledger().verify([.rules])
    #expect(!found.findings.contains { $0.what.contains("this handedOver") })
  }
}

extension LedgerAnswer {
  /// Whether the rules said no.
  fileprivate var isRefused: Bool {
    if case .refused = self { true } else { false }
  }
}
