/// What is known of a bot.
public struct Bot: Hashable, Sendable {
  /// The account it belongs to.
  public var owner: OwnerID
  /// Its name; need not be unique.
  public var name: String
  /// Whether an admin allowed handovers to it (R5).
  public var isEnabledForHandover = false
  /// Whether its owner asks for that.
  public var isHandoverRequested = false
  /// Its modules and their names.
  public var modules: [ModuleID: String] = [:]
  /// The minutes without a message after which its conversations count as expired (R21).
  public var sessionMinutes = standardSessionMinutes

  /// A bot as it is registered.
  public init(owner: OwnerID, name: String) {
    self.owner = owner
    self.name = name
  }
}

/// A bot put on a channel.
public struct Deployment: Hashable, Sendable {
  /// The bot visitors meet first.
  public var bot: BotID
  /// The channel's name: `web`, `messenger`, `sunshine`, `zendesk`, or a source's own.
  public var channel: String

  /// Puts a bot on a channel.
  public init(bot: BotID, channel: String) {
    self.bot = bot
    self.channel = channel
  }
}

/// The owners, bots, modules and deployments: what the conversations' rules look up.
public struct Registry: Hashable, Sendable {
  /// The owners and their names.
  public internal(set) var owners: [OwnerID: String] = [:]
  /// The bots.
  public internal(set) var bots: [BotID: Bot] = [:]
  /// The deployments.
  public internal(set) var deployments: [DeploymentID: Deployment] = [:]
  /// What is erased, or about to be.
  public internal(set) var erasures = Erasures()

  /// The data keys that are lost.
  public internal(set) var keyLosses = KeyLosses()

  /// Whether it is recorded who opens a transcript.
  public internal(set) var isReadAuditOn = false

  /// An empty registry.
  public init() {}
}

/// What happened in the registry.
///
/// Names and channels are in `EventBody`.
public enum RegistryEvent: Hashable, Sendable {
  /// An account was entered.
  case ownerRegistered(OwnerID)
  /// A bot was entered, or entered again with another name or session length.
  case botRegistered(BotID, owner: OwnerID)
  /// A module of a bot was named.
  case moduleDefined(BotID, ModuleID)
  /// A bot was put on a channel.
  case deploymentRegistered(DeploymentID, bot: BotID)
  /// An owner asked that a bot may be handed over to.
  case handoverRequested(BotID)
  /// An admin allowed it (R5).
  case handoverEnabled(BotID)
  /// An admin revoked it; running conversations go on.
  case handoverDisabled(BotID)
  /// An import began.
  case importRunStarted
  /// An import was done.
  case importRunFinished
  /// Somebody ordered that words be made unreadable; nothing is added to them from here on.
  case erasureOrdered(ErasureSubject)
  /// An order was carried out; it is named by its log position.
  case erasureFinished(order: UInt64)
  /// The read audit was switched on or off.
  case readAuditSwitched(isOn: Bool)
  /// Conversations were written in a format for elsewhere; through a log position.
  case transcriptsExported(ReadingScope, through: UInt64)
  /// Words were shown to somebody; through a log position.
  case transcriptOpened(ReadingScope, through: UInt64)
  /// Somebody went on with an older copy of the keys; those of the slots behind one are lost.
  case olderKeysAccepted(after: UInt64, isOwnKeyLost: Bool)
  /// A type this version does not know (R22).
  case unknown(type: UInt16)
}

extension Registry {
  /// Takes in one event; whatever was recorded is accepted.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - body: The names.
  ///   - position: Its place in the log.
  public mutating func evolve(_ event: RegistryEvent, _ body: EventBody, at position: UInt64) {
    switch event {
    case .ownerRegistered(let owner): owners[owner] = body.name ?? owner.description
    case .botRegistered(let bot, let owner): register(bot, owner, body)
    case .moduleDefined(let bot, let module): bots[bot]?.modules[module] = body.name ?? ""
    case .deploymentRegistered(let deployment, let bot):
      deployments[deployment] = Deployment(bot: bot, channel: body.channel ?? "web")
    case .handoverRequested(let bot): bots[bot]?.isHandoverRequested = true
    case .handoverEnabled(let bot): setHandover(of: bot, to: true)
    case .handoverDisabled(let bot): setHandover(of: bot, to: false)
    case .erasureOrdered(let subject): order(subject, body, at: position)
    case .erasureFinished(let order): erasures.open[order] = nil
    case .readAuditSwitched(let isOn): isReadAuditOn = isOn
    case .olderKeysAccepted(let slot, let isOwnKeyLost):
      keyLosses.evolve(after: slot, isOwnKeyLost: isOwnKeyLost, body)
    case .importRunStarted, .importRunFinished, .unknown: break
    case .transcriptsExported, .transcriptOpened: break
    }
  }

  private mutating func register(_ id: BotID, _ owner: OwnerID, _ body: EventBody) {
    var bot = bots[id] ?? Bot(owner: owner, name: "")
    bot.owner = owner
    bot.name = body.name ?? id.description
    let minutes = body.amount ?? bot.sessionMinutes
    bot.sessionMinutes = min(
      max(minutes, sessionMinutesRange.lowerBound),
      sessionMinutesRange.upperBound,
    )
    bots[id] = bot
  }

  private mutating func setHandover(of bot: BotID, to isEnabled: Bool) {
    bots[bot]?.isEnabledForHandover = isEnabled
    bots[bot]?.isHandoverRequested = false
  }
}
