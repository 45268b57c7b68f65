import Conversations
import Testing

@Suite
struct `A handover` {
  @Test
  func `is one event that names both bots and the landing module (R2)`() {
    #expect(
      given().when(.handOver(to: spanish))
        == .event(.handedOver(from: english, to: spanish, module: greeting))
    )
  }

  @Test
  func `gives the conversation to its destination (R2)`() {
    let scene = given().after(.handOver(to: spanish))
    #expect(scene.conversation.holder == spanish)
    #expect(scene.when(.post(as: .bot(spanish))) == .event(.messagePosted(by: .bot(spanish))))
    #expect(scene.when(.post(as: .bot(english))) == .refused(.notTheHolder))
  }

  @Test
  func `goes on to any bot, also back to an earlier one (R2)`() {
    var scene = given()
    let chain = [english, spanish, french, english]
    for (holder, destination) in zip(chain, chain.dropFirst()) {
      #expect(
        scene.when(.handOver(to: destination, from: holder))
          == .event(.handedOver(from: holder, to: destination))
      )
      scene = scene.after(.handOver(to: destination, from: holder))
      #expect(scene.conversation.holder == destination)
    }
    #expect(scene.conversation.handoversSinceVisitor == 3)
  }

  @Test
  func `leaves the origin, the deployment, the visitor and the control as they are (R3)`() {
    let scene = given(.requested)
    let before = scene.conversation
    let after = scene.after(.handOver(to: spanish), .handOver(to: french)).conversation
    #expect(after.originBot == before.originBot)
    #expect(after.deployment == before.deployment)
    #expect(after.visitor == before.visitor)
    #expect(after.control == before.control)
    #expect(after.controlSince == before.controlSince)
    #expect(!after.isEnded)
  }

  @Test
  func `carries its variables and its reason (R4)`() throws {
    var body = EventBody()
    body.variables = ["language": .string("es"), "tries": .integer(2)]
    body.reason = "speaks Spanish"
    let command = HandOver(to: spanish, landingOn: greeting, body: body)
    #expect(try given().decision(on: .handOver(command)).map(\.body) == [body])
  }

  @Test
  func `is refused to a destination that no admin enabled (R5)`() {
    #expect(given().when(.handOver(to: italian)) == .refused(.handoverNotEnabled))
    let asked = Registry.network(then: .handoverRequested(italian))
    #expect(given(in: asked).when(.handOver(to: italian)) == .refused(.handoverNotEnabled))
    let enabled = Registry.network(then: .handoverRequested(italian), .handoverEnabled(italian))
    #expect(
      given(in: enabled).when(.handOver(to: italian))
        == .event(.handedOver(from: english, to: italian))
    )
  }

  @Test
  func `asks nothing of the bot it leaves (R5)`() {
    let scene = given(in: .network(then: .handoverDisabled(english)))
    #expect(
      scene.when(.handOver(to: spanish)) == .event(.handedOver(from: english, to: spanish))
    )
  }

  @Test
  func `is refused to a revoked bot, whose running conversations go on (R5)`() {
    let revoked = Registry.network(then: .handoverDisabled(spanish))
    #expect(given(in: revoked).when(.handOver(to: spanish)) == .refused(.handoverNotEnabled))
    let running = given(.handedOver(from: english, to: spanish), in: revoked)
    #expect(running.when(.post(as: .bot(spanish))) == .event(.messagePosted(by: .bot(spanish))))
    #expect(
      running.when(.handOver(to: french)) == .event(.handedOver(from: spanish, to: french))
    )
  }

  @Test
  func `is refused to a bot of another owner (R6)`() {
    for caller in [Caller.trusted, .owner(acme)] {
      #expect(given().when(.handOver(to: german), by: caller) == .refused(.ownerMismatch))
    }
  }

  @Test
  func `is for the token of the bots' owner, or whoever writes the files (R6)`() {
    let scene = given()
    let event = ConversationEvent.handedOver(from: english, to: spanish)
    #expect(scene.when(.handOver(to: spanish), by: .owner(acme)) == .event(event))
    #expect(scene.when(.handOver(to: spanish), by: .trusted) == .event(event))
    for caller in [Caller.admin, .agent(alice, of: acme), .agent(alice, of: nil)] {
      #expect(scene.when(.handOver(to: spanish), by: caller) == .refused(.ownerMismatch))
    }
    #expect(scene.when(.handOver(to: spanish), by: .visitor(carol)) == .refused(.ownerMismatch))
  }

  @Test
  func `is possible while an agent is asked for, and not while one is in control (R13)`() {
    let asked = given(.requested)
    #expect(asked.when(.handOver(to: spanish)) == .event(.handedOver(from: english, to: spanish)))
    let helped = given(.agentTookOver(alice))
    #expect(helped.when(.handOver(to: spanish)) == .refused(.agentInControl))
  }
}
