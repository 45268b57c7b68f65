/// An event of a conversation with the facts the rules look at.
public struct HistoryFact: Hashable, Sendable {
  /// Its place in the log.
  public let position: UInt64
  /// The conversation.
  public let conversation: ConversationID
  /// What happened.
  public let event: ConversationEvent
  /// The ledger's clock when it was ordered.
  public let recordedAt: Timestamp
  /// The time the source claims, if it claims one; else the ledger's.
  public let shownAt: Timestamp
  /// Whether it was imported; the rules do not apply to it then (R19).
  public let isImported: Bool

  /// Joins the facts.
  public init(
    position: UInt64,
    conversation: ConversationID,
    event: ConversationEvent,
    recordedAt: Timestamp,
    shownAt: Timestamp,
    isImported: Bool,
  ) {
    self.position = position
    self.conversation = conversation
    self.event = event
    self.recordedAt = recordedAt
    self.shownAt = shownAt
    self.isImported = isImported
  }
}

/// A conversation as far as a replay follows it: the rules' state, and since when it is silent.
public struct ReplayedConversation: Hashable, Sendable {
  /// The state the rules look at.
  public private(set) var state: Conversation
  /// When its last message was; its start if it has none.
  public private(set) var lastMessageAt: Timestamp

  /// Begins with the event that started the conversation; `nil` for any other.
  public init?(startingWith fact: HistoryFact) {
    guard case .started(let bot, let deployment, let visitor) = fact.event else { return nil }
    state = Conversation(
      bot: bot,
      deployment: deployment,
      visitor: visitor,
      at: fact.position,
    )
    lastMessageAt = fact.shownAt
  }

  /// Takes in the next event, whether or not the rules could have given it.
  public mutating func evolve(_ fact: HistoryFact) { evolve(fact.event, fact) }

  /// Takes in another event in the place of a recorded one.
  mutating func evolve(_ event: ConversationEvent, _ fact: HistoryFact) {
    state.evolve(event, at: fact.position)
    if case .messagePosted = event { lastMessageAt = fact.shownAt }
  }

  /// Becomes the conversation that a visitor's message begins when the session was over (R21).
  mutating func startAnew(with bot: BotID, _ fact: HistoryFact) {
    state = Conversation(
      bot: bot,
      deployment: state.deployment,
      visitor: state.visitor,
      at: fact.position,
    )
    evolve(fact)
  }

  /// What the rules answer to an attempt at a moment.
  func outcome(
    of attempt: Attempt,
    at moment: Timestamp,
    registry: Registry,
    rules: Rules,
  ) -> Outcome {
    if case .post(as: .visitor(state.visitor), _) = attempt.command, !state.isEnded,
      state.isExpired(at: moment, silentSince: lastMessageAt, registry: registry)
    {
      return .startsAnew
    }
    return state.outcome(of: attempt, registry: registry, rules: rules)
  }

  /// Says whether the rules could have given an event that was recorded next.
  func judge(_ fact: HistoryFact, registry: Registry, rules: Rules) -> Judgement {
    if fact.isImported { return .unasked }
    switch fact.event {
    case .transcriptRead, .unknown: return .unasked
    case .sourceTruncated, .foreign: return .impossible(.onlyImported)
    case .visitorErased(let visitor):
      return visitor == state.visitor ? .unasked : .impossible(.otherVisitor)
    case .started: return .impossible(.startedTwice)
    default: break
    }
    var breach: RuleBreach?
    for attempt in state.attempts(behind: fact.event) {
      let outcome = outcome(of: attempt, at: fact.recordedAt, registry: registry, rules: rules)
      if outcome.leaves(fact.event) { return .given(to: attempt) }
      breach = breach ?? outcome.breach(of: fact.event)
    }
    return .impossible(breach ?? .incomplete)
  }
}

/// Runs recorded history through the rules again, event by event in log order.
///
/// The registry is at each event what it was at that position. What was recorded is taken in
/// whether or not the rules could have given it, because it has happened.
public struct RuleReplay: Sendable {
  /// The bots and deployments at this point of the log.
  public private(set) var registry = Registry()
  /// The rules.
  public let rules: Rules
  /// The conversations that began and were not forgotten.
  public private(set) var conversations: [ConversationID: ReplayedConversation] = [:]

  /// Begins before the first event.
  public init(rules: Rules) { self.rules = rules }

  /// Takes in the next event of a conversation.
  ///
  /// - Returns: What the rules say of it; `unasked` for a conversation whose beginning the
  ///   replay has not seen.
  public mutating func take(_ fact: HistoryFact) -> Judgement {
    guard let known = conversations[fact.conversation] else { return begin(fact) }
    let judgement = known.judge(fact, registry: registry, rules: rules)
    conversations[fact.conversation]?.evolve(fact)
    return judgement
  }

  private mutating func begin(_ fact: HistoryFact) -> Judgement {
    guard let begun = ReplayedConversation(startingWith: fact) else { return .unasked }
    conversations[fact.conversation] = begun
    guard !fact.isImported else { return .unasked }
    let (bot, deployment) = (begun.state.originBot, begun.state.deployment)
    guard let known = registry.deployments[deployment] else {
      let breach = Refusal(.deploymentNotFound, "there is no deployment \(deployment)")
      return .impossible(RuleBreach(breach))
    }
    return known.bot == bot ? .unasked : .impossible(.otherFacts)
  }

  /// Takes in the next event of the registry.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - body: Names and numbers; `nil` if they can no longer be read.
  ///   - position: Its log position.
  /// - Returns: Why the rules could not have given it; `nil` if they could, or have no say.
  public mutating func take(
    _ event: RegistryEvent,
    _ body: EventBody?,
    at position: UInt64,
  ) -> RuleBreach? {
    defer { registry.evolve(event, body ?? EventBody(), at: position) }
    return body.flatMap { registry.breach(by: event, $0) }
  }

  /// Lets go of a conversation, to save its memory.
  public mutating func forget(_ conversation: ConversationID) {
    conversations[conversation] = nil
  }

  /// Takes up a conversation again that was forgotten.
  public mutating func recall(_ conversation: ConversationID, as known: ReplayedConversation) {
    conversations[conversation] = known
  }
}
