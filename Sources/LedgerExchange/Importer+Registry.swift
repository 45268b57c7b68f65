import ConversationLedger
import Conversations

/// A change of the registry that a row of a source asks for.
struct Registration {
  var command: RegistryCommand
  /// The row's number in its file.
  var row: Int
  /// The row's file.
  var file: String
  /// Whether the row tells of a conversation and names this only by the way.
  var isImplied = false
}

/// What an import adds to the registry.
struct Registrations {
  /// Those that were read and not submitted yet.
  var pending: [Registration] = []
  /// Those that conversations name by the way, held until there is a row to record.
  var implied: [Registration] = []
  /// What the files say of the registry.
  var survey = SourceSurvey()
  /// The registry as it was when the import began.
  fileprivate var before: Registry?
  /// The registry as it is by now, or would be if the import only says what it would do.
  fileprivate var present = Registry()
  /// The bots that could not be registered, and why.
  fileprivate var refusedBots: [BotID: String] = [:]
}

extension Importer {
  /// Enters what rows of the registry ask for, owners first, then bots, then what belongs to them.
  ///
  /// An import adds to the registry and changes nothing: what the ledger knew of a bot before the
  /// import, whether it is enabled for handover above all, stays.
  ///
  /// - Throws: `LedgerError` if the ledger failed.
  mutating func registerExplicit() throws {
    let before = try begin()
    let asked = registrations.pending.filter { $0.command.adds(to: before) }
    registrations.pending.removeAll(keepingCapacity: true)
    // The order inside a rank is kept by the places, because `sort` promises nothing of it.
    let ranked = asked.enumerated()
      .sorted { ($0.element.command.rank, $0.offset) < ($1.element.command.rank, $1.offset) }
      .map(\.element)
    try register(
      ranked.flatMap { registration in
        registrations.survey.needed(by: registration.command).map { command in
          Registration(
            command: command,
            row: registration.row,
            file: registration.file,
            isImplied: true,
          )
        } + [registration]
      }
    )
  }

  /// Enters the bots and owners that conversations name by the way.
  ///
  /// - Throws: `LedgerError` if the ledger failed.
  mutating func registerImplied() throws {
    _ = try begin()
    let implied = registrations.implied
    registrations.implied.removeAll(keepingCapacity: true)
    try register(implied)
  }

  /// Why a row cannot be taken: it names a bot that could not be registered.
  func refusal(of row: SourceRow) -> String? {
    guard !registrations.refusedBots.isEmpty else { return nil }
    return row.content.events.lazy.flatMap(\.event.namedBots)
      .compactMap { registrations.refusedBots[$0] }.first
  }

  /// The registry as it was before the import.
  private mutating func begin() throws -> Registry {
    if let before = registrations.before { return before }
    let known = try ledger.registry()
    (registrations.before, registrations.present) = (known, known)
    return known
  }

  private mutating func register(_ asked: [Registration]) throws {
    var new: [Registration] = []
    var impliedOwners: [OwnerID: Registration] = [:]
    // What is named only by the way gives way to what is there.
    for registration in asked
    where !registration.isImplied || registration.command.adds(to: registrations.present) {
      switch registration.command {
      case .registerOwner(let owner, _) where registration.isImplied:
        // Held until a bot is its own: the lines of an export name bots by UUID and no owner.
        if impliedOwners[owner] == nil { impliedOwners[owner] = registration }
      case .registerBot(_, let owner, _, _):
        if let held = impliedOwners.removeValue(forKey: owner),
          held.command.adds(to: registrations.present)
        {
          enter(held, &new)
        }
        enter(registration, &new)
      default: enter(registration, &new)
      }
    }
    guard !isPreview, !new.isEmpty else { return }
    let answers = try ledger.submitAndWait(new.map { .registry($0.command, by: .trusted) })
    for (answer, registration) in zip(answers, new) {
      switch answer {
      case .refused(let refusal): refuse(registration, refusal)
      case .done(let receipt): if !receipt.isRepeated { manifest.eventsAppended += 1 }
      case .recorded: break
      }
    }
  }

  /// Takes a registration into the present registry, and to what is to be submitted.
  private mutating func enter(_ registration: Registration, _ new: inout [Registration]) {
    do {
      let events = try registrations.present.decide(registration.command, by: .trusted)
      for event in events { registrations.present.evolve(event.event, event.body, at: 0) }
      if !events.isEmpty { new.append(registration) }
    } catch {
      refuse(registration, error)
    }
  }

  private mutating func refuse(_ registration: Registration, _ refusal: Refusal) {
    if registration.isImplied {
      if case .registerBot(let bot, _, _, _) = registration.command {
        registrations.refusedBots[bot] = refusal.sentence
      }
      return
    }
    manifest.rows += 1
    skip(registration.row, of: registration.file, refusal.sentence)
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

  /// What has a lower rank is needed by what has a higher one.
  fileprivate var rank: Int {
    switch self {
    case .registerOwner: 0
    case .registerBot: 1
    default: 2
    }
  }
}

extension ConversationEvent {
  /// The bots that hold, held or speak in the conversation by the event.
  fileprivate var namedBots: [BotID] {
    switch self {
    case .started(let bot, _, _), .agentHandedBack(_, let bot, _): [bot]
    case .handedOver(let from, let to, _): [from, to]
    case .messagePosted(.bot(let bot)), .notePosted(.bot(let bot)), .variablesSet(.bot(let bot)),
      .ended(.bot(let bot)), .agentRequested(.bot(let bot), _), .transcriptRead(.bot(let bot)),
      .requestRepeated(.bot(let bot)):
      [bot]
    default: []
    }
  }
}
