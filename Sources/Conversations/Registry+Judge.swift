extension Registry {
  /// Why the rules could not have given an event of the registry that was recorded next.
  ///
  /// Who asked is not kept, so it is asked again by the trusted caller.
  ///
  /// - Returns: The reason; `nil` if the rules give it, or have no say (R22).
  func breach(by event: RegistryEvent, _ body: EventBody) -> RuleBreach? {
    guard let command = command(behind: event, body) else { return nil }
    do throws(Refusal) {
      guard let given = try events(of: command, by: .trusted).first else { return .holdsAlready }
      return given == NewEvent(event, body) ? nil : .otherFacts
    } catch {
      return RuleBreach(error)
    }
  }

  /// The command that an event answers.
  private func command(
    behind event: RegistryEvent,
    _ body: EventBody,
  ) -> RegistryCommand? {
    let name = body.name ?? ""
    return switch event {
    case .ownerRegistered(let owner): .registerOwner(owner, name: name)
    case .botRegistered(let bot, let owner):
      .registerBot(bot, owner: owner, name: name, sessionMinutes: body.amount)
    case .moduleDefined(let bot, let module): .defineModule(bot, module, name: name)
    case .deploymentRegistered(let deployment, let bot):
      .registerDeployment(deployment, bot: bot, channel: body.channel ?? "")
    case .handoverRequested(let bot): .requestHandover(bot)
    case .handoverEnabled(let bot): .enableHandover(bot)
    case .handoverDisabled(let bot): .disableHandover(bot)
    case .importRunStarted: .startImportRun(name: name, files: body.amount ?? 0)
    case .importRunFinished: .finishImportRun(name: name, rows: body.amount ?? 0)
    case .readAuditSwitched(let isOn): .switchReadAudit(isOn: isOn, by: body.authorID)
    case .erasureOrdered(let subject): .orderErasure(ErasureOrder(subject, body))
    case .erasureFinished(let order): .finishErasure(order: order, keys: body.amount ?? 0)
    case .olderKeysAccepted(let slot, let isOwnKeyLost):
      acceptance(after: slot, isOwnKeyLost, body)
    case .transcriptsExported, .transcriptOpened, .unknown: nil
    }
  }

  private func acceptance(
    after slot: UInt64,
    _ isOwnKeyLost: Bool,
    _ body: EventBody,
  ) -> RegistryCommand {
    let last = body.amount.flatMap(UInt64.init(exactly:)) ?? 0
    let loss = KeyLoss(after: slot, through: last, isOwnKeyLost: isOwnKeyLost)
    return .acceptOlderKeys(loss, by: body.authorID)
  }
}
