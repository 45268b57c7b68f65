import ConversationLedger
import Conversations

/// Who follows, and what of.
struct Viewer: Hashable, Sendable {
  /// Who follows.
  let caller: Caller
  /// Whose places in the feed it takes.
  let person: Principal.Person
  /// The second since 1970 at which the stream ends, because its token counts no more.
  let expiry: Int64
  /// The bot whose inbox is followed; `nil` for the whole log.
  let inbox: BotID?
  /// How much of an event the viewer is shown.
  let sight: Sight

  /// How much of an event somebody is shown.
  enum Sight: Hashable {
    /// What staff see.
    case whole
    /// What the visitor of its conversation sees.
    case own
    /// That something happened, at a position: what the page asks the server about.
    case position
  }

  /// Lets somebody follow.
  ///
  /// - Parameters:
  ///   - principal: Who follows.
  ///   - inbox: The bot whose inbox is followed; `nil` for the whole log.
  ///   - content: Whether it is shown what happened, or only that something did.
  init(_ principal: Principal, inbox: BotID? = nil, hearing content: Content = .events) {
    (caller, person, expiry) = (principal.caller, principal.person, principal.expiry)
    self.inbox = inbox
    sight =
      switch (content, caller) {
      case (.positions, _): .position
      case (.events, .visitor): .own
      case (.events, _): .whole
      }
  }

  /// What a stream is made of.
  enum Content {
    /// Each event, as far as the viewer may see it.
    case events
    /// The position of each event.
    case positions
  }

  /// What is written down of what the viewer reads: nothing of a visitor's own conversations, and
  /// nothing of what has no words.
  var readingScope: ReadingScope? {
    sight == .whole ? inbox.map { .inbox($0) } ?? .log : nil
  }

  /// Whether an event is for the viewer.
  func sees(_ event: PlacedEvent) -> Bool {
    guard event.isVisible(to: caller) else { return false }
    return inbox.map(event.concerns) ?? true
  }

  /// What the viewer is woken for.
  var topic: Topic {
    if let inbox { return .inbox(inbox) }
    return switch caller {
    case .trusted, .admin, .auditor, .agent(_, of: nil): .everything
    case .owner(let owner), .agent(_, of: .some(let owner)): .owner(owner)
    case .visitor(let visitor): .visitor(visitor)
    }
  }

  /// What a group of viewers waits for, so that an event wakes nobody it is not for.
  enum Topic: Hashable, Sendable {
    case everything
    case owner(OwnerID)
    case inbox(BotID)
    case visitor(VisitorID)
  }
}

extension PlacedEvent {
  /// The topics of the viewers the event may be for.
  var topics: [Viewer.Topic] {
    var topics: [Viewer.Topic] = [.everything]
    if let owner { topics.append(.owner(owner)) }
    if let visitor { topics.append(.visitor(visitor)) }
    if let holder { topics.append(.inbox(holder)) }
    if let formerHolder, formerHolder != holder { topics.append(.inbox(formerHolder)) }
    return topics
  }
}
