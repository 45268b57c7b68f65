import ConversationLedger
import Conversations
import Foundation

/// A ledger of its own with a few bots, closed and deleted when it goes.
final class Network: Sendable {
  let path: String
  let ledger: Ledger
  let owner = OwnerID(1)
  /// Bots that may all be handed over to; the first two belong to `owner`, the third to another.
  let bots = [BotID(11), BotID(12), BotID(13)]
  /// Two deployments of the first bot.
  let deployments = [DeploymentID(21), DeploymentID(22)]
  let module = ModuleID.least

  init() async throws {
    path = FileManager.default.temporaryDirectory.path + "/ledger-\(UUID().uuidString)"
    var options = Ledger.Options()
    // All the tests of a process share its address space.
    options.mapSizeInBytes = 1 << 30
    ledger = try Ledger(at: path, for: .writing(creating: true), options: options)
    let other = OwnerID(2)
    var commands: [RegistryCommand] = [
      .registerOwner(owner, name: "one"), .registerOwner(other, name: "two"),
    ]
    for (index, bot) in bots.enumerated() {
      commands.append(
        .registerBot(bot, owner: index < 2 ? owner : other, name: "\(bot)", sessionMinutes: nil)
      )
      commands.append(.defineModule(bot, module, name: "greeting"))
      commands.append(.enableHandover(bot))
    }
    for deployment in deployments {
      commands.append(.registerDeployment(deployment, bot: bots[0], channel: "web"))
    }
    commands.append(.registerDeployment(DeploymentID(23), bot: bots[2], channel: "web"))
    for answer in try await ledger.submit(commands.map { .registry($0, by: .trusted) }) {
      guard case .done = answer else { throw Unexpected(answer) }
    }
  }

  deinit {
    ledger.close()
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Begins a conversation.
  func start(
    _ visitor: VisitorID = VisitorID(31),
    by deployment: DeploymentID = DeploymentID(21),
  ) async throws -> ConversationID {
    let request = StartRequest(
      conversation: .fresh(),
      deployment: deployment,
      visitor: visitor,
    )
    return try await done(.start(request)).conversation
  }

  /// Has a command done.
  @discardableResult
  func ask(
    _ conversation: ConversationID,
    _ command: ConversationCommand,
  ) async throws -> Receipt {
    try await done(
      .conversation(ConversationRequest(conversation, command, successor: .fresh()))
    )
  }

  private func done(_ command: LedgerCommand) async throws -> Receipt {
    let answers = try await ledger.submit([command])
    guard case .done(let receipt) = answers[0] else { throw Unexpected(answers[0]) }
    return receipt
  }
}

/// An answer a test did not count on.
struct Unexpected: Error {
  let answer: LedgerAnswer

  init(_ answer: LedgerAnswer) { self.answer = answer }
}

extension ModuleID {
  /// The least module number.
  static var least: ModuleID {
    guard let module = ModuleID(1) else { preconditionFailure("1 is a module number") }
    return module
  }
}
