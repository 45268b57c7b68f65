import Conversations

/// What the files of a run say of the registry, read before any conversation is, so that the order
/// of their rows does not matter.
struct SourceSurvey {
  /// The rows that add to the registry, in their order.
  var registrations: [SurveyedRegistration] = []
  /// The bots that conversations name by the way, as they would be registered.
  var impliedBots: [BotID: RegistryCommand] = [:]
  /// The owners that conversations name by the way, as they would be registered.
  var impliedOwners: [OwnerID: RegistryCommand] = [:]
  /// The files that were read to their end.
  var files: Set<String> = []
}

/// A row that adds to the registry.
struct SurveyedRegistration {
  var file: String
  /// The row's number in its file.
  var row: Int
  /// What it asks for; or why that is not clear.
  var content: Result<RegistryCommand, LineError>
}

extension SourceSurvey {
  /// Remembers what a conversation's row names by the way; of two that name the same the first
  /// counts.
  mutating func takeImplied(_ commands: [RegistryCommand]) {
    for command in commands {
      switch command {
      case .registerOwner(let owner, _) where impliedOwners[owner] == nil:
        impliedOwners[owner] = command
      case .registerBot(let bot, _, _, _) where impliedBots[bot] == nil:
        impliedBots[bot] = command
      default: break
      }
    }
  }

  /// The owner and the bot that a command needs and that conversations name by the way.
  func needed(by command: RegistryCommand) -> [RegistryCommand] {
    switch command {
    case .registerBot(_, let owner, _, _): [impliedOwners[owner]].compactMap { $0 }
    case .defineModule(let bot, _, _), .registerDeployment(_, let bot, _),
      .requestHandover(let bot), .enableHandover(let bot), .disableHandover(let bot):
      impliedBots[bot].map { needed(by: $0) + [$0] } ?? []
    default: []
    }
  }
}
