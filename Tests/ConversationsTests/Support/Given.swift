import Conversations

/// What a command led to: events, or the code of a refusal.
enum Outcome: Hashable {
  case events([ConversationEvent])
  case refused(Refusal.Code)

  /// Answered, and nothing to record.
  static let nothing = Outcome.events([])

  /// One event.
  static func event(_ event: ConversationEvent) -> Self { .events([event]) }
}

/// A conversation as its events tell it, and what surrounds it.
struct Scene {
  /// The events are not alone in the log: each lies three positions after the one before.
  static let stride: UInt64 = 3

  var conversation = Conversation(bot: english, deployment: website, visitor: carol, at: 1)
  /// The log position of the last event.
  var position: UInt64 = 1
  var registry = Registry.network
  var rules = Rules()

  /// Takes in one event.
  mutating func take(_ event: ConversationEvent) {
    position += Self.stride
    conversation.evolve(event, at: position)
  }

  /// What a command leads to here, in full.
  func decision(
    on command: ConversationCommand,
    by caller: Caller = .trusted,
  ) throws(Refusal) -> [NewConversationEvent] {
    try conversation.decide(command, by: caller, registry: registry, rules: rules)
  }

  /// What a command leads to here: the events without their bodies, or the code.
  func when(_ command: ConversationCommand, by caller: Caller = .trusted) -> Outcome {
    do {
      return .events(try decision(on: command, by: caller).map(\.event))
    } catch {
      return .refused(error.code)
    }
  }

  /// The scene after what commands lead to; a refusal leaves it as it is.
  func after(_ commands: ConversationCommand...) -> Scene {
    commands.reduce(into: self) { scene, command in
      guard case .events(let events) = scene.when(command) else { return }
      for event in events { scene.take(event) }
    }
  }
}

/// A conversation of the visitor with the English bot, after some events.
func given(_ events: ConversationEvent..., in registry: Registry = .network) -> Scene {
  given(events, in: registry)
}

/// A conversation of the visitor with the English bot, after some events.
func given(_ events: [ConversationEvent], in registry: Registry = .network) -> Scene {
  var scene = Scene()
  scene.registry = registry
  for event in events { scene.take(event) }
  return scene
}
