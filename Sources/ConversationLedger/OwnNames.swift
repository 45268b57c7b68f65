public import Conversations

/// Who may enter an identifier that is made from a name (docs/decisions/0029).
///
/// A UUID of version 5 can be computed by everybody who knows the name. It does not show from whose
/// name it was made, so an owner may enter only one that is made from the own names; any other
/// could be the one that a bot, deployment or import of somebody else will have.
extension RegistryCommand {
  /// Refuses an identifier that others may derive.
  ///
  /// - Throws: `notPermitted`, whether or not somebody has entered it.
  func requireOwnName(by caller: Caller, in registry: Registry) throws(Refusal) {
    guard case .owner(let own) = caller else { return }
    switch self {
    case .registerBot(let bot, let owner, let name, _):
      if registry.bots[bot]?.owner == own { return }
      try bot.requireNamed(as: .named("bot", owner.description, name), "bot")
    case .registerDeployment(let deployment, let bot, let channel):
      let known = registry.deployments[deployment].flatMap { registry.bots[$0.bot] }
      if known?.owner == own { return }
      try deployment.requireNamed(as: .of(bot, on: channel), "deployment")
    case .registerOwner, .defineModule, .requestHandover, .enableHandover, .disableHandover,
      .startImportRun, .finishImportRun, .orderErasure, .finishErasure, .acceptOlderKeys,
      .switchReadAudit:
      return
    }
  }
}

extension StartRequest {
  /// Refuses an identifier that an import may derive; one may be made from the caller's own account
  /// and the identifier elsewhere.
  func requireOwnName() throws(Refusal) {
    let account: String
    switch caller {
    case .owner(let owner): account = owner.description
    case .visitor(let visitor): account = visitor.description
    case .trusted, .admin, .agent, .auditor: return
    }
    let own = ConversationID.named("conversation", account, body.externalID ?? "")
    try conversation.requireNamed(as: own, "conversation")
  }
}

extension Identifier {
  /// Whether it is made from a name (RFC 9562, section 5.5).
  public var isNamed: Bool { high >> 12 & 0xF == 5 && low >> 62 == 0b10 }

  /// Refuses an identifier that is made from a name, but for one.
  fileprivate func requireNamed(as own: Self, _ kind: String) throws(Refusal) {
    guard isNamed, self != own else { return }
    throw Refusal(
      .notPermitted,
      "\(kind) \(self) has a UUID of version 5, which is made from a name; give one of version 4 "
        + "or 7, or none",
    )
  }
}
