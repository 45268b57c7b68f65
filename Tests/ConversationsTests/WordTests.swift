import Conversations
import Testing

@Suite
struct `A word for an author` {
  @Test
  func `means whom the state says, at the moment of deciding`() throws {
    let command = ConversationCommand.requestAgent(by: .holder)
    #expect(try given().decision(on: command).map(\.event) == [.requested])
  }

  @Test
  func `is no identifier that anybody can have`() {
    for word in [Author.visitorOfConversation, .holder, .agentInControl] {
      #expect(word.isWord)
    }
    #expect(BotID("00000000-0000-0000-0000-000000000000") == nil)
    for author in [Author.staff, .source, .bot(english)] { #expect(!author.isWord) }
  }

  @Test
  func `for the agent in control lets nobody act where there is none`() throws {
    let commands: [ConversationCommand] = [
      .post(as: .agentInControl), .note(as: .agentInControl), .setVariable(as: .agentInControl),
      .end(by: .agentInControl), .takeOver(.inControl),
    ]
    for command in commands {
      #expect(throws: Refusal.self, "\(command)") { try given().decision(on: command) }
    }
    #expect(try given().decision(on: .handBack(.inControl)).isEmpty)
  }
}

@Suite
struct `A name` {
  private func body(_ change: (inout EventBody) -> Void) -> EventBody {
    var body = EventBody()
    change(&body)
    return body
  }

  @Test
  func `is taken up to its limit in bytes, and refused beyond`() {
    for (limit, path) in [
      (1_024, \EventBody.authorName), (1_024, \.name), (1_024, \.externalID), (255, \.authorID),
      (4_096, \.reason), (255, \.channel), (1_024, \.source),
    ] as [(Int, WritableKeyPath<EventBody, String?>)] {
      let longest = String(repeating: "é", count: limit / 2) + (limit % 2 == 0 ? "" : "x")
      #expect(throws: Never.self) { try body { $0[keyPath: path] = longest }.requireShortNames() }
      #expect(throws: Refusal.self) {
        try body { $0[keyPath: path] = longest + "x" }.requireShortNames()
      }
    }
  }

  @Test
  func `that is too long makes any command a malformed body`() throws {
    let long = String(repeating: "x", count: 5_000)
    let bodies = [body { $0.reason = long }, body { $0.authorName = long }]
    for body in bodies {
      let commands: [ConversationCommand] = [
        .end(by: .staff, body), .takeOver(AgentID(1), body),
        .handOver(HandOver(to: spanish, landingOn: greeting, body: body)),
      ]
      for command in commands {
        let refusal = #expect(throws: Refusal.self) { try given().decision(on: command) }
        #expect(refusal?.code == .malformedBody)
      }
    }
    let bot = RegistryCommand.registerBot(english, owner: acme, name: long, sessionMinutes: nil)
    let refusal = #expect(throws: Refusal.self) {
      try Registry.network.decide(bot, by: .owner(acme))
    }
    #expect(refusal?.code == .malformedBody)
  }
}
