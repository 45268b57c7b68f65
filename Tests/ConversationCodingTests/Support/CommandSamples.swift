import Conversations

/// Commands of every case, no two of them the same.
enum CommandSamples {
  static let all: [ConversationCommand] = authored + handovers + ofAgents

  private static let authored = Samples.authors.flatMap { author in
    bodies.flatMap { body -> [ConversationCommand] in
      [
        .post(as: author, body), .note(as: author, body), .setVariables(as: author, body),
        .end(by: author, body), .requestAgent(by: author, method: nil, body),
      ]
    }
      + AgentMethod.allCases.map {
        .requestAgent(by: author, method: $0, EventBody())
      }
  }

  private static let handovers: [ConversationCommand] = [Samples.bot, Samples.otherBot].flatMap {
    destination in
    Samples.modules.compactMap { $0 }.flatMap { module in
      [nil, Samples.bot, Samples.otherBot].flatMap { source in
        bodies.prefix(3).map { body in
          .handOver(HandOver(to: destination, landingOn: module, from: source, body: body))
        }
      }
    }
  }

  private static let ofAgents: [ConversationCommand] = [Samples.agent, AgentID(1)].flatMap {
    agent in
    bodies.flatMap { [.takeOver(agent, $0), .handBack(agent, $0)] }
  }

  /// Bodies that say nothing, the same words in another field, or nearly the same.
  static let bodies: [EventBody] = {
    let fields: [WritableKeyPath<EventBody, String?>] = [
      \.text, \.authorID, \.authorName, \.reason, \.externalID, \.source, \.name, \.channel,
    ]
    var bodies = [EventBody()]
    bodies += fields.map { field in
      var body = EventBody()
      body[keyPath: field] = "a"
      return body
    }
    var replies = EventBody()
    replies.quickReplies = ["a"]
    var twoReplies = EventBody()
    twoReplies.quickReplies = ["", "a"]
    var variable = EventBody()
    variable.variables = ["a": .string("")]
    var otherVariable = EventBody()
    otherVariable.variables = ["": .string("a")]
    return bodies + [
      replies, twoReplies, variable, otherVariable, EventBody(text: ""), EventBody(text: "a\u{0}"),
      EventBody(card: .string("a")), EventBody(card: .array([.string("a")])),
    ]
  }()
}

extension ConversationCommand {
  /// A word for the case; a new case does not compile without one here.
  var word: String {
    switch self {
    case .post: "post"
    case .note: "note"
    case .setVariables: "setVariables"
    case .handOver: "handOver"
    case .requestAgent: "requestAgent"
    case .takeOver: "takeOver"
    case .handBack: "handBack"
    case .end: "end"
    }
  }
}
