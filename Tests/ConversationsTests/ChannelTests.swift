import Conversations
import Testing

@Suite
struct `The way to an agent` {
  /// The table of R11, written down a second time; `chatAPI` serves a channel it does not name.
  static let table: [(channel: String, fitting: AgentMethod)] = [
    ("web", .chatAPI), ("messenger", .handoverProtocol), ("sunshine", .sunshine),
    ("zendesk", .zendesk), ("telegram", .chatAPI), ("", .chatAPI), ("Messenger", .chatAPI),
  ]

  @Test(arguments: table, AgentMethod.allCases)
  func `is the one of the origin's channel (R11)`(
    row: (channel: String, fitting: AgentMethod),
    method: AgentMethod,
  ) {
    let scene = given(in: .network(on: row.channel))
    let requested = ConversationEvent.agentRequested(by: .bot(english), method: row.fitting)
    #expect(
      scene.when(.requestAgent(by: .bot(english), method: method))
        == (method == row.fitting ? .event(requested) : .refused(.channelMismatch))
    )
  }

  @Test(arguments: table)
  func `is found if the request names none (R11)`(channel: String, fitting: AgentMethod) {
    #expect(
      given(in: .network(on: channel)).when(.requestAgent(by: .bot(english)))
        == .event(.agentRequested(by: .bot(english), method: fitting))
    )
  }

  @Test(arguments: table, AgentMethod.allCases)
  func `must fit also when an agent is asked for already (R11, R12)`(
    row: (channel: String, fitting: AgentMethod),
    method: AgentMethod,
  ) {
    let requested = ConversationEvent.agentRequested(by: .bot(english), method: row.fitting)
    #expect(
      given(requested, in: .network(on: row.channel))
        .when(.requestAgent(by: .bot(english), method: method))
        == (method == row.fitting ? .nothing : .refused(.channelMismatch))
    )
  }

  @Test
  func `is the origin's after a handover too (R3, R11)`() {
    let scene = given(
      .handedOver(from: english, to: spanish),
      in: .network(on: "messenger"),
    )
    #expect(
      scene.when(.requestAgent(by: .bot(spanish)))
        == .event(.agentRequested(by: .bot(spanish), method: .handoverProtocol))
    )
  }

  @Test
  func `is a table that an operator may change (R11)`() {
    var scene = given(in: .network(on: "telegram"))
    scene.rules.agentMethods["telegram"] = .sunshine
    let sunshine = ConversationEvent.agentRequested(by: .bot(english), method: .sunshine)
    #expect(scene.when(.requestAgent(by: .bot(english))) == .event(sunshine))
    scene.rules.agentMethods = [:]
    scene.rules.otherAgentMethod = .zendesk
    let zendesk = ConversationEvent.agentRequested(by: .bot(english), method: .zendesk)
    #expect(scene.when(.requestAgent(by: .bot(english))) == .event(zendesk))
  }

  @Test
  func `is the general one for a deployment nobody registered (R19)`() {
    let scene = given(in: Registry())
    #expect(scene.when(.requestAgent(by: .bot(english))) == .event(.requested))
  }

  @Test
  func `is checked after the agent in control and the holder (R7)`() {
    let misfit = AgentMethod.zendesk
    #expect(
      given(.agentTookOver(alice)).when(.requestAgent(by: .bot(spanish), method: misfit))
        == .refused(.agentInControl)
    )
    #expect(
      given().when(.requestAgent(by: .bot(spanish), method: misfit)) == .refused(.notTheHolder)
    )
  }

  @Test
  func `has a word and a number that never change`() {
    #expect(AgentMethod.allCases.map(\.rawValue) == [1, 2, 3, 4])
    #expect(
      AgentMethod.allCases.map(\.name) == ["chat-api", "handover-protocol", "sunshine", "zendesk"]
    )
    #expect(AgentMethod.allCases.map { AgentMethod(name: $0.name) } == AgentMethod.allCases)
    #expect(["", "chatAPI", "Zendesk", "chat-api "].compactMap(AgentMethod.init(name:)).isEmpty)
  }
}
