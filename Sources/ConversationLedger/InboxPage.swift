public import Conversations

/// What to look for in an inbox.
public struct InboxQuery: Hashable, Sendable {
  /// Whose inbox.
  public var bot: BotID
  /// Only conversations of this status.
  public var status: ConversationStatus?
  /// Only conversations with activity at or after this time.
  public var from: Timestamp?
  /// Only conversations started at or before this time.
  public var to: Timestamp?
  /// All conversations the bot held at some time, instead of those it holds.
  public var tookPart = false
  /// Only conversations that were handed over.
  public var hadHandover = false
  /// Only conversations in which an agent was in control.
  public var hadAgent = false
  /// Only conversations in which all these words occur in one message.
  public var text: String?
  /// The most rows.
  public var limit = 50
  /// The `next` of the page before.
  public var after: String?
  /// The moment to look at; now if `nil`.
  public var asOf: Moment?
  /// Who asks; left out is what the bot once held and another owner's bot holds now, and of a bot
  /// that nobody registered what came from another owner's.
  public var caller = Caller.trusted

  /// Asks for the inbox of a bot.
  public init(of bot: BotID) { self.bot = bot }
}

/// Whether a conversation goes on.
public enum ConversationStatus: String, Codable, Hashable, Sendable, CaseIterable {
  /// It goes on.
  case active
  /// Too long without a message (R21).
  case expired
  /// It has ended.
  case ended
}

/// A page of an inbox: the JSON shape of design.md 7.
public struct InboxPage: Codable, Hashable, Sendable {
  /// Whose inbox.
  public var botId: String
  /// The log position it was computed at.
  public var position: UInt64
  /// Whether no row comes after these.
  public var complete: Bool
  /// How many rows the query has in all.
  public var total: Int
  /// What to give as `after` for the next page.
  @ExplicitNull public var next: String?
  /// How many conversations of the list changed since its first page; absent on that one.
  ///
  /// The rows of all pages are those of `position`; what changed since stands above them.
  public var newer: Int?
  /// The rows, the latest activity first.
  public var rows: [InboxRow]
}

/// A conversation in an inbox.
public struct InboxRow: Codable, Hashable, Sendable {
  /// The conversation.
  public var conversationId: String
  /// Its identifier at the source.
  @ExplicitNull public var externalId: String?
  /// Who writes.
  public var visitor: Person
  /// `right-arrow` from the first handover on, else the channel's name (R15).
  public var icon: String
  /// The channel the visitor came in by.
  public var channel: String
  /// The bot on its channel.
  public var deploymentId: String
  /// The bot the visitor came in by.
  public var originBotId: String
  /// The bot that holds the conversation.
  public var holderBotId: String
  /// The bots that held it, in order.
  public var path: [String]
  /// How often it was handed over.
  public var handovers: Int
  /// Who answers: `bot`, `agentRequested` or `agent`.
  public var control: String
  /// The agent in control.
  @ExplicitNull public var agent: String?
  /// Whether it goes on.
  public var status: ConversationStatus
  /// When it started.
  public var startedAt: String
  /// The latest of the times of its events; what the list is sorted by.
  public var lastActivityAt: String
  /// How many messages it has.
  public var messages: Int
  /// Its last message.
  @ExplicitNull public var lastMessage: LastMessage?
  /// `live` or `imported`.
  public var source: String
  /// The position of the event that put it in this inbox.
  public var because: UInt64

  /// A visitor.
  public struct Person: Codable, Hashable, Sendable {
    /// The visitor's identifier.
    public var id: String
    /// The visitor's name; `null` if unknown or erased.
    @ExplicitNull public var name: String?
  }

  /// A message as the list shows it.
  public struct LastMessage: Codable, Hashable, Sendable {
    /// Its log position.
    public var position: UInt64
    /// The kind of its author.
    public var authorKind: String
    /// Its first words.
    public var preview: String
    /// `live` or `imported`; what an import brings is read.
    public var source: String
  }
}
