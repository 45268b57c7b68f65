import Conversations
import Testing

@Suite
struct `The registry's history` {
  static let events: [RegistryEvent] = [
    .ownerRegistered(acme), .botRegistered(unheardOf, owner: globex),
    .moduleDefined(unheardOf, greeting), .deploymentRegistered(website, bot: unheardOf),
    .handoverRequested(unheardOf), .handoverEnabled(unheardOf), .handoverDisabled(unheardOf),
    .importRunStarted, .importRunFinished, .transcriptOpened(.log, through: 1),
    .transcriptsExported(.inbox(english), through: 1), .unknown(type: 31),
    .erasureOrdered(.visitor(carol)), .erasureFinished(order: 1),
  ]

  @Test
  func `is taken in whatever it says, in any order (R19)`() {
    for first in Self.events {
      for second in Self.events {
        for body in [EventBody(), EventBody(text: "x")] {
          var registry = Registry()
          registry.evolve(first, body, at: 1)
          registry.evolve(second, body, at: 2)
          let bots: Set<BotID> = [first.bot, second.bot].compactMap { $0 }.reduce(into: []) {
            $0.insert($1)
          }
          #expect(Set(registry.bots.keys) == bots, "\(first), \(second)")
        }
      }
    }
  }

  @Test
  func `of a bot that nobody entered is passed over`() {
    var registry = Registry()
    for event in Self.events[4...6] { registry.evolve(event, EventBody(), at: 1) }
    registry.evolve(.moduleDefined(unheardOf, greeting), EventBody(), at: 2)
    #expect(registry == Registry())
  }

  @Test
  func `without names shows identifiers, and the web`() {
    #expect(Registry.network.owners[acme] == acme.description)
    #expect(Registry.network.bots[english]?.name == english.description)
    #expect(Registry.network.bots[english]?.modules == [greeting: ""])
    #expect(Registry.network.deployments[website]?.channel == "web")
  }

  @Test
  func `tells of imports without a change`() throws {
    let network = Registry.network
    let start = try network.decide(.startImportRun(name: "run", files: 2), by: .trusted)
    #expect(start.map(\.event) == [.importRunStarted])
    #expect(start.map(\.body.name) == ["run"])
    #expect(start.map(\.body.amount) == [2])
    let finish = try network.decide(.finishImportRun(name: "run", rows: 9), by: .trusted)
    #expect(finish.map(\.event) == [.importRunFinished])
    #expect(finish.map(\.body.amount) == [9])
    #expect(network.after(.startImportRun(name: "run", files: 2)) == network)
  }

  @Test
  func `knows whether the read audit is on`() throws {
    let network = Registry.network
    #expect(!network.isReadAuditOn)
    #expect(try network.decide(.switchReadAudit(isOn: false, by: "eve"), by: .admin) == [])
    let events = try network.decide(.switchReadAudit(isOn: true, by: "eve"), by: .admin)
    #expect(events.map(\.event) == [.readAuditSwitched(isOn: true)])
    #expect(events.map(\.body.authorID) == ["eve"])
    let on = network.after(.switchReadAudit(isOn: true, by: nil))
    #expect(on.isReadAuditOn)
    #expect(!on.after(.switchReadAudit(isOn: false, by: nil)).isReadAuditOn)
  }
}

extension RegistryEvent {
  /// The bot it enters; a new case of the event does not compile without a word here.
  fileprivate var bot: BotID? {
    switch self {
    case .botRegistered(let bot, _): bot
    case .ownerRegistered, .moduleDefined, .deploymentRegistered, .handoverRequested: nil
    case .handoverEnabled, .handoverDisabled, .importRunStarted, .importRunFinished: nil
    case .erasureOrdered, .erasureFinished, .readAuditSwitched, .olderKeysAccepted: nil
    case .transcriptsExported, .transcriptOpened, .unknown: nil
    }
  }
}
