/// What became of a conversation between two moments.
public struct ConversationChange: Codable, Hashable, Sendable {
  /// The conversation.
  public var conversationId: String
  /// `started`, `moved` into another inbox, or `continued` where it was.
  public var change: String
  /// Whose inbox it was in; `null` if it had not begun.
  @ExplicitNull public var from: String?
  /// Whose inbox it is in.
  public var to: String
  /// The position of the event that put it there.
  public var because: UInt64
  /// The events that came.
  public var events: Int
  /// The messages that came.
  public var messages: Int
  /// Who answered: `bot`, `agentRequested` or `agent`; `null` if it had not begun.
  @ExplicitNull public var controlBefore: String?
  /// Who answers.
  public var controlAfter: String
  /// Whether it ended.
  public var ended: Bool
}

/// What changed between two moments of a ledger.
public struct MomentDifference: Codable, Hashable, Sendable {
  /// The log position of the earlier moment.
  public var from: UInt64
  /// The log position of the later moment.
  public var to: UInt64
  /// The events that came, those of the registry included.
  public var events: UInt64
  /// The messages that came.
  public var messages: Int
  /// The conversations that changed.
  public var conversations: Int
  /// Those that began.
  public var started: Int
  /// Those that moved into another inbox.
  public var moved: Int
  /// Those that ended.
  public var ended: Int
  /// The inboxes that changed, by bot.
  public var inboxes: [InboxChange]
  /// What happened in the registry.
  public var registry: [EventRow]

  /// How an inbox changed.
  public struct InboxChange: Codable, Hashable, Sendable {
    /// Whose inbox.
    public var botId: String
    /// The conversations that came into it.
    public var came: Int
    /// The conversations that left it.
    public var went: Int
    /// How many conversations it had.
    public var conversationsBefore: Int
    /// How many it has.
    public var conversationsAfter: Int
    /// How many messages those had.
    public var messagesBefore: Int
    /// How many they have.
    public var messagesAfter: Int
  }
}
