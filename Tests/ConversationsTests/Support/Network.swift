import Conversations

/// An account with four bots.
let acme = OwnerID(0xAC)
/// Another account, with one bot.
let globex = OwnerID(0x61)

/// The bot visitors meet first; its module is the greeting, and it is enabled.
let english = BotID(0xE1)
/// A bot of the same owner, enabled.
let spanish = BotID(0xE2)
/// Another one, enabled.
let french = BotID(0xE3)
/// A bot of the same owner that no admin enabled.
let italian = BotID(0xE4)
/// A bot of another owner, enabled.
let german = BotID(0xE5)
/// A bot nobody registered.
let unheardOf = BotID(0xE6)

/// The module that every bot has.
let greeting = module(1)
/// A module that no bot has.
let missing = module(99)

/// The English bot on a web page.
let website = DeploymentID(0xD1)

/// The person who writes.
let carol = VisitorID(0x51)
/// Somebody who writes elsewhere.
let stranger = VisitorID(0x52)
/// The person who helps.
let alice = AgentID(0xA1)
/// Another one.
let bob = AgentID(0xA2)

/// The module of a number above zero.
func module(_ number: UInt32) -> ModuleID {
  guard let module = ModuleID(number) else { preconditionFailure("No module is number 0") }
  return module
}

extension Registry {
  /// The registry that events lead to.
  init(replaying events: [NewEvent<RegistryEvent>]) {
    self.init()
    for event in events { evolve(event.event, event.body, at: 1) }
  }

  /// The owners, bots and deployments above.
  static let network = Registry(replaying: networkEvents)

  /// The network without some bots.
  static func network(without bots: BotID...) -> Registry {
    Registry(replaying: networkEvents.filter { !bots.contains(where: $0.event.registers) })
  }

  /// The network, and what happened after.
  static func network(then events: RegistryEvent...) -> Registry {
    Registry(replaying: networkEvents + events.map { NewEvent($0) })
  }

  /// The network with the website on another channel.
  static func network(on channel: String) -> Registry {
    var event = NewEvent(RegistryEvent.deploymentRegistered(website, bot: english))
    event.body.channel = channel
    return Registry(replaying: networkEvents + [event])
  }

  private static let networkEvents: [NewEvent<RegistryEvent>] = {
    let bots = [english, spanish, french, italian].map { ($0, acme) } + [(german, globex)]
    var events = [acme, globex].map { NewEvent(RegistryEvent.ownerRegistered($0)) }
    for (bot, owner) in bots {
      events.append(NewEvent(.botRegistered(bot, owner: owner)))
      events.append(NewEvent(.moduleDefined(bot, greeting)))
      if bot != italian { events.append(NewEvent(.handoverEnabled(bot))) }
    }
    return events + [NewEvent(.deploymentRegistered(website, bot: english))]
  }()
}

extension RegistryEvent {
  /// Whether it enters a bot.
  fileprivate func registers(_ bot: BotID) -> Bool {
    if case .botRegistered(bot, _) = self { true } else { false }
  }
}
