import Conversations

/// What every command leads to, by who is in control: the rule book as one plain table.
///
/// `+` appends the command's event, `=` is answered and appends nothing, a word is a refusal. The
/// Spanish bot holds the conversation, which came in by the English one; agents are asked for by
/// the fitting way; Alice is the agent in control.
enum ControlTable {
  struct Row {
    let command: ConversationCommand
    /// The cells: the bot answers, an agent is asked for, Alice is in control.
    let cells: [String]
  }

  private static let text = """
    post visitor         +                      +                      +
    post stranger        conversation_not_found conversation_not_found conversation_not_found
    post holder          +                      +                      agent_in_control
    post other           not_the_holder         not_the_holder         agent_in_control
    post alice           agent_not_in_control   agent_not_in_control   +
    post bob             agent_not_in_control   agent_not_in_control   agent_in_control
    post staff           not_permitted          not_permitted          not_permitted
    post source          not_permitted          not_permitted          not_permitted
    note visitor         not_permitted          not_permitted          not_permitted
    note stranger        not_permitted          not_permitted          not_permitted
    note holder          not_permitted          not_permitted          not_permitted
    note other           not_permitted          not_permitted          not_permitted
    note alice           +                      +                      +
    note bob             +                      +                      +
    note staff           +                      +                      +
    note source          not_permitted          not_permitted          not_permitted
    variable visitor     +                      +                      +
    variable holder      +                      +                      agent_in_control
    variable other       not_the_holder         not_the_holder         agent_in_control
    variable alice       +                      +                      +
    variable bob         +                      +                      +
    variable staff       +                      +                      +
    variable source      +                      +                      +
    nothing visitor      =                      =                      =
    nothing holder       =                      =                      agent_in_control
    nothing other        not_the_holder         not_the_holder         agent_in_control
    nothing alice        =                      =                      =
    nothing bob          =                      =                      =
    nothing staff        =                      =                      =
    nothing source       =                      =                      =
    end visitor          +                      +                      +
    end stranger         conversation_not_found conversation_not_found conversation_not_found
    end holder           +                      +                      agent_in_control
    end other            not_the_holder         not_the_holder         agent_in_control
    end alice            agent_not_in_control   agent_not_in_control   +
    end bob              agent_not_in_control   agent_not_in_control   agent_in_control
    end staff            +                      +                      +
    end source           not_permitted          not_permitted          not_permitted
    request holder       +                      =                      agent_in_control
    request other        not_the_holder         not_the_holder         agent_in_control
    fitting holder       +                      =                      agent_in_control
    fitting other        not_the_holder         not_the_holder         agent_in_control
    misfit holder        channel_mismatch       channel_mismatch       agent_in_control
    misfit other         not_the_holder         not_the_holder         agent_in_control
    take-over alice      +                      +                      =
    take-over bob        +                      +                      agent_in_control
    hand-back alice      =                      +                      +
    hand-back bob        =                      +                      agent_in_control
    to-french any        +                      +                      agent_in_control
    to-french holder     +                      +                      agent_in_control
    to-french other      not_the_holder         not_the_holder         agent_in_control
    to-holder any        same_bot               same_bot               agent_in_control
    to-holder holder     same_bot               same_bot               agent_in_control
    to-holder other      not_the_holder         not_the_holder         agent_in_control
    to-nobody any        bot_not_found          bot_not_found          agent_in_control
    to-nobody holder     bot_not_found          bot_not_found          agent_in_control
    to-nobody other      not_the_holder         not_the_holder         agent_in_control
    to-german any        owner_mismatch         owner_mismatch         agent_in_control
    to-german holder     owner_mismatch         owner_mismatch         agent_in_control
    to-german other      not_the_holder         not_the_holder         agent_in_control
    to-italian any       handover_not_enabled   handover_not_enabled   agent_in_control
    to-italian holder    handover_not_enabled   handover_not_enabled   agent_in_control
    to-italian other     not_the_holder         not_the_holder         agent_in_control
    to-missing any       module_not_found       module_not_found       agent_in_control
    to-missing holder    module_not_found       module_not_found       agent_in_control
    to-missing other     not_the_holder         not_the_holder         agent_in_control
    """

  static let rows: [Row] = text.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 5, let command = command(words[0], words[1]) else { return nil }
    return Row(command: command, cells: Array(words[2...]))
  }

  /// How many rows the table has, readable or not.
  static let rowCount = text.split(separator: "\n").count

  static let everyCommand = rows.map(\.command)
}

extension ControlTable {
  static let authors: [String: Author] = [
    "visitor": .visitor(carol), "stranger": .visitor(stranger), "holder": .bot(spanish),
    "other": .bot(english), "alice": .agent(alice), "bob": .agent(bob), "staff": .staff,
    "source": .source,
  ]

  private static let agents = ["alice": alice, "bob": bob]
  private static let sources: [String: BotID?] = ["any": nil, "holder": spanish, "other": english]

  /// The command of a row; `nil` for words without a meaning.
  private static func command(_ verb: String, _ actor: String) -> ConversationCommand? {
    if let agent = agents[actor], verb == "take-over" { return .takeOver(agent) }
    if let agent = agents[actor], verb == "hand-back" { return .handBack(agent) }
    if let source = sources[actor], let handOver = handOver(verb, from: source) {
      return handOver
    }
    guard let author = authors[actor] else { return nil }
    return switch verb {
    case "post": .post(as: author)
    case "note": .note(as: author)
    case "variable": .setVariable(as: author)
    case "nothing": .setNoVariables(as: author)
    case "end": .end(by: author)
    case "request": .requestAgent(by: author)
    case "fitting": .requestAgent(by: author, method: .chatAPI)
    case "misfit": .requestAgent(by: author, method: .zendesk)
    default: nil
    }
  }

  private static func handOver(_ verb: String, from source: BotID?) -> ConversationCommand? {
    switch verb {
    case "to-french": .handOver(to: french, from: source)
    case "to-holder": .handOver(to: spanish, from: source)
    case "to-nobody": .handOver(to: unheardOf, from: source)
    case "to-german": .handOver(to: german, from: source)
    case "to-italian": .handOver(to: italian, from: source)
    case "to-missing": .handOver(to: french, landingOn: missing, from: source)
    default: nil
    }
  }
}
