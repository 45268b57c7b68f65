/// What the rules say of an event that was recorded.
public enum Judgement: Hashable, Sendable {
  /// They give it to whoever asks this.
  case given(to: Attempt)
  /// Nobody is to be asked again: it was imported (R19), it begins a conversation as it may, it is
  /// an erasure or a reading, or this version does not know it (R22).
  case unasked
  /// They could not have given it.
  case impossible(RuleBreach)
}

/// Why the rules could not have given an event.
public struct RuleBreach: Hashable, Sendable {
  /// The code of the refusal (docs/events.md), or one of the words below.
  public let code: String
  /// What the rules say instead.
  public let sentence: String

  init(_ code: String, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  init(_ refusal: Refusal) { self.init(refusal.code.name, refusal.sentence) }

  static let holdsAlready = RuleBreach(
    "holds_already",
    "what it asks held already, so the rules record nothing",
  )
  static let sessionExpired = RuleBreach(
    "session_expired",
    "the session was over, so the message begins another conversation",
  )
  static let onlyImported = RuleBreach("only_imported", "only an import records such an event")
  static let otherFacts = RuleBreach("other_facts", "asked the same, the rules give other facts")
  static let notRefused = RuleBreach("not_refused", "the rules allow what was refused")
  static let incomplete = RuleBreach(
    "incomplete_event",
    "it lacks what every such event has",
  )
  static let otherVisitor = RuleBreach("other_visitor", "it names another visitor")
  static let startedTwice = RuleBreach("already_registered", "the conversation exists already")
}

extension Outcome {
  /// Whether an attempt that comes to this leaves the event behind.
  ///
  /// - Parameters:
  ///   - event: The event that was recorded.
  ///   - isSince: Whether the position at which a human stretch began must be the same; where
  ///     history went another way, it need not be.
  /// - Returns: Whether the event is what is recorded then.
  func leaves(_ event: ConversationEvent, comparingSince isSince: Bool = true) -> Bool {
    switch (self, event) {
    case (.refused(let refusal), .handoverRefused(let code, _, _)): refusal.code == code
    case (.holdsAlready, .requestRepeated): true
    case (.happens(let happened), _):
      isSince ? happened == event : happened.withoutSince == event.withoutSince
    case (.refused, _), (.holdsAlready, _), (.startsAnew, _): false
    }
  }

  /// Why an attempt that comes to this does not leave the event behind.
  func breach(of event: ConversationEvent) -> RuleBreach {
    switch self {
    case .refused(let refusal): return RuleBreach(refusal)
    case .holdsAlready: return .holdsAlready
    case .startsAnew: return .sessionExpired
    case .happens:
      guard case .handoverRefused = event else { return .otherFacts }
      return .notRefused
    }
  }
}

extension ConversationEvent {
  /// The event without the position at which a human stretch began.
  fileprivate var withoutSince: ConversationEvent {
    guard case .agentHandedBack(let agent, let bot, _) = self else { return self }
    return .agentHandedBack(agent, to: bot, since: 0)
  }
}
