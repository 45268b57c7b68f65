import ConversationLedger
import Conversations

/// Who follows, and what of.
struct Viewer: Hashable, Sendable {
  /// Who follows.
  let caller: Caller
  /// The bot whose inbox is followed; `nil` for the whole log.
  let inbox: BotID?

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
