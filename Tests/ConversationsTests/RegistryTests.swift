import Conversations
import Testing

@Suite
struct `An owner` {
  @Test
  func `is entered with a name, and renamed by entering it again`() throws {
    let registry = Registry().after(.registerOwner(acme, name: "Acme"))
    #expect(registry.owners == [acme: "Acme"])
    #expect(registry.after(.registerOwner(acme, name: "Ace")).owners == [acme: "Ace"])
    #expect(registry.when(.registerOwner(acme, name: "Acme")) == .nothing)
  }
}

@Suite
struct `A bot` {
  private let base = Registry().after(.registerOwner(acme, name: "Acme"))

  @Test
  func `is entered with its owner, name and session length, closed to handovers`() throws {
    let command = RegistryCommand.registerBot(english, owner: acme, name: "E", sessionMinutes: 30)
    let event = try #require(try base.decide(command, by: .trusted).first)
    #expect(event.event == .botRegistered(english, owner: acme))
    #expect(event.body.name == "E")
    #expect(event.body.amount == 30)
    var bot = Bot(owner: acme, name: "E")
    bot.sessionMinutes = 30
    #expect(base.after(command).bots == [english: bot])
    #expect(!bot.isEnabledForHandover && !bot.isHandoverRequested && bot.modules.isEmpty)
  }

  @Test
  func `has a session of 600 minutes unless it says otherwise (R21)`() {
    #expect(standardSessionMinutes == 600)
    #expect(base.after(.register("E")).bots[english]?.sessionMinutes == 600)
  }

  @Test
  func `entered again as it is appends nothing (R12)`() {
    let registry = base.after(.register("E", 30))
    #expect(registry.when(.register("E", 30)) == .nothing)
    #expect(registry.when(.register("E")) == .nothing)
    #expect(registry.when(.register("E", 31)) == .event(.botRegistered(english, owner: acme)))
    #expect(registry.when(.register("F")) == .event(.botRegistered(english, owner: acme)))
  }

  @Test
  func `keeps what it has when it gets another name`() {
    let before = base.after(
      .register("E", 30),
      .defineModule(english, greeting, name: "Hello"),
      .enableHandover(english),
    )
    let bot = before.after(.register("F")).bots[english]
    #expect(bot?.name == "F")
    #expect(bot?.sessionMinutes == 30)
    #expect(bot?.modules == [greeting: "Hello"])
    #expect(bot?.isEnabledForHandover == true)
  }

  @Test
  func `needs an owner, and stays with it`() {
    let command = RegistryCommand.registerBot(
      english,
      owner: globex,
      name: "",
      sessionMinutes: nil,
    )
    #expect(base.when(command) == .refused(.ownerNotFound))
    let registry = base.after(.register("E"), .registerOwner(globex, name: "Globex"))
    #expect(registry.when(command) == .refused(.alreadyRegistered))
  }

  @Test
  func `has modules, each named once and renamed by naming it again`() {
    let registry = base.after(.register("E"), .defineModule(english, greeting, name: "Hello"))
    #expect(registry.bots[english]?.modules == [greeting: "Hello"])
    #expect(registry.when(.defineModule(english, greeting, name: "Hello")) == .nothing)
    let renamed = registry.after(.defineModule(english, greeting, name: "Hi"))
    #expect(renamed.bots[english]?.modules == [greeting: "Hi"])
  }

  @Test
  func `that nobody entered has no modules, deployments or handovers`() {
    let commands: [RegistryCommand] = [
      .defineModule(unheardOf, greeting, name: ""), .requestHandover(unheardOf),
      .registerDeployment(website, bot: unheardOf, channel: "web"), .enableHandover(unheardOf),
      .disableHandover(unheardOf),
    ]
    for command in commands {
      #expect(base.when(command) == .refused(.botNotFound))
    }
  }
}

extension RegistryCommand {
  /// The English bot of Acme.
  fileprivate static func register(_ name: String, _ minutes: Int64? = nil) -> Self {
    .registerBot(english, owner: acme, name: name, sessionMinutes: minutes)
  }
}

@Suite
struct `Leave to hand over` {
  @Test
  func `is asked for by the owner and given by an admin (R5)`() {
    let asked = Registry.network.after(.requestHandover(italian), by: .owner(acme))
    #expect(asked.bots[italian]?.isHandoverRequested == true)
    #expect(asked.bots[italian]?.isEnabledForHandover == false)
    let given = asked.after(.enableHandover(italian), by: .admin)
    #expect(given.bots[italian]?.isHandoverRequested == false)
    #expect(given.bots[italian]?.isEnabledForHandover == true)
    let revoked = given.after(.disableHandover(italian), by: .admin)
    #expect(revoked.bots[italian]?.isEnabledForHandover == false)
  }

  @Test
  func `is given without having been asked for too (R5)`() {
    #expect(Registry.network.when(.enableHandover(italian)) == .event(.handoverEnabled(italian)))
  }

  @Test
  func `asked for, given or revoked twice appends nothing (R12)`() {
    let network = Registry.network
    let asked = network.after(.requestHandover(italian))
    #expect(asked.when(.requestHandover(italian)) == .nothing)
    #expect(network.when(.requestHandover(spanish)) == .nothing)
    #expect(network.when(.enableHandover(spanish)) == .nothing)
    #expect(network.when(.disableHandover(italian)) == .nothing)
  }
}

@Suite
struct `A deployment` {
  @Test
  func `puts a bot on a channel, for good (R3)`() throws {
    let registry = Registry.network.after(
      .registerDeployment(DeploymentID(2), bot: english, channel: "sunshine")
    )
    let deployment = try #require(registry.deployments[DeploymentID(2)])
    #expect(deployment == Deployment(bot: english, channel: "sunshine"))
    let again = RegistryCommand.registerDeployment(DeploymentID(2), bot: english, channel: "web")
    #expect(registry.when(again) == .refused(.alreadyRegistered))
    let other = RegistryCommand.registerDeployment(website, bot: spanish, channel: "web")
    #expect(registry.when(other) == .refused(.alreadyRegistered))
    let same = RegistryCommand.registerDeployment(website, bot: english, channel: "web")
    #expect(registry.when(same) == .nothing)
  }
}
