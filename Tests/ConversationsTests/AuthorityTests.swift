import Conversations
import Testing

@Suite
struct `Another visitor` {
  @Test
  func `sets no variables in a conversation that is not theirs (R3, R7)`() {
    let author = Author.visitor(stranger)
    #expect(given().when(.setVariable(as: author)) == .refused(.conversationNotFound))
    #expect(given().when(.setNoVariables(as: author)) == .refused(.conversationNotFound))
  }

  @Test
  func `asks for no agent in a conversation that is not theirs (R3, R7)`() {
    let command = ConversationCommand.requestAgent(by: .visitor(stranger))
    #expect(given().when(command) == .refused(.conversationNotFound))
    #expect(given(.requested).when(command) == .refused(.conversationNotFound))
  }
}

@Suite
struct `The author of a request for an agent` {
  @Test(arguments: [Author.visitor(carol), .agent(alice), .staff, .source])
  func `is the holder's and nobody else's (R11)`(author: Author) {
    #expect(throws: Refusal.self) { try given().decision(on: .requestAgent(by: author)) }
  }
}

@Suite
struct `A token` {
  @Test(arguments: [
    ConversationCommand.post(as: .bot(english)), .end(by: .staff), .end(by: .bot(english)),
    .note(as: .staff), .note(as: .agent(alice)), .setVariable(as: .bot(english)),
    .setVariable(as: .staff), .requestAgent(by: .bot(english)), .takeOver(alice),
  ])
  func `of a visitor does what a visitor may, and no more (R6, R10)`(
    command: ConversationCommand
  ) {
    #expect(given().when(command, by: .visitor(carol)) == .refused(.notPermitted))
  }

  @Test(arguments: [
    ConversationCommand.post(as: .agent(alice)), .handBack(alice), .note(as: .agent(alice)),
    .end(by: .agent(alice)),
  ])
  func `of an agent does not act as another agent (R12)`(command: ConversationCommand) {
    let scene = given(.agentTookOver(alice))
    #expect(scene.when(command, by: .agent(alice, of: acme)) != .refused(.notPermitted))
    #expect(scene.when(command, by: .agent(bob, of: acme)) == .refused(.notPermitted))
  }
}

@Suite
struct `The registry, for those who only talk,` {
  static let callers: [Caller] = [
    .visitor(carol), .agent(alice, of: globex), .agent(alice, of: acme), .agent(alice, of: nil),
  ]
  static let commands: [RegistryCommand] = [
    .defineModule(english, missing, name: "Prices"), .requestHandover(italian),
    .registerDeployment(DeploymentID(0xD2), bot: english, channel: "zendesk"),
    .startImportRun(name: "run", files: 1), .finishImportRun(name: "run", rows: 1),
  ]

  @Test(arguments: callers, commands)
  func `is not changed by those who only talk (R5)`(caller: Caller, command: RegistryCommand) {
    #expect(Registry.network.when(command, by: caller) == .refused(.notPermitted))
  }

  @Test
  func `turns down what an owner asks for, by an admin (R5)`() {
    let asked = Registry.network.after(.requestHandover(italian), by: .owner(acme))
    #expect(
      asked.when(.disableHandover(italian), by: .admin) == .event(.handoverDisabled(italian))
    )
    let settled = asked.after(.disableHandover(italian), by: .admin)
    #expect(settled.bots[italian]?.isHandoverRequested == false)
    #expect(settled.when(.disableHandover(italian), by: .admin) == .nothing)
  }
}
