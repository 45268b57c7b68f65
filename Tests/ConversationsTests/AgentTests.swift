import Conversations
import Testing

@Suite
struct `A request for an agent` {
  @Test
  func `is the holder's and no other bot's (R11)`() {
    #expect(given().when(.requestAgent(by: .bot(english))) == .event(.requested))
    #expect(given().when(.requestAgent(by: .bot(spanish))) == .refused(.notTheHolder))
  }

  @Test
  func `leaves the conversation with its holder, who goes on (R1)`() {
    let scene = given().after(.requestAgent(by: .bot(english)))
    #expect(scene.conversation.holder == english)
    #expect(scene.conversation.control == .agentRequested(.chatAPI))
    #expect(scene.conversation.controlSince == scene.position)
  }

  @Test
  func `appends nothing when repeated (R12)`() {
    var scene = given()
    for count in 0..<4 {
      let command = ConversationCommand.requestAgent(
        by: .bot(english),
        method: count.isMultiple(of: 2) ? .chatAPI : nil,
      )
      #expect(scene.when(command) == (count == 0 ? .event(.requested) : .nothing))
      scene = scene.after(command)
    }
    #expect(scene.conversation.controlSince == 1 + Scene.stride)
  }

  @Test
  func `stays one when the next holder repeats it (R12)`() {
    let scene = given(.requested, .handedOver(from: english, to: spanish))
    #expect(scene.when(.requestAgent(by: .bot(spanish))) == .nothing)
    #expect(scene.when(.requestAgent(by: .bot(english))) == .refused(.notTheHolder))
  }

  @Test
  func `is asked anew by the fitting way if history asked by another (R11, R19)`() {
    let scene = given(.agentRequested(by: .bot(english), method: .zendesk))
    #expect(scene.when(.requestAgent(by: .bot(english))) == .event(.requested))
  }

  @Test
  func `is refused while an agent is in control`() {
    let scene = given(.agentTookOver(alice))
    #expect(scene.when(.requestAgent(by: .bot(english))) == .refused(.agentInControl))
  }
}

@Suite
struct `A take-over` {
  @Test
  func `needs no request (R11)`() {
    #expect(given().when(.takeOver(alice)) == .event(.agentTookOver(alice)))
    #expect(given(.requested).when(.takeOver(alice)) == .event(.agentTookOver(alice)))
  }

  @Test
  func `gives control to the agent and leaves the holder (R1)`() {
    let scene = given(.handedOver(from: english, to: spanish)).after(.takeOver(alice))
    #expect(scene.conversation.control == .agent(alice))
    #expect(scene.conversation.controlSince == scene.position)
    #expect(scene.conversation.holder == spanish)
  }

  @Test
  func `by the same agent appends nothing (R12)`() {
    let scene = given(.agentTookOver(alice))
    #expect(scene.when(.takeOver(alice)) == .nothing)
    #expect(scene.after(.takeOver(alice)).conversation == scene.conversation)
  }

  @Test
  func `by a second agent is told of the first (R12)`() {
    let scene = given(.agentTookOver(alice))
    let refusal = #expect(throws: Refusal.self) { try scene.decision(on: .takeOver(bob)) }
    #expect(refusal?.code == .agentInControl)
    #expect(refusal?.agent == alice)
    #expect(scene.after(.takeOver(bob)).conversation == scene.conversation)
  }

  @Test
  func `is free again after the hand-back (R13)`() {
    let scene = given().after(.takeOver(alice), .handBack(alice))
    #expect(scene.when(.takeOver(bob)) == .event(.agentTookOver(bob)))
  }
}

@Suite
struct `A hand-back` {
  @Test
  func `names the agent, the last bot and where the human stretch began (R13)`() {
    let scene = given(
      .handedOver(from: english, to: spanish),
      .requested,
      .agentTookOver(alice),
      .messagePosted(by: .agent(alice)),
    )
    let began = 1 + 3 * Scene.stride
    #expect(
      scene.when(.handBack(alice)) == .event(.agentHandedBack(alice, to: spanish, since: began))
    )
  }

  @Test
  func `gives control to the bot that held the conversation before (R13)`() {
    let scene = given(.handedOver(from: english, to: spanish), .agentTookOver(alice))
      .after(.handBack(alice))
    #expect(scene.conversation.control == .bot)
    #expect(scene.conversation.controlSince == scene.position)
    #expect(scene.conversation.holder == spanish)
    #expect(scene.when(.post(as: .bot(spanish))) == .event(.messagePosted(by: .bot(spanish))))
    #expect(scene.when(.handOver(to: french)) == .event(.handedOver(from: spanish, to: french)))
  }

  @Test
  func `is for the agent in control (R12)`() {
    let scene = given(.agentTookOver(alice))
    let refusal = #expect(throws: Refusal.self) { try scene.decision(on: .handBack(bob)) }
    #expect(refusal?.code == .agentInControl)
    #expect(refusal?.agent == alice)
  }

  @Test
  func `turns down a request that nobody has answered`() {
    let scene = given(.requested)
    let back = ConversationEvent.agentHandedBack(alice, to: english, since: scene.position)
    #expect(scene.when(.handBack(alice)) == .event(back))
    #expect(scene.after(.handBack(alice)).conversation.control == .bot)
  }

  @Test
  func `appends nothing when repeated (R12)`() {
    let scene = given().after(.takeOver(alice), .handBack(alice))
    #expect(scene.when(.handBack(alice)) == .nothing)
    #expect(scene.when(.handBack(bob)) == .nothing)
    #expect(given().when(.handBack(alice)) == .nothing)
  }

  @Test
  func `follows a stretch in which no bot spoke or handed over (R10, R13)`() {
    let scene = given(.agentTookOver(alice))
    #expect(scene.when(.handOver(to: spanish)) == .refused(.agentInControl))
    #expect(scene.when(.handOver(to: spanish, from: english)) == .refused(.agentInControl))
    #expect(scene.when(.post(as: .bot(english))) == .refused(.agentInControl))
    #expect(scene.when(.end(by: .bot(english))) == .refused(.agentInControl))
  }
}
