import Conversations
import Testing

@Suite
struct `Every command in every state` {
  /// The control of a conversation, and the column of the table that speaks of it.
  enum Column: Int, CaseIterable {
    case bot, requested, agent

    var history: [ConversationEvent] {
      switch self {
      case .bot: []
      case .requested: [.requested]
      case .agent: [.agentTookOver(alice)]
      }
    }
  }

  @Test(arguments: Column.allCases)
  func `leads to what the table says`(column: Column) {
    let scene = given([.handedOver(from: english, to: spanish)] + column.history)
    for row in ControlTable.rows {
      let cell = row.cells[column.rawValue]
      #expect(scene.when(row.command) == outcome(cell, of: row.command, in: scene), "\(cell)")
    }
  }

  @Test(arguments: Column.allCases)
  func `leads to the same however the state came about`(column: Column) {
    let detours: [[ConversationEvent]] = [
      [.agentTookOver(bob), .agentHandedBack(bob, to: english, since: 4)],
      [.requested, .agentHandedBack(bob, to: english, since: 4)],
      [.handedOver(from: english, to: french)],
      [.messagePosted(by: .visitor(carol)), .variablesSet(by: .bot(english)), .foreign],
      [.handoverRefused(.sameBot, destination: english, module: nil), .unknown(type: 999)],
    ]
    for detour in detours {
      let scene = given(detour + [.handedOver(from: english, to: spanish)] + column.history)
      for row in ControlTable.rows {
        let expected = outcome(row.cells[column.rawValue], of: row.command, in: scene)
        #expect(scene.when(row.command) == expected)
      }
    }
  }

  @Test(arguments: Column.allCases)
  func `is refused once the conversation has ended (R7)`(column: Column) {
    let scene = given(column.history + [.ended(by: .staff)])
    let outcomes = ControlTable.everyCommand.map { scene.when($0) }
    #expect(Set(outcomes) == [.refused(.conversationEnded)])
  }

  @Test
  func `has a row of its own that can be read`() {
    #expect(ControlTable.rows.count == ControlTable.rowCount)
    #expect(Set(ControlTable.everyCommand).count == ControlTable.rowCount)
    let words = Set(ControlTable.rows.flatMap(\.cells)).subtracting(["+", "="])
    #expect(words.isSubset(of: Refusal.Code.allCases.map(\.name)))
  }

  @Test
  func `is in the table with every author it may name`() {
    var commands: [ConversationCommand] = []
    for author in ControlTable.authors.values {
      commands += [.post(as: author), .note(as: author), .end(by: author)]
      guard author != .visitor(stranger) else { continue }
      commands += [.setVariable(as: author), .setNoVariables(as: author)]
    }
    #expect(Set(commands).isSubset(of: ControlTable.everyCommand))
  }

  /// What a cell of the table means.
  private func outcome(
    _ cell: String,
    of command: ConversationCommand,
    in scene: Scene,
  ) -> Outcome? {
    switch cell {
    case "+": .event(fact(of: command, since: scene.conversation.controlSince))
    case "=": .nothing
    default: Refusal.Code.allCases.first { $0.name == cell }.map { .refused($0) }
    }
  }

  /// The event of a command that is allowed; the Spanish bot holds the conversation.
  private func fact(of command: ConversationCommand, since: UInt64) -> ConversationEvent {
    switch command {
    case .post(let author, _): .messagePosted(by: author)
    case .note(let author, _): .notePosted(by: author)
    case .setVariables(let author, _): .variablesSet(by: author)
    case .handOver(let command):
      .handedOver(from: spanish, to: command.destination, module: command.landingModule)
    case .requestAgent(let author, _, _): .agentRequested(by: author, method: .chatAPI)
    case .takeOver(let agent, _): .agentTookOver(agent)
    case .handBack(let agent, _): .agentHandedBack(agent, to: spanish, since: since)
    case .end(let author, _): .ended(by: author)
    }
  }
}
