import Conversations
import Testing

@Suite
struct `A change of the registry` {
  /// Who may do what: trusted, admin, the owner, another owner; `+` is done.
  static let table: [(command: RegistryCommand, cells: [String])] = [
    (.registerOwner(acme, name: "Acme"), ["+", "+", "+", "not_permitted"]),
    (
      .registerBot(english, owner: acme, name: "English", sessionMinutes: nil),
      ["+", "+", "+", "not_permitted"],
    ),
    (
      .registerBot(unheardOf, owner: acme, name: "New", sessionMinutes: 5),
      ["+", "+", "+", "not_permitted"],
    ),
    (.defineModule(english, missing, name: "Prices"), ["+", "+", "+", "owner_mismatch"]),
    (
      .registerDeployment(DeploymentID(0xD2), bot: english, channel: "zendesk"),
      ["+", "+", "+", "owner_mismatch"],
    ),
    (.requestHandover(italian), ["+", "+", "+", "owner_mismatch"]),
    (.enableHandover(italian), ["+", "+", "not_permitted", "not_permitted"]),
    (.disableHandover(spanish), ["+", "+", "not_permitted", "not_permitted"]),
    (
      .orderErasure(ErasureOrder(.visitor(carol), ground: "asked for")),
      ["+", "+", "not_permitted", "not_permitted"],
    ),
    (
      .switchReadAudit(isOn: true, by: nil),
      ["+", "+", "not_permitted", "not_permitted"],
    ),
  ]

  static let columns: [Caller] = [.trusted, .admin, .owner(acme), .owner(globex)]

  @Test(arguments: table)
  func `is for those the table names (R5)`(row: (command: RegistryCommand, cells: [String])) {
    for (caller, cell) in zip(Self.columns, row.cells) {
      switch Registry.network.when(row.command, by: caller) {
      case .events(let events): #expect(events.count == 1 && cell == "+", "\(caller)")
      case .refused(let code): #expect(code.name == cell, "\(caller)")
      }
    }
  }

  @Test(arguments: [
    Caller.agent(alice, of: acme), .agent(alice, of: nil), .visitor(carol),
  ])
  func `that an admin makes is not for those who only talk (R5)`(caller: Caller) {
    let commands: [RegistryCommand] = [
      .registerOwner(acme, name: "Acme"), .enableHandover(italian), .disableHandover(spanish),
      .registerBot(unheardOf, owner: acme, name: "New", sessionMinutes: nil),
    ]
    for command in commands {
      #expect(Registry.network.when(command, by: caller) == .refused(.notPermitted))
    }
  }

  @Test
  func `asks who it is before it says what there is (R5)`() {
    let registry = Registry()
    #expect(registry.when(.enableHandover(english), by: .owner(acme)) == .refused(.notPermitted))
    #expect(registry.when(.enableHandover(english), by: .admin) == .refused(.botNotFound))
    let command = RegistryCommand.registerBot(english, owner: acme, name: "", sessionMinutes: nil)
    #expect(registry.when(command, by: .owner(globex)) == .refused(.notPermitted))
    #expect(registry.when(command, by: .owner(acme)) == .refused(.ownerNotFound))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `opens a bot for handover by nobody but staff, at random (R5)`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var registry = Registry.network
    for step in 1...300 {
      let caller = generator.pick(Self.columns)
      let command = randomCommand(using: &generator)
      let before = registry
      registry = registry.after(command, by: caller)
      let isStaff = caller == .trusted || caller == .admin
      for (id, bot) in registry.bots {
        let was = before.bots[id]
        let isOpened = bot.isEnabledForHandover && was?.isEnabledForHandover != true
        #expect(!isOpened || isStaff, "seed \(seed), step \(step), \(command)")
        #expect(was == nil || bot.owner == was?.owner, "seed \(seed), step \(step)")
      }
      #expect(registry.after(command, by: caller) == registry, "seed \(seed), step \(step)")
    }
  }

  private func randomCommand(using generator: inout SeededGenerator) -> RegistryCommand {
    let bot = generator.pick([english, spanish, french, italian, german, unheardOf])
    let owner = generator.pick([acme, globex])
    let name = generator.pick(["", "a", "b"])
    let minutes: Int64? = generator.pick([nil, 1, 600])
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: return .registerOwner(owner, name: name)
    case 1: return .registerBot(bot, owner: owner, name: name, sessionMinutes: minutes)
    case 2: return .defineModule(bot, generator.pick([greeting, missing]), name: name)
    case 3: return .registerDeployment(website, bot: bot, channel: generator.pick(["web", name]))
    case 4: return .requestHandover(bot)
    case 5: return .enableHandover(bot)
    default: return .disableHandover(bot)
    }
  }
}
