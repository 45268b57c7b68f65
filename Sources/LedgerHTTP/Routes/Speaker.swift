import ConversationLedger
import Conversations

/// Who a call says acts: the caller, or whom a platform acts for.
enum Speaker {
  /// Nobody is named: the caller acts.
  case caller
  /// The visitor of the conversation.
  case visitor
  /// A bot.
  case bot(BotID)
  /// An agent, by account and name.
  case agent(String, name: String?)

  /// Takes the member `author` of a body.
  init(_ body: inout BodyReader) throws {
    self =
      try body.members("author") { author in
        let kind = try author.string("kind")
        switch kind {
        case "visitor": return .visitor
        case "bot":
          let bot: BotID? = try author.identifier("botId")
          return .bot(try author.require(bot, "botId"))
        case "agent":
          let id = try author.string("id", length: 1...255)
          return .agent(try author.require(id, "id"), name: try author.string("name"))
        default: throw Problem.malformedBody("author.kind is visitor, bot or agent")
        }
      } ?? .caller
  }

  /// The author, with names put into the body; owners and admins name whom they act for.
  ///
  /// "The visitor" stays a word: who that is, the ledger says when the command is ordered.
  func author(
    _ principal: Principal,
    _ body: inout EventBody,
  ) throws(Problem) -> Author {
    switch (self, principal.role) {
    case (.caller, .visitor): return .visitor(principal.visitor)
    case (.caller, .agent):
      body.authorID = principal.user
      body.authorName = principal.name
      return .agent(principal.agent)
    case (.caller, _):
      throw .malformedBody("author is missing: whom does \(principal.user) act for?")
    case (.visitor, _): return .visitorOfConversation
    case (.bot(let bot), _): return .bot(bot)
    case (.agent(let account, let name), _):
      body.authorID = account
      body.authorName = name ?? (account == principal.user ? principal.name : nil)
      return .agent(.account(account))
    }
  }
}
