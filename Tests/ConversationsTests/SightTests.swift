import Conversations
import Testing

@Suite
struct `A caller` {
  static let seeing: [Caller] = [
    .trusted, .admin, .auditor, .owner(acme), .agent(alice, of: acme), .agent(alice, of: nil),
    .visitor(carol),
  ]
  static let blind: [Caller] = [
    .owner(globex), .owner(OwnerID(0)), .agent(alice, of: globex), .visitor(stranger),
  ]

  @Test(arguments: seeing)
  func `sees the conversations that are theirs`(caller: Caller) throws {
    try given().conversation.requireSight(of: caller, registry: .network)
  }

  @Test(arguments: blind)
  func `finds no conversation of another owner or visitor (R7)`(caller: Caller) {
    let refusal = #expect(throws: Refusal.self) {
      try given().conversation.requireSight(of: caller, registry: .network)
    }
    #expect(refusal?.code == .conversationNotFound)
  }

  @Test
  func `learns from no answer whether a hidden conversation exists (R7)`() {
    let histories: [[ConversationEvent]] = [
      [], [.requested], [.agentTookOver(alice)], [.handedOver(from: english, to: spanish)],
      [.ended(by: .staff)],
    ]
    for scene in histories.map({ given($0) }) {
      for caller in Self.blind {
        let answers = ControlTable.everyCommand.map { command in
          #expect(throws: Refusal.self) { try scene.decision(on: command, by: caller) }
        }
        #expect(Set(answers).count == 1)
        #expect(answers.first??.code == .conversationNotFound)
        #expect(answers.first??.agent == nil)
      }
    }
  }

  @Test
  func `who only audits changes nothing`() {
    for command in ControlTable.everyCommand {
      let refusal = #expect(throws: Refusal.self) {
        try given(.agentTookOver(alice)).decision(on: command, by: .auditor)
      }
      #expect(refusal != nil)
    }
    #expect(given().when(.end(by: .staff), by: .auditor) == .refused(.notPermitted))
  }

  @Test
  func `who owns no bot sees nothing of a holder that nobody registered (R19)`() {
    let scene = given(in: Registry())
    #expect(scene.when(.end(by: .staff), by: .owner(acme)) == .refused(.conversationNotFound))
    #expect(scene.when(.end(by: .staff), by: .admin) == .event(.ended(by: .staff)))
  }

  @Test
  func `who owns the holder sees what the holder got from elsewhere (R3)`() {
    let scene = given(.handedOver(from: english, to: german))
    #expect(scene.when(.end(by: .staff), by: .owner(globex)) == .event(.ended(by: .staff)))
    #expect(scene.when(.end(by: .staff), by: .owner(acme)) == .refused(.conversationNotFound))
  }
}
