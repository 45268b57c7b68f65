import ConversationCoding
import Conversations

/// An event that would not have happened, or not so, under changed rules.
public struct WhatIfRow: Codable, Hashable, Sendable {
  /// The event's log position.
  public var position: UInt64
  /// When it was recorded.
  public var at: String
  /// The conversation.
  public var conversationId: String
  /// What the rules answered.
  public var happened: Answer
  /// What the changed rules answer.
  public var wouldHappen: Answer
  /// The bot that held the conversation after it.
  public var holderBotId: String
  /// The bot that would have held it.
  public var wouldBeHolderBotId: String

  /// An answer of the rules.
  public struct Answer: Codable, Hashable, Sendable {
    /// The event's type; `refused`, if that is no event; `holdsAlready` or `newConversation`.
    public var outcome: String
    /// The code of a refusal.
    @ExplicitNull public var code: String?
    /// What the rules say, if it is not what they said.
    @ExplicitNull public var sentence: String?
  }

  init(_ difference: WhatIfDifference) {
    let fact = difference.fact
    position = fact.position
    at = fact.recordedAt.text
    conversationId = fact.conversation.description
    happened = Answer(fact.event)
    wouldHappen = Answer(difference.outcome)
    holderBotId = difference.holder.description
    wouldBeHolderBotId = difference.otherHolder.description
  }
}

extension WhatIfRow.Answer {
  fileprivate init(_ event: ConversationEvent) {
    var code: String?
    if case .handoverRefused(let refusal, _, _) = event { code = refusal.name }
    self.init(
      outcome: EventType.name(of: EventFacts(event).type),
      code: code,
      sentence: nil,
    )
  }

  fileprivate init(_ outcome: Outcome) {
    switch outcome {
    case .happens(let event): self.init(event)
    case .holdsAlready: self.init(outcome: "holdsAlready", code: nil, sentence: nil)
    case .refused(let refusal):
      self.init(outcome: "refused", code: refusal.code.name, sentence: refusal.sentence)
    case .startsAnew: self.init(outcome: "newConversation", code: nil, sentence: nil)
    }
  }
}

/// What history under changed rules comes to.
public struct WhatIfSummary: Codable, Hashable, Sendable {
  /// The log position up to which history was run.
  public var position: UInt64
  /// The live events of conversations that were asked again.
  public var events: UInt64
  /// The events that would have been otherwise.
  public var differences: Int
  /// Those that would have been refused.
  public var refusedInstead: Int
  /// The refused handovers that would have been allowed.
  public var allowedInstead: Int
  /// The conversations that would be otherwise at the end, the one begun first first.
  public var conversations: [Ending]
  /// The inboxes that would have another size, by bot.
  public var inboxes: [Inbox]

  /// How a conversation stands, and how it would.
  public struct Ending: Codable, Hashable, Sendable {
    /// The conversation.
    public var conversationId: String
    /// How it stands.
    public var state: ReplayState
    /// How it would stand; if the visitor would have begun another one, how that would.
    public var wouldBeState: ReplayState
    /// Whether the visitor would have begun another conversation (R21).
    public var newConversation: Bool
  }

  /// How many conversations an inbox has, and would have.
  public struct Inbox: Codable, Hashable, Sendable {
    /// Whose inbox.
    public var botId: String
    /// The conversations it has.
    public var conversations: Int
    /// The conversations it would have.
    public var wouldBeConversations: Int
  }
}

extension WhatIfReplay {
  /// The conversations that would be otherwise, in log order of their beginnings.
  func endings(_ first: [ConversationID: UInt64]) -> [WhatIfSummary.Ending] {
    let ids = diverged.keys.sorted { (first[$0] ?? 0, $0) < (first[$1] ?? 0, $1) }
    return ids.compactMap { id in
      guard let now = actual.conversations[id], let other = diverged[id] else { return nil }
      let states = (ReplayState(now.state), ReplayState(other.state))
      let isNew = leftBehind[id] != nil
      guard states.0 != states.1 || isNew else { return nil }
      return WhatIfSummary.Ending(
        conversationId: id.description,
        state: states.0,
        wouldBeState: states.1,
        newConversation: isNew,
      )
    }
  }

  /// The inboxes that would have another size.
  func inboxes() -> [WhatIfSummary.Inbox] {
    var changes: [BotID: Int] = [:]
    for (id, other) in diverged {
      guard let now = actual.conversations[id] else { continue }
      changes[now.state.holder, default: 0] -= 1
      for bot in (leftBehind[id] ?? []) + [other.state.holder] { changes[bot, default: 0] += 1 }
    }
    changes = changes.filter { $0.value != 0 }
    guard !changes.isEmpty else { return [] }
    var sizes: [BotID: Int] = [:]
    for known in actual.conversations.values { sizes[known.state.holder, default: 0] += 1 }
    return changes.sorted { $0.key < $1.key }.map { bot, change in
      WhatIfSummary.Inbox(
        botId: bot.description,
        conversations: sizes[bot] ?? 0,
        wouldBeConversations: (sizes[bot] ?? 0) + change,
      )
    }
  }
}
