import ConversationLedger
import Conversations
import Foundation

/// A ledger with a network of bots and conversations, written through the public library.
struct Fixture {
  let path: String
  let ledger: Ledger
  let bots: [BotID]
  private let deployments: [DeploymentID]
  private(set) var conversations: [ConversationID] = []

  /// A text of the length that visitors' messages have in the SGD sample, about 60 bytes.
  static func text(_ number: Int) -> String {
    "Could you find me a place to eat in San Jose, number \(number)?"
  }

  /// A bot that no conversation begins with.
  let idleBot = BotID.named("bot", "benchmark", "idle")

  init(at path: String, bots count: Int = 8) throws {
    self.path = path
    ledger = try Ledger(at: path, for: .writing(creating: true))
    let owner = OwnerID.account("benchmark")
    bots = (0..<count).map { .named("bot", "benchmark", "bot \($0)") }
    deployments = bots.map { .named("deployment", $0.description) }
    var commands: [RegistryCommand] = [.registerOwner(owner, name: "benchmark")]
    for (bot, deployment) in zip(bots, deployments) {
      commands += [
        .registerBot(bot, owner: owner, name: bot.description, sessionMinutes: nil),
        .registerDeployment(deployment, bot: bot, channel: "web"),
        .enableHandover(bot),
      ]
      if let module = ModuleID(1) { commands.append(.defineModule(bot, module, name: "welcome")) }
    }
    commands.append(.registerBot(idleBot, owner: owner, name: "idle", sessionMinutes: nil))
    _ = try ledger.submitAndWait(commands.map { .registry($0, by: .trusted) })
  }

  /// Begins conversations, a thousand to a commit.
  mutating func start(_ count: Int) throws {
    var commands: [LedgerCommand] = []
    for number in 0..<count {
      let conversation = ConversationID.fresh()
      conversations.append(conversation)
      let place = number % deployments.count
      commands.append(
        .start(
          StartRequest(
            conversation: conversation,
            deployment: deployments[place],
            visitor: .fresh(),
          )
        )
      )
      if commands.count == 1_024 || number == count - 1 {
        _ = try ledger.submitAndWait(commands)
        commands.removeAll(keepingCapacity: true)
      }
    }
  }

  /// A visitor's message to one of the conversations, in turn.
  func post(_ number: Int, key: String? = nil) -> LedgerCommand {
    let index = number % conversations.count
    var command = ConversationRequest(
      conversations[index],
      .post(as: .bot(bots[index % bots.count]), EventBody(text: Self.text(number))),
      successor: ConversationID(0),
    )
    command.idempotencyKey = key
    return .conversation(command)
  }

  /// Appends messages, some to a commit, with the next batch waiting while one is flushed.
  ///
  /// - Returns: Events a second.
  func append(_ count: Int, from first: Int, batch: Int, keyed: Bool = false) throws -> Double {
    let batches = stride(from: first, to: first + count, by: batch).map { start in
      (start..<min(start + batch, first + count)).map { number in
        post(number, key: keyed ? "key \(number)" : nil)
      }
    }
    let seconds = try Measurement.seconds { try submit(batches) }
    return Double(count) / seconds
  }

  /// Appends messages of many bytes to the first conversation.
  func appendLongMessages(_ count: Int, of byteCount: Int) throws {
    let text = String(repeating: "word ", count: byteCount / 5)
    for _ in 0..<count {
      let post = ConversationCommand.post(as: .bot(bots[0]), EventBody(text: text))
      let request = ConversationRequest(conversations[0], post, successor: ConversationID(0))
      _ = try ledger.submitAndWait([.conversation(request)])
    }
  }

  /// Submits batches from four threads in turn, so that one waits while three are under way.
  private func submit(_ batches: [[LedgerCommand]]) throws {
    let failure = Failure()
    DispatchQueue.concurrentPerform(iterations: 4) { lane in
      for index in stride(from: lane, to: batches.count, by: 4) {
        do {
          for answer in try ledger.submitAndWait(batches[index]) {
            guard case .refused(let refusal) = answer else { continue }
            throw refusal
          }
        } catch {
          failure.put(error)
          return
        }
      }
    }
    if let error = failure.take() { throw error }
  }
}

/// The first error of several threads.
private final class Failure: @unchecked Sendable {
  private let lock = NSLock()
  private var error: (any Error)?

  func put(_ error: any Error) { lock.withLock { self.error = self.error ?? error } }
  func take() -> (any Error)? { lock.withLock { error } }
}
