import Conversations
import Projections
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `Key slots` {
  @Test
  func `Two conversations of one visitor have keys of their own`() throws {
    // Given a visitor who comes twice.
    let bench = LedgerBench("key-slots")
    let owner = OwnerID.fresh(), bot = BotID.fresh(), visitor = VisitorID.fresh()
    let deployment = DeploymentID.of(bot, on: "web")
    _ = try bench.submit([
      .registry(.registerOwner(owner, name: "Acme"), by: .trusted),
      .registry(
        .registerBot(bot, owner: owner, name: "Greeter", sessionMinutes: nil),
        by: .trusted,
      ),
      .registry(.registerDeployment(deployment, bot: bot, channel: "web"), by: .trusted),
    ])
    let conversations = [ConversationID.fresh(), ConversationID.fresh()]
    _ = try bench.submit(
      conversations.map { conversation in
        .start(StartRequest(conversation: conversation, deployment: deployment, visitor: visitor))
      }
    )
    // When the slots are read from the log.
    let ledger = try bench.ledger()
    let slots = try conversations.map { try ledger.reader.atHead().head(of: $0)?.keySlot }
    // Then each conversation has one, behind that of the ledger.
    #expect(slots == [2, 3])
  }
}
