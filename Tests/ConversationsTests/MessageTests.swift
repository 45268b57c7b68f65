import Conversations
import Testing

@Suite
struct `A message` {
  @Test
  func `is the visitor's whoever answers, until the conversation ends (R10)`() {
    let posted = Outcome.event(.messagePosted(by: .visitor(carol)))
    for scene in [given(), given(.requested), given(.agentTookOver(alice))] {
      #expect(scene.when(.post(as: .visitor(carol))) == posted)
    }
    let ended = given(.ended(by: .staff))
    #expect(ended.when(.post(as: .visitor(carol))) == .refused(.conversationEnded))
  }

  @Test
  func `of another visitor finds no conversation (R7)`() {
    #expect(given().when(.post(as: .visitor(stranger))) == .refused(.conversationNotFound))
  }

  @Test
  func `is the holder's and no other bot's (R10)`() {
    let scene = given(.handedOver(from: english, to: spanish))
    #expect(scene.when(.post(as: .bot(spanish))) == .event(.messagePosted(by: .bot(spanish))))
    for bot in [english, french, german, unheardOf] {
      #expect(scene.when(.post(as: .bot(bot))) == .refused(.notTheHolder))
    }
  }

  @Test
  func `is the holder's while nobody has answered the request for an agent (R10)`() {
    let scene = given(.requested)
    #expect(scene.when(.post(as: .bot(english))) == .event(.messagePosted(by: .bot(english))))
  }

  @Test
  func `is no bot's while an agent is in control (R10)`() {
    let scene = given(.agentTookOver(alice))
    for bot in [english, spanish, unheardOf] {
      #expect(scene.when(.post(as: .bot(bot))) == .refused(.agentInControl))
    }
  }

  @Test
  func `is the agent's in control, and no other agent's`() {
    let scene = given(.agentTookOver(alice))
    #expect(scene.when(.post(as: .agent(alice))) == .event(.messagePosted(by: .agent(alice))))
    #expect(scene.when(.post(as: .agent(bob))) == .refused(.agentInControl))
    #expect(given(.requested).when(.post(as: .agent(alice))) == .refused(.agentNotInControl))
    #expect(given().when(.post(as: .agent(alice))) == .refused(.agentNotInControl))
  }

  @Test
  func `is never the staff's or a source's`() {
    for author in [Author.staff, .source] {
      #expect(given().when(.post(as: author)) == .refused(.notPermitted))
    }
  }

  @Test
  func `keeps every word`() throws {
    var body = EventBody(text: "Hello\n\n\u{0}wörld")
    body.quickReplies = ["", "yes"]
    body.card = .object(["title": .null])
    let command = ConversationCommand.post(as: .bot(english), body)
    #expect(try given().decision(on: command).map(\.body) == [body])
  }

  @Test
  func `changes neither holder nor control (R1)`() {
    for history in [[], [.requested], [.agentTookOver(alice)]] as [[ConversationEvent]] {
      let before = given(history).conversation
      var after = before
      after.evolve(.messagePosted(by: .bot(spanish)), at: 99)
      #expect(after == before)
    }
  }
}

@Suite
struct `A note` {
  @Test
  func `is for those who help, whoever is in control`() {
    for scene in [given(), given(.requested), given(.agentTookOver(alice))] {
      for author in [Author.agent(alice), .agent(bob), .staff] {
        #expect(scene.when(.note(as: author)) == .event(.notePosted(by: author)))
      }
      for author in [Author.visitor(carol), .bot(english), .source] {
        #expect(scene.when(.note(as: author)) == .refused(.notPermitted))
      }
    }
  }
}

@Suite
struct `Variables` {
  @Test
  func `are one event with all of them (R4)`() throws {
    var body = EventBody()
    body.variables = ["a": .integer(1), "b": .array([.bool(true), .null])]
    let events = try given().decision(on: .setVariables(as: .bot(english), body))
    #expect(events == [NewEvent(.variablesSet(by: .bot(english)), body)])
  }

  @Test
  func `are nothing if there are none (R12)`() {
    #expect(given().when(.setNoVariables(as: .bot(english))) == .nothing)
    #expect(given().when(.setNoVariables(as: .bot(french))) == .refused(.notTheHolder))
  }

  @Test
  func `are the holder's and no other bot's to set (R10)`() {
    #expect(given().when(.setVariable(as: .bot(french))) == .refused(.notTheHolder))
    let helped = given(.agentTookOver(alice))
    #expect(helped.when(.setVariable(as: .bot(english))) == .refused(.agentInControl))
  }
}

@Suite
struct `An ending` {
  @Test(arguments: [Author.visitor(carol), .bot(english), .staff])
  func `is one event, after which every command is refused (R7)`(author: Author) {
    #expect(given().when(.end(by: author)) == .event(.ended(by: author)))
    let ended = given().after(.end(by: author))
    #expect(ended.conversation.isEnded)
    #expect(ended.when(.end(by: author)) == .refused(.conversationEnded))
    #expect(ended.when(.takeOver(alice)) == .refused(.conversationEnded))
    #expect(ended.when(.setNoVariables(as: .staff)) == .refused(.conversationEnded))
  }

  @Test
  func `leaves holder and control as they were (R1)`() {
    let scene = given(.handedOver(from: english, to: spanish), .agentTookOver(alice))
    let ended = scene.after(.end(by: .agent(alice))).conversation
    #expect(ended.holder == spanish)
    #expect(ended.control == .agent(alice))
  }
}
