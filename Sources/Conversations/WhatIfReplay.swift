/// An event that would not have happened, or not so, under changed rules.
public struct WhatIfDifference: Hashable, Sendable {
  /// What was recorded.
  public let fact: HistoryFact
  /// What the changed rules answer to who asked for it.
  public let outcome: Outcome
  /// The bot that held the conversation after it.
  public let holder: BotID
  /// The bot that would have held it.
  public let otherHolder: BotID
}

/// Runs recorded history under changed rules beside history as it was.
///
/// Each event is asked again of the conversation as it would have been by then, so one refusal can
/// have others follow: a bot that would never have got a conversation writes no message in it.
/// Whatever left no event behind is not in the log and is not asked; what was imported, erased or
/// read happens either way.
public struct WhatIfReplay: Sendable {
  /// History as it was.
  public private(set) var actual: RuleReplay
  /// The conversations that would be otherwise at this point of the log.
  public private(set) var diverged: [ConversationID: ReplayedConversation] = [:]
  /// The conversations whose visitor would have begun another one, and the holders of those left
  /// behind; the replay goes on in the new one.
  public private(set) var leftBehind: [ConversationID: [BotID]] = [:]
  /// The bots as they would be known.
  public private(set) var registry = Registry()
  private var rules: Rules
  private let changes: [RuleChange]

  /// Begins before the first event.
  public init(rules: Rules, changing changes: [RuleChange]) {
    actual = RuleReplay(rules: rules)
    self.rules = rules
    self.changes = changes
    for change in changes { change.apply(to: &self.rules) }
  }

  /// Takes in the next event of the registry, which happens either way.
  public mutating func take(_ event: RegistryEvent, _ body: EventBody?, at position: UInt64) {
    _ = actual.take(event, body, at: position)
    registry = actual.registry
    for change in changes { change.apply(to: &registry) }
  }

  /// Takes in the next event of a conversation.
  ///
  /// - Returns: What would have been otherwise; `nil` if it would have happened just so.
  public mutating func take(_ fact: HistoryFact) -> WhatIfDifference? {
    let id = fact.conversation
    let former = diverged[id] ?? actual.conversations[id]
    let judgement = actual.take(fact)
    guard var other = former, let now = actual.conversations[id] else { return nil }
    guard case .given(let attempt) = judgement else {
      other.evolve(fact)
      keep(other, besides: now, of: id)
      return nil
    }
    let outcome = other.outcome(
      of: attempt,
      at: fact.recordedAt,
      registry: registry,
      rules: rules,
    )
    take(outcome, fact, &other)
    keep(other, besides: now, of: id)
    guard !outcome.leaves(fact.event, comparingSince: false) else { return nil }
    return WhatIfDifference(
      fact: fact,
      outcome: outcome,
      holder: now.state.holder,
      otherHolder: other.state.holder,
    )
  }

  /// Takes what would have happened into the conversation as it would have been.
  private mutating func take(
    _ outcome: Outcome,
    _ fact: HistoryFact,
    _ other: inout ReplayedConversation,
  ) {
    switch outcome {
    case .happens(let event): other.evolve(event, fact)
    case .holdsAlready, .refused: break
    case .startsAnew:
      leftBehind[fact.conversation, default: []].append(other.state.holder)
      let origin = registry.deployments[other.state.deployment]?.bot
      other.startAnew(with: origin ?? other.state.originBot, fact)
    }
  }

  /// Keeps a conversation that would be otherwise, and forgets one that has come back to history,
  /// unless another one was left behind on the way.
  private mutating func keep(
    _ other: ReplayedConversation,
    besides now: ReplayedConversation,
    of id: ConversationID,
  ) {
    diverged[id] = other == now && leftBehind[id] == nil ? nil : other
  }
}
