/// A change of the registry that somebody asks for.
public enum RegistryCommand: Hashable, Sendable {
  /// Enters an account.
  case registerOwner(OwnerID, name: String)
  /// Enters a bot; the same again appends nothing.
  case registerBot(BotID, owner: OwnerID, name: String, sessionMinutes: Int64?)
  /// Names a module of a bot.
  case defineModule(BotID, ModuleID, name: String)
  /// Puts a bot on a channel.
  case registerDeployment(DeploymentID, bot: BotID, channel: String)
  /// Asks that a bot may be handed over to.
  case requestHandover(BotID)
  /// Allows handovers to a bot.
  case enableHandover(BotID)
  /// Revokes that.
  case disableHandover(BotID)
  /// Writes down that an import began.
  case startImportRun(name: String, files: Int64)
  /// Writes down that an import was done, with its number of rows.
  case finishImportRun(name: String, rows: Int64)
  /// Orders an erasure.
  case orderErasure(ErasureOrder)
  /// Writes down that an order was carried out, with the number of keys destroyed.
  case finishErasure(order: UInt64, keys: Int64)
  /// Goes on with an older copy of the keys, on behalf of a user.
  case acceptOlderKeys(KeyLoss, by: String?)
  /// Switches the read audit, on behalf of a user.
  case switchReadAudit(isOn: Bool, by: String?)
}

extension Registry {
  /// Decides which events a command causes; none if it holds already (R12).
  ///
  /// - Parameters:
  ///   - command: What is asked.
  ///   - caller: Who asks.
  /// - Returns: The events to record.
  /// - Throws: The refusal.
  public func decide(
    _ command: RegistryCommand,
    by caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    let events = try events(of: command, by: caller)
    for event in events { try event.body.requireShortNames() }
    return events
  }

  /// Decides as `decide` does, whatever the lengths of names: earlier releases took any.
  func events(
    of command: RegistryCommand,
    by caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    switch command {
    case .registerOwner(let owner, let name): try registerOwner(owner, name, caller)
    case .registerBot(let bot, let owner, let name, let minutes):
      try registerBot(bot, owner, name, minutes, caller)
    case .defineModule(let bot, let module, let name): try define(module, name, of: bot, caller)
    case .registerDeployment(let deployment, let bot, let channel):
      try register(deployment, bot, channel, caller)
    case .requestHandover(let bot): try requestHandover(bot, caller)
    case .enableHandover(let bot): try setHandover(bot, to: true, caller)
    case .disableHandover(let bot): try setHandover(bot, to: false, caller)
    case .startImportRun(let name, let files):
      try writeDown(.importRunStarted, name, files, caller)
    case .finishImportRun(let name, let rows):
      try writeDown(.importRunFinished, name, rows, caller)
    case .orderErasure(let order): try self.order(order, caller)
    case .finishErasure(let order, let keys): try finishErasure(order, keys, caller)
    case .acceptOlderKeys(let loss, let user): try accept(loss, by: user, caller)
    case .switchReadAudit(let isOn, let user): try switchReadAudit(isOn, user, caller)
    }
  }

  private func registerOwner(
    _ owner: OwnerID,
    _ name: String,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: owner)
    guard !owners[owner].hasBytes(of: name) else { return [] }
    return [named(.ownerRegistered(owner), name)]
  }

  private func registerBot(
    _ id: BotID,
    _ owner: OwnerID,
    _ name: String,
    _ sessionMinutes: Int64?,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: owner)
    if let sessionMinutes, !sessionMinutesRange.contains(sessionMinutes) {
      throw Refusal(
        .malformedBody,
        "a session has \(sessionMinutesRange.lowerBound) to \(sessionMinutesRange.upperBound) "
          + "minutes, not \(sessionMinutes)",
      )
    }
    guard owners[owner] != nil else {
      throw Refusal(.ownerNotFound, "owner \(owner) is not registered; register it first")
    }
    if let bot = bots[id] {
      guard bot.owner == owner else {
        throw Refusal(.alreadyRegistered, "bot \(id) belongs to another owner")
      }
      if bot.name.hasBytes(of: name), bot.sessionMinutes == sessionMinutes ?? bot.sessionMinutes {
        return []
      }
    }
    var event = named(.botRegistered(id, owner: owner), name)
    event.body.amount = sessionMinutes
    return [event]
  }

  private func define(
    _ module: ModuleID,
    _ name: String,
    of id: BotID,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    let bot = try bot(id, for: caller)
    return bot.modules[module].hasBytes(of: name) ? [] : [named(.moduleDefined(id, module), name)]
  }

  private func register(
    _ id: DeploymentID,
    _ bot: BotID,
    _ channel: String,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    _ = try self.bot(bot, for: caller)
    let deployment = Deployment(bot: bot, channel: channel)
    if let known = deployments[id] {
      guard known == deployment else {
        throw Refusal(.alreadyRegistered, "deployment \(id) has another bot or channel")
      }
      return []
    }
    var event = NewEvent(RegistryEvent.deploymentRegistered(id, bot: bot))
    event.body.channel = channel
    return [event]
  }

  private func requestHandover(
    _ id: BotID,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    let bot = try bot(id, for: caller)
    let isSettled = bot.isEnabledForHandover || bot.isHandoverRequested
    return isSettled ? [] : [NewEvent(.handoverRequested(id))]
  }

  private func setHandover(
    _ id: BotID,
    to isEnabled: Bool,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: nil)
    let bot = try bot(id, for: caller)
    let isTurnedDown = !isEnabled && bot.isHandoverRequested
    guard bot.isEnabledForHandover != isEnabled || isTurnedDown else { return [] }
    return [NewEvent(isEnabled ? .handoverEnabled(id) : .handoverDisabled(id))]
  }

  /// A bot, if it exists and is the caller's to change.
  private func bot(_ id: BotID, for caller: Caller) throws(Refusal) -> Bot {
    switch caller {
    case .agent, .auditor, .visitor:
      throw Refusal(.notPermitted, "only owners and admins change the registry")
    case .trusted, .admin, .owner: break
    }
    guard let bot = bots[id] else {
      throw Refusal(.botNotFound, "there is no bot \(id)")
    }
    guard case .owner(let owner) = caller, owner != bot.owner else { return bot }
    throw Refusal(.ownerMismatch, "bot \(id) belongs to another owner")
  }

  /// Lets staff through, and an owner in the own affairs.
  func requireAdministrator(
    _ caller: Caller,
    orOwner owner: OwnerID?,
  ) throws(Refusal) {
    if case .owner(let asking) = caller, asking == owner { return }
    try caller.requireAdministration()
  }

  private func named(_ event: RegistryEvent, _ name: String) -> NewEvent<RegistryEvent> {
    var result = NewEvent(event)
    result.body.name = name
    return result
  }

  private func writeDown(
    _ event: RegistryEvent,
    _ name: String,
    _ amount: Int64,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: nil)
    var result = named(event, name)
    result.body.amount = amount
    return [result]
  }
}
