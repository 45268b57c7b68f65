import Conversations

/// The state of a conversation read off its whole log each time, the slow and plain way.
struct PlainReading {
  /// An event and its place.
  struct Entry: Hashable {
    let position: UInt64
    let event: ConversationEvent
  }

  var entries: [Entry] = []

  /// The destination of the last handover, or the bot of the beginning (R1).
  var holder: BotID {
    for entry in entries.reversed() {
      if case .handedOver(_, let destination, _) = entry.event { return destination }
    }
    return english
  }

  /// What the last event about control says (R1).
  var control: Conversation.Control {
    switch lastAboutControl?.event {
    case .agentRequested(_, let method): .agentRequested(method)
    case .agentTookOver(let agent): .agent(agent)
    default: .bot
    }
  }

  /// Where the last event about control lies.
  var controlSince: UInt64 { lastAboutControl?.position ?? 1 }

  /// The handovers after the visitor's last message (R9).
  var handoversSinceVisitor: Int {
    let last = entries.lastIndex { entry in
      if case .messagePosted(by: .visitor) = entry.event { true } else { false }
    }
    let tail = entries[(last.map { $0 + 1 } ?? 0)...]
    return tail.count { $0.event.kind == .handedOver }
  }

  var isEnded: Bool { entries.contains { $0.event.kind == .ended } }

  private var lastAboutControl: Entry? {
    let kinds: [ConversationEvent.Kind] = [.agentRequested, .agentTookOver, .agentHandedBack]
    return entries.last { kinds.contains($0.event.kind) }
  }

  /// Whether a folded state says the same.
  func agrees(with state: Conversation) -> Bool {
    state.holder == holder && state.control == control && state.controlSince == controlSince
      && state.handoversSinceVisitor == handoversSinceVisitor && state.isEnded == isEnded
      && state.originBot == english && state.deployment == website && state.visitor == carol
  }
}
