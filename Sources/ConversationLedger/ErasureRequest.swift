public import Conversations

/// What somebody wants erased.
public struct ErasureRequest: Sendable {
  /// Whose words.
  public var subject: ErasureSubject
  /// Of a retention rule: how long the last activity must lie back.
  public var inactiveFor: Duration?
  /// Of a retention rule: whether conversations must have ended; if not, expired ones fit too.
  public var isEndedOnly = false
  /// The request, the rule or the law that asks for it; it is kept, so it names nobody.
  public var ground: String
  /// The account of who orders it.
  public var orderedBy: String?
  /// The name the subject was called by; a hash of it is kept, to know it again.
  public var name: ErasureName?
  /// Who asks.
  public var caller: Caller

  /// Asks for an erasure.
  public init(
    _ subject: ErasureSubject,
    ground: String,
    orderedBy: String? = nil,
    caller: Caller = .trusted,
  ) {
    self.subject = subject
    self.ground = ground
    self.orderedBy = orderedBy
    self.caller = caller
  }
}

/// What an erasure would reach.
public struct ErasurePreview: Codable, Hashable, Sendable {
  /// `visitor`, `conversation` or `retention`.
  public var scope: String
  /// The log position it was computed at.
  public var position: UInt64
  /// Whether these are all; more than one order can hold are left for the next.
  public var complete: Bool
  /// How many conversations.
  public var conversations: Int
  /// How many events they have.
  public var events: Int
  /// How many keys would be destroyed.
  public var keys: Int
  /// When the oldest word that would be destroyed was said; `null` if there is none.
  @ExplicitNull public var since: String?
  /// When the newest one was.
  @ExplicitNull public var until: String?
  /// The conversations.
  public var conversationIds: [String]
}

/// The steps of an erasure, for tests that end the process behind one.
enum ErasurePhase: String, CaseIterable, Sendable {
  /// The order is in the log: nothing is added any more.
  case ordered
  /// The keys are destroyed.
  case emptied
  /// No file holds them.
  case rewritten
  /// Some of the conversations say that they were erased.
  case begunToRecord
  /// All of them say so.
  case recorded
  /// The words were searched for, and the receipt is given.
  case receipted
  /// The order is written down as carried out.
  case finished
}
