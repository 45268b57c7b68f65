import Conversations

/// What a change of the registry led to: events, or the code of a refusal.
enum RegistryOutcome: Hashable {
  case events([RegistryEvent])
  case refused(Refusal.Code)

  /// Answered, and nothing to record.
  static let nothing = RegistryOutcome.events([])

  /// One event.
  static func event(_ event: RegistryEvent) -> Self { .events([event]) }
}

extension Registry {
  /// What a command leads to: the events without their bodies, or the code.
  func when(_ command: RegistryCommand, by caller: Caller = .trusted) -> RegistryOutcome {
    do {
      return .events(try decide(command, by: caller).map(\.event))
    } catch {
      return .refused(error.code)
    }
  }

  /// The registry after what commands lead to; a refusal leaves it as it is.
  func after(_ commands: RegistryCommand..., by caller: Caller = .trusted) -> Registry {
    commands.reduce(into: self) { registry, command in
      for event in (try? registry.decide(command, by: caller)) ?? [] {
        registry.evolve(event.event, event.body, at: 1)
      }
    }
  }
}
