extension Conversation {
  /// Decides a handover by the checks of R7, in their order.
  func decide(
    _ command: HandOver,
    by caller: Caller,
    _ registry: Registry,
    _ rules: Rules,
  ) throws(Refusal) -> [NewConversationEvent] {
    try requireNoAgent()
    if let source = command.source { try requireHolder(source) }
    guard command.destination != holder else {
      throw Refusal(.sameBot, "bot \(holder) holds the conversation already")
    }
    try requireOpenDestination(command, by: caller, registry)
    guard handoversSinceVisitor < rules.handoverLimit else {
      throw Refusal(
        .handoverLoop,
        "\(handoversSinceVisitor) handovers since the visitor last wrote; the limit is "
          + "\(rules.handoverLimit)",
      )
    }
    let event = ConversationEvent.handedOver(
      from: holder,
      to: command.destination,
      module: command.landingModule,
    )
    return [NewEvent(event, command.body)]
  }

  /// Checks the destination: there, of the same owner, enabled, with the module (R5, R6).
  private func requireOpenDestination(
    _ command: HandOver,
    by caller: Caller,
    _ registry: Registry,
  ) throws(Refusal) {
    guard let destination = registry.bots[command.destination] else {
      let name = command.body.name ?? command.destination.description
      throw Refusal(.botNotFound, "there is no bot \(name)")
    }
    let owner = registry.bots[holder]?.owner
    guard destination.owner == owner, caller.mayHandOver(botsOf: owner) else {
      throw Refusal(
        .ownerMismatch,
        "both bots and the caller's token must be of the same owner",
      )
    }
    guard destination.isEnabledForHandover else {
      throw Refusal(
        .handoverNotEnabled,
        "bot \(command.destination) is not enabled for handover; ask an admin to enable it",
      )
    }
    guard destination.modules[command.landingModule] != nil else {
      throw Refusal(
        .moduleNotFound,
        "bot \(command.destination) has no module \(command.landingModule)",
      )
    }
  }

  /// The event that remembers a refused handover (R8).
  ///
  /// - Returns: The event; `nil` for a refusal that must not show the conversation to the caller.
  public func refusalEvent(
    of command: ConversationCommand,
    for refusal: Refusal,
  ) -> NewConversationEvent? {
    guard case .handOver(let command) = command, refusal.code != .conversationNotFound else {
      return nil
    }
    var event = NewConversationEvent(
      .handoverRefused(
        refusal.code,
        destination: command.destination,
        module: command.landingModule,
      )
    )
    event.body.reason = refusal.sentence
    return event
  }
}

extension Caller {
  /// Whether the caller's account may hand over the bots of an owner (R6).
  fileprivate func mayHandOver(botsOf owner: OwnerID?) -> Bool {
    switch self {
    case .trusted: true
    case .owner(let asking): asking == owner
    case .admin, .auditor, .agent, .visitor: false
    }
  }
}
