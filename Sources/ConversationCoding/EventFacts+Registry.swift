package import Conversations

extension EventFacts {
  /// Writes an event of the registry down.
  package init(_ event: RegistryEvent) {
    switch event {
    case .ownerRegistered(let owner): self.init(.ownerRegistered, owner.value)
    case .botRegistered(let bot, let owner): self.init(.botRegistered, bot.value, owner.value)
    case .moduleDefined(let bot, let module):
      self.init(.moduleDefined, bot.value)
      number = UInt64(module.number)
    case .deploymentRegistered(let deployment, let bot):
      self.init(.deploymentRegistered, deployment.value, bot.value)
    case .handoverRequested(let bot): self.init(.handoverRequested, bot.value)
    case .handoverEnabled(let bot): self.init(.handoverEnabled, bot.value)
    case .handoverDisabled(let bot): self.init(.handoverDisabled, bot.value)
    case .importRunStarted: self.init(EventType.importRunStarted)
    case .importRunFinished: self.init(EventType.importRunFinished)
    case .erasureOrdered(let subject): self.init(orderFor: subject)
    case .erasureFinished(let order):
      self.init(.erasureFinished, 0)
      number = order
    case .readAuditSwitched(let isOn): self.init(readAuditSwitchedOn: isOn)
    case .transcriptsExported(let scope, let end):
      self.init(.transcriptsExported, of: scope, through: end)
    case .transcriptOpened(let scope, let end):
      self.init(.transcriptOpened, of: scope, through: end)
    case .olderKeysAccepted(let slot, let isOwnKeyLost):
      self.init(.olderKeysAccepted, by: .staff)
      number = slot
      detail = isOwnKeyLost ? 1 : 0
    case .unknown(let type): self.init(type: type, schemaVersion: 0)
    }
  }

  private init(_ type: EventType, _ first: UInt128, _ second: UInt128 = 0) {
    self.init(type, by: .staff)
    parties = Parties(first, second)
  }

  /// Reads the event of the registry; what this version does not know is `unknown` (R22).
  package var registryEvent: RegistryEvent {
    let bot = BotID(parties.first)
    return switch knownType {
    case .ownerRegistered: .ownerRegistered(OwnerID(parties.first))
    case .botRegistered: .botRegistered(bot, owner: OwnerID(parties.second))
    case .moduleDefined: definedModule(of: bot)
    case .deploymentRegistered:
      .deploymentRegistered(DeploymentID(parties.first), bot: BotID(parties.second))
    case .handoverRequested: .handoverRequested(bot)
    case .handoverEnabled: .handoverEnabled(bot)
    case .handoverDisabled: .handoverDisabled(bot)
    case .importRunStarted: .importRunStarted
    case .importRunFinished: .importRunFinished
    case .erasureOrdered: orderedErasure
    case .erasureFinished: .erasureFinished(order: number)
    case .readAuditSwitched, .transcriptsExported, .transcriptOpened: auditEvent
    case .olderKeysAccepted: acceptedKeys
    default: .unknown(type: type)
    }
  }

  private var acceptedKeys: RegistryEvent {
    guard detail < 2 else { return .unknown(type: type) }
    return .olderKeysAccepted(after: number, isOwnKeyLost: detail == 1)
  }

  private func definedModule(of bot: BotID) -> RegistryEvent {
    guard let module = UInt32(exactly: number).flatMap(ModuleID.init) else {
      return .unknown(type: type)
    }
    return .moduleDefined(bot, module)
  }
}

extension EventFacts {
  /// What is erased, as the detail of an order says it.
  private enum Scope: UInt8 {
    case visitor = 1
    case conversation = 2
    case retention = 3
  }

  private init(orderFor subject: ErasureSubject) {
    let (scope, identifier): (Scope, UInt128) =
      switch subject {
      case .visitor(let visitor): (.visitor, visitor.value)
      case .conversation(let conversation): (.conversation, conversation.value)
      case .retention(let bot): (.retention, bot?.value ?? 0)
      }
    self.init(.erasureOrdered, identifier)
    detail = scope.rawValue
  }

  private var orderedErasure: RegistryEvent {
    switch Scope(rawValue: detail) {
    case .visitor: .erasureOrdered(.visitor(VisitorID(parties.first)))
    case .conversation: .erasureOrdered(.conversation(ConversationID(parties.first)))
    case .retention:
      .erasureOrdered(.retention(inboxOf: parties.first == 0 ? nil : BotID(parties.first)))
    case nil: .unknown(type: type)
    }
  }
}
