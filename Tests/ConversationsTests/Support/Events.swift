import Conversations

extension ConversationEvent {
  /// A kind of event; a new case of the event does not compile without one here.
  enum Kind: CaseIterable {
    case started, messagePosted, notePosted, variablesSet, handedOver, handoverRefused
    case agentRequested, agentTookOver, agentHandedBack, ended, visitorErased, sourceTruncated
    case foreign, transcriptRead, requestRepeated, unknown
  }

  var kind: Kind {
    switch self {
    case .started: .started
    case .messagePosted: .messagePosted
    case .notePosted: .notePosted
    case .variablesSet: .variablesSet
    case .handedOver: .handedOver
    case .handoverRefused: .handoverRefused
    case .agentRequested: .agentRequested
    case .agentTookOver: .agentTookOver
    case .agentHandedBack: .agentHandedBack
    case .ended: .ended
    case .visitorErased: .visitorErased
    case .sourceTruncated: .sourceTruncated
    case .foreign: .foreign
    case .transcriptRead: .transcriptRead
    case .requestRepeated: .requestRepeated
    case .unknown: .unknown
    }
  }

  /// An event of a kind, with bots, agents and authors that need not fit what came before.
  static func random(_ kind: Kind, using generator: inout SeededGenerator) -> Self {
    let bot = generator.pick([english, spanish, french, italian, german, unheardOf])
    let agent = generator.pick([alice, bob])
    let author: Author = generator.pick([
      .visitor(carol), .visitor(stranger), .bot(bot), .agent(agent), .staff, .source,
    ])
    let landing = generator.pick([greeting, missing, nil])
    return switch kind {
    case .started: .started(bot: bot, deployment: DeploymentID(9), visitor: stranger)
    case .messagePosted: .messagePosted(by: author)
    case .notePosted: .notePosted(by: author)
    case .variablesSet: .variablesSet(by: author)
    case .handedOver:
      .handedOver(
        from: generator.pick([english, spanish, unheardOf]),
        to: bot,
        module: landing,
      )
    case .handoverRefused:
      .handoverRefused(
        generator.pick(Refusal.Code.allCases),
        destination: generator.pick([bot, nil]),
        module: landing,
      )
    case .agentRequested:
      .agentRequested(by: author, method: generator.pick(AgentMethod.allCases))
    case .agentTookOver: .agentTookOver(agent)
    case .agentHandedBack: .agentHandedBack(agent, to: bot, since: generator.next())
    case .ended: .ended(by: author)
    case .visitorErased: .visitorErased(generator.pick([carol, stranger]))
    case .sourceTruncated: .sourceTruncated
    case .foreign: .foreign
    case .transcriptRead: .transcriptRead(by: author)
    case .requestRepeated: .requestRepeated(by: author)
    case .unknown: .unknown(type: UInt16(truncatingIfNeeded: generator.next()))
    }
  }

  /// An event of any kind.
  static func random(using generator: inout SeededGenerator) -> Self {
    random(generator.pick(Kind.allCases), using: &generator)
  }
}
