extension Registry {
  /// Decides whether a caller may begin a conversation by a deployment.
  ///
  /// - Parameters:
  ///   - id: The deployment the visitor comes in by.
  ///   - visitor: The person who writes.
  ///   - caller: Who asks; a deployment of another owner is "not found".
  /// - Returns: The deployment.
  /// - Throws: The refusal.
  public func deployment(
    _ id: DeploymentID,
    toStartFor visitor: VisitorID,
    by caller: Caller,
  ) throws(Refusal) -> Deployment {
    let deployment = try deployment(id, seenBy: caller)
    try caller.requireToBe(.visitor(visitor))
    return deployment
  }

  /// The deployment a caller may know of; one of another owner is "not found", so that identifiers
  /// cannot be probed.
  ///
  /// - Throws: `deploymentNotFound`.
  public func deployment(
    _ id: DeploymentID,
    seenBy caller: Caller,
  ) throws(Refusal) -> Deployment {
    guard let deployment = deployments[id], isVisible(deployment, to: caller) else {
      throw Refusal(.deploymentNotFound, "there is no deployment \(id)")
    }
    return deployment
  }

  /// Whether a caller may know of a deployment: visitors come in by any, owners by their own.
  private func isVisible(_ deployment: Deployment, to caller: Caller) -> Bool {
    if case .visitor = caller { return true }
    return caller.maySee(botsOf: bots[deployment.bot]?.owner)
  }

  /// The bot a caller may look at; one of another owner is "not found".
  ///
  /// - Parameters:
  ///   - id: The bot.
  ///   - caller: Who asks; visitors look at conversations only.
  /// - Returns: The bot.
  /// - Throws: The refusal.
  public func bot(_ id: BotID, seenBy caller: Caller) throws(Refusal) -> Bot {
    if case .visitor = caller {
      throw Refusal(.notPermitted, "a visitor sees the own conversation only")
    }
    guard let bot = bots[id], caller.maySee(botsOf: bot.owner) else {
      throw Refusal(.botNotFound, "there is no bot \(id)")
    }
    return bot
  }
}

extension Registry {
  /// The owner whose conversations a bot holds.
  ///
  /// A source can name a bot that nobody registered. What that bot holds is the owner's of the bot
  /// the visitor came in by, so that no conversation is nobody's.
  ///
  /// - Parameters:
  ///   - holder: The bot that holds a conversation.
  ///   - origin: The bot the visitor came in by.
  /// - Returns: The owner; `nil` if nobody registered either.
  public func owner(ofHolder holder: BotID, from origin: BotID) -> OwnerID? {
    bots[holder]?.owner ?? bots[origin]?.owner
  }
}

extension Caller {
  /// Whether the caller sees the bots of an owner, and what they hold.
  public func maySee(botsOf owner: OwnerID?) -> Bool {
    switch self {
    case .trusted, .admin, .auditor, .agent(_, of: nil): true
    case .owner(let own), .agent(_, of: .some(let own)): own == owner
    case .visitor: false
    }
  }
}

extension Caller {
  /// Lets those through who oversee the whole ledger: an auditor, the platform's staff.
  public func requireOversight() throws(Refusal) {
    switch self {
    case .trusted, .admin, .auditor: return
    case .owner, .agent, .visitor:
      throw Refusal(.notPermitted, "only an auditor or an admin may read this")
    }
  }

  /// Lets the platform's staff through.
  public func requireAdministration() throws(Refusal) {
    switch self {
    case .trusted, .admin: return
    case .owner, .agent, .auditor, .visitor:
      throw Refusal(.notPermitted, "only an admin may do this; ask the platform's staff")
    }
  }

  /// Lets everybody through but visitors: the reasons behind a conversation are not theirs to read.
  public func requireStaff() throws(Refusal) {
    guard case .visitor = self else { return }
    throw Refusal(.notPermitted, "a visitor reads the transcript only")
  }
}
