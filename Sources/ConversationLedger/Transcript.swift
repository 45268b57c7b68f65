public import Conversations

/// A conversation as people read it: the JSON shape of design.md 7.
public struct Transcript: Codable, Hashable, Sendable {
  /// What stands where words were erased.
  public static let erasedText = "(erased)"
  /// What stands where a message has no text.
  public static let emptyText = "(empty message)"

  /// The conversation.
  public var conversationId: String
  /// The log position it was computed at.
  public var position: UInt64
  /// The position of the conversation's last event: what to expect for the next append (R18).
  public var lastPosition: UInt64
  /// Whether these are all entries.
  public var complete: Bool
  /// How many entries there are.
  public var count: Int
  /// The entries, in log order.
  public var entries: [TranscriptEntry]
}

/// A line of a transcript.
public struct TranscriptEntry: Codable, Hashable, Sendable {
  /// Its log position.
  public var position: UInt64
  /// `message`, `handover`, `agentRequested`, `agentTookOver`, `agentHandedBack`, `note`, `ended`
  /// or `raw`.
  public var kind: String
  /// When it was: the source's time, if it claims one, else the ledger's.
  public var at: String
  /// Who caused it.
  public var author: Author
  /// The text; empty for a handover.
  public var text: String
  /// What a message has beside its text.
  @ExplicitNull public var content: Content?
  /// Whether the words were erased.
  public var erased: Bool?
  /// The bot that handed over, or that was handed back to.
  public var from: String?
  /// The bot that was handed over to.
  public var to: String?
  /// The module of the destination.
  public var module: UInt32?
  /// Why.
  @ExplicitNull public var reason: String?
  /// The way an agent was asked for.
  public var method: String?
  /// The position at which the human stretch began that a hand-back ends.
  public var since: UInt64?
  /// The event type of a raw entry.
  public var type: String?

  /// Who caused an entry.
  public struct Author: Codable, Hashable, Sendable {
    /// `visitor`, `bot`, `agent`, `staff`, `source` or `none`.
    public var kind: String
    /// The identifier.
    @ExplicitNull public var id: String?
    /// The name; `null` if unknown or erased.
    @ExplicitNull public var name: String?
    /// The bot, if it was one.
    @ExplicitNull public var botId: String?
  }

  /// What a message has beside its text.
  public struct Content: Codable, Hashable, Sendable {
    /// The answers offered.
    public var quickReplies: [String]?
    /// The card.
    public var card: JSONValue?
    /// The attachment.
    public var attachment: JSONValue?
    /// The variables a handover carried.
    public var variables: JSONObject?
  }
}
