import ConversationLedger
import Conversations
import Testing

@Suite
struct `A walk over the log` {
  /// Conversations that are handed over again and again, in an order drawn from a seed.
  private func eventful(
    _ network: Network,
    seed: UInt64,
    hearing: (ConversationID) throws -> Void = { _ in },
  ) async throws {
    var random = Random(seed: seed)
    var holders: [(conversation: ConversationID, holder: Int)] = []
    for visitor in 0..<4 {
      holders.append((try await network.start(VisitorID(UInt128(visitor + 31))), 0))
      try hearing(holders[visitor].conversation)
    }
    for _ in 0..<60 {
      let index = Int(random.next() % 4)
      let (conversation, holder) = holders[index]
      let visitor = VisitorID(UInt128(index + 31))
      if random.next() % 2 == 0 {
        let to = 1 - holder
        let command = HandOver(to: network.bots[to], landingOn: network.module)
        try await network.ask(conversation, .handOver(command))
        holders[index].holder = to
        try hearing(conversation)
      }
      try await network.ask(conversation, .post(as: .visitor(visitor), EventBody(text: "hello")))
      try hearing(conversation)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `places each event as it was when it happened, whenever it is read`(
    seed: UInt64
  ) async throws {
    let network = try await Network()
    var live = LogWalk(network.ledger, after: 0)
    var seen = try live.next(1_000)
    try await eventful(network, seed: seed) { _ in seen += try live.next(1_000) }
    #expect(seen.map(\.recorded.position) == Array(1...(try network.ledger.headPosition())))
    for pageLength in [1, 7, 1_000] {
      for position in stride(from: 0, to: seen.count, by: 5) {
        var later = LogWalk(network.ledger, after: UInt64(position))
        var read: [PlacedEvent] = []
        while true {
          let page = try later.next(pageLength)
          if page.isEmpty { break }
          read += page
        }
        #expect(read == Array(seen[position...]), "seed \(seed), behind \(position)")
      }
    }
  }

  @Test
  func `gives the two inboxes of a handover that one event, and others nothing`() async throws {
    let network = try await Network()
    let conversation = try await network.start()
    let command = HandOver(to: network.bots[1], landingOn: network.module)
    let position = try await network.ask(conversation, .handOver(command)).position
    var walk = LogWalk(network.ledger, after: position - 1)
    let event = try #require(try walk.next(1).first)
    #expect(network.bots.map(event.concerns) == [true, true, false])
  }

  @Test
  func `shows an owner the own bots' events and no others`() async throws {
    let network = try await Network()
    let head = try network.ledger.headPosition()
    _ = try await network.start()
    _ = try await network.start(VisitorID(32), by: DeploymentID(23))
    var walk = LogWalk(network.ledger, after: head)
    let events = try walk.next(10)
    func seen(by caller: Caller) -> [Bool] { events.map { $0.isVisible(to: caller) } }
    #expect(seen(by: .owner(network.owner)) == [true, false])
    #expect(seen(by: .owner(OwnerID(2))) == [false, true])
    #expect(seen(by: .agent(AgentID(5), of: network.owner)) == [true, false])
    #expect(seen(by: .visitor(VisitorID(32))) == [false, true])
    #expect(seen(by: .admin) == [true, true])
  }

  @Test
  func `shows a visitor no notes and no refusals`() async throws {
    let network = try await Network()
    let conversation = try await network.start()
    let agent = AgentID(5)
    try await network.ask(conversation, .takeOver(agent, EventBody()))
    let note = ConversationCommand.note(as: .agent(agent), EventBody(text: "beware"))
    let position = try await network.ask(conversation, note).position
    var walk = LogWalk(network.ledger, after: position - 2)
    #expect(try walk.next(2).map { $0.isVisible(to: .visitor(VisitorID(31))) } == [true, false])
  }

  @Test
  func `becomes CloudEvents that name the log, the conversation and the holder`() async throws {
    let network = try await Network()
    let conversation = try await network.start()
    let command = HandOver(to: network.bots[1], landingOn: network.module)
    let position = try await network.ask(conversation, .handOver(command)).position
    var walk = LogWalk(network.ledger, after: position - 1)
    let event = try #require(try walk.next(1).first)
    let source = try network.ledger.cloudEventSource()
    let cloudEvent = CloudEvent(event, source: source)
    #expect(source.hasPrefix("urn:conversation-ledger:"))
    #expect(cloudEvent.id == "\(position)")
    #expect(cloudEvent.type == "conversation-ledger.handedOver")
    #expect(cloudEvent.subject == conversation.description)
    #expect(cloudEvent.formerholder == network.bots[0].description)
    #expect(cloudEvent.holder == network.bots[1].description)
  }
}

@Suite
struct `A visitor's last conversation` {
  @Test
  func `is found by deployment, before and after the views are written`() async throws {
    let network = try await Network()
    _ = try await network.start(VisitorID(31), by: DeploymentID(21))
    let last = try await network.start(VisitorID(31), by: DeploymentID(21))
    let other = try await network.start(VisitorID(31), by: DeploymentID(22))
    func find(_ visitor: UInt128, _ deployment: UInt128) throws -> ConversationID? {
      try network.ledger.lastConversation(
        of: VisitorID(visitor),
        by: DeploymentID(deployment),
      )
    }
    for _ in 0..<2 {
      #expect(try find(31, 21) == last)
      #expect(try find(31, 22) == other)
      #expect(try find(31, 23) == nil)
      #expect(try find(32, 21) == nil)
      _ = try network.ledger.settle()
    }
    let later = try await network.start(VisitorID(31), by: DeploymentID(21))
    #expect(try find(31, 21) == later)
  }
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
