import ConversationLedger
import Conversations

/// A change of the registry that a row of a source asks for.
struct Registration {
  var command: RegistryCommand
  /// The row's number in its file.
  var row: Int
  /// Whether the row tells of a conversation and names this only by the way.
  var isImplied = false

  init(_ command: RegistryCommand, row: Int, isImplied: Bool = false) {
    self.command = command
    self.row = row
    self.isImplied = isImplied
  }
}

/// What an import adds to the registry.
struct Registrations {
  /// Those that were read and not submitted yet.
  var pending: [Registration] = []
  /// The registry as it was when the import began.
  var before: Registry?
  /// The registry as it would be by now, if the import only says what it would do.
  var planned = Registry()
}

extension Importer {
  /// Enters the bots and what belongs to them.
  ///
  /// An import adds to the registry and changes nothing: what the ledger knew of a bot before the
  /// import, whether it is enabled for handover above all, stays.
  ///
  /// - Returns: The rows that cannot be taken, because what they need was refused.
  /// - Throws: `LedgerError` if the ledger failed.
  mutating func register() throws -> Set<Int> {
    let known = try registrations.before ?? ledger.registry()
    if registrations.before == nil {
      (registrations.before, registrations.planned) = (known, known)
    }
    let new = registrations.pending.filter { $0.command.adds(to: known) }
    registrations.pending.removeAll(keepingCapacity: true)
    let refusals = isPreview ? new.map { plan($0.command) } : try record(new)
    var refused: Set<Int> = []
    for case (let refusal?, let registration) in zip(refusals, new) {
      // What is named only by the way gives way to what is there.
      if registration.isImplied, refusal.code == .alreadyRegistered { continue }
      guard refused.insert(registration.row).inserted else { continue }
      manifest.rows += 1
      skip(registration.row, refusal.sentence)
    }
    return refused
  }

  /// Why each registration was refused; `nil` for one that was not.
  private mutating func record(_ new: [Registration]) throws -> [Refusal?] {
    guard !new.isEmpty else { return [] }
    let answers = try ledger.submitAndWait(new.map { .registry($0.command, by: .trusted) })
    return answers.map { answer in
      switch answer {
      case .refused(let refusal): return refusal
      case .done(let receipt):
        if !receipt.isRepeated { manifest.eventsAppended += 1 }
        return nil
      case .recorded: return nil
      }
    }
  }

  /// Why a registration would be refused; `nil` if it would not.
  private mutating func plan(_ command: RegistryCommand) -> Refusal? {
    do {
      for event in try registrations.planned.decide(command, by: .trusted) {
        registrations.planned.evolve(event.event, event.body, at: 0)
      }
      return nil
    } catch {
      return error
    }
  }
}

extension RegistryCommand {
  /// Whether the command tells of something the registry does not know.
  fileprivate func adds(to registry: Registry) -> Bool {
    switch self {
    case .registerOwner(let owner, _): registry.owners[owner] == nil
    case .defineModule(let bot, let module, _): registry.bots[bot]?.modules[module] == nil
    case .registerDeployment(let deployment, _, _): registry.deployments[deployment] == nil
    case .registerBot(let bot, _, _, _), .requestHandover(let bot), .enableHandover(let bot),
      .disableHandover(let bot):
      registry.bots[bot] == nil
    case .startImportRun, .finishImportRun, .switchReadAudit, .orderErasure, .finishErasure,
      .acceptOlderKeys:
      true
    }
  }
}
