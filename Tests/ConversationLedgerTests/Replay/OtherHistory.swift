import Conversations

@testable import ConversationLedger

/// Has a ledger asked again what the events of another one say was asked, one at a time, under
/// other rules; it knows nothing of how a replay goes about it.
final class OtherHistory {
  /// What an event's command came to.
  struct Answer: Hashable {
    var refusal: String?
    var isRepeated = false
    var isElsewhere = false
    var holder: BotID?
  }

  private let bench: LedgerBench
  private let changes: [RuleChange]
  /// Where a conversation goes on, once its visitor began another one.
  private(set) var places: [ConversationID: ConversationID] = [:]
  private var holders: [ConversationID: BotID] = [:]
  private var nextConversation: UInt64 = 1

  init(_ bench: LedgerBench, _ changes: [RuleChange]) {
    self.bench = bench
    self.changes = changes
  }

  /// Asks for an event again; `nil` for one of the registry.
  func ask(_ event: RecordedEvent) throws -> Answer? {
    bench.clock.advance(by: event.recordedAt.microseconds - bench.clock.now)
    if let change = event.registryEvent {
      for command in commands(for: change, event.body ?? EventBody()) {
        _ = try bench.submit([.registry(command, by: .trusted)])
      }
      return nil
    }
    guard let conversation = event.conversation, let fact = event.event else { return nil }
    defer { note(fact, conversation) }
    let place = places[conversation] ?? conversation
    guard let command = command(for: fact, event, conversation, place) else { return nil }
    return try answer(bench.submit([command])[0], conversation, place)
  }

  private func note(_ fact: ConversationEvent, _ conversation: ConversationID) {
    switch fact {
    case .started(let bot, _, _), .handedOver(_, let bot, _): holders[conversation] = bot
    default: break
    }
  }

  private func answer(
    _ answer: LedgerAnswer,
    _ conversation: ConversationID,
    _ place: ConversationID,
  ) throws -> Answer {
    switch answer {
    case .refused(let refusal): return Answer(refusal: refusal.code.name)
    case .recorded: return Answer()
    case .done(let receipt):
      let isElsewhere = receipt.conversation != place
      if isElsewhere { places[conversation] = receipt.conversation }
      return Answer(
        isRepeated: receipt.isRepeated,
        isElsewhere: isElsewhere,
        holder: receipt.holder,
      )
    }
  }

  private func command(
    for fact: ConversationEvent,
    _ event: RecordedEvent,
    _ conversation: ConversationID,
    _ place: ConversationID,
  ) -> LedgerCommand? {
    if event.isImported {
      let row = ImportedRow(
        key: "row \(event.position)",
        occurredAt: event.occurredAt,
        events: [NewEvent(fact, EventBody())],
      )
      return .record(ImportedConversation(place, rows: [row]))
    }
    if case .started(_, let deployment, let visitor) = fact {
      return .start(
        StartRequest(conversation: conversation, deployment: deployment, visitor: visitor)
      )
    }
    guard let command = command(for: fact, conversation) else { return nil }
    nextConversation += 1
    let successor = ConversationID(high: 0x5CC, low: nextConversation)
    return .conversation(ConversationRequest(place, command, successor: successor))
  }

  private func command(
    for fact: ConversationEvent,
    _ conversation: ConversationID,
  ) -> ConversationCommand? {
    var variables = EventBody()
    variables.variables = ["a": .bool(true)]
    let nothing = EventBody()
    switch fact {
    case .messagePosted(let author): return .post(as: author, nothing)
    case .notePosted(let author): return .note(as: author, nothing)
    case .variablesSet(let author): return .setVariables(as: author, variables)
    case .handedOver(let source, let destination, let module?):
      return .handOver(HandOver(to: destination, landingOn: module, from: source))
    case .handoverRefused(let code, let destination?, let module?):
      let source = code == .notTheHolder ? BotID(0) : holders[conversation]
      return .handOver(HandOver(to: destination, landingOn: module, from: source))
    case .agentRequested(let author, let method):
      return .requestAgent(by: author, method: method, nothing)
    case .agentTookOver(let agent): return .takeOver(agent, nothing)
    case .agentHandedBack(let agent, _, _): return .handBack(agent, nothing)
    case .ended(let author): return .end(by: author, nothing)
    default: return nil
    }
  }

  /// The registry's commands, as if the changes had held from the beginning.
  private func commands(for event: RegistryEvent, _ body: EventBody) -> [RegistryCommand] {
    let name = body.name ?? ""
    switch event {
    case .ownerRegistered(let owner): return [.registerOwner(owner, name: name)]
    case .botRegistered(let bot, let owner):
      var minutes = body.amount
      var isEnabled = false
      for change in changes {
        switch change {
        case .sessionMinutes(let other, let of) where of ?? bot == bot: minutes = other
        case .handover(bot, true): isEnabled = true
        default: break
        }
      }
      let command = RegistryCommand.registerBot(
        bot,
        owner: owner,
        name: name,
        sessionMinutes: minutes,
      )
      return isEnabled ? [command, .enableHandover(bot)] : [command]
    case .moduleDefined(let bot, let module): return [.defineModule(bot, module, name: name)]
    case .deploymentRegistered(let deployment, let bot):
      return [.registerDeployment(deployment, bot: bot, channel: body.channel ?? "")]
    case .handoverEnabled(let bot): return isFixed(bot) ? [] : [.enableHandover(bot)]
    case .handoverDisabled(let bot): return isFixed(bot) ? [] : [.disableHandover(bot)]
    default: return []
    }
  }

  private func isFixed(_ bot: BotID) -> Bool {
    changes.contains { change in
      if case .handover(bot, _) = change { true } else { false }
    }
  }
}
