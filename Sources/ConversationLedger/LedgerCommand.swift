public import Conversations

/// Something to order: a command of the domain with everything the rules need to decide it.
public enum LedgerCommand: Sendable {
  /// Begins a conversation.
  case start(StartRequest)
  /// Asks something of a conversation.
  case conversation(ConversationRequest)
  /// Changes the registry.
  case registry(RegistryCommand, by: Caller)
  /// Records history as a source claims it; the rules do not apply (R19).
  case record(ImportedConversation)
  /// A step of an erasure; `Ledger.erase` takes them all.
  case erasure(ErasureStep)
  /// Writes down who read what; the same note again changes nothing.
  case note(ReadingNote)
}

/// The beginning of a conversation.
public struct StartRequest: Sendable {
  /// The identifier it gets; a fresh one.
  public var conversation: ConversationID
  /// Where the visitor came in.
  public var deployment: DeploymentID
  /// Who came in.
  public var visitor: VisitorID
  /// The visitor's name and identifier, variables.
  public var body: EventBody
  /// Who asks.
  public var caller: Caller
  /// The key of a repeatable request, unique to deployment and visitor (R17).
  public var idempotencyKey: String?

  /// Asks for a conversation.
  public init(
    conversation: ConversationID,
    deployment: DeploymentID,
    visitor: VisitorID,
    body: EventBody = EventBody(),
    caller: Caller = .trusted,
    idempotencyKey: String? = nil,
  ) {
    self.conversation = conversation
    self.deployment = deployment
    self.visitor = visitor
    self.body = body
    self.caller = caller
    self.idempotencyKey = idempotencyKey
  }
}

/// A command to a conversation, and the terms it is asked on.
public struct ConversationRequest: Sendable {
  /// Which one.
  public var conversation: ConversationID
  /// What is asked.
  public var command: ConversationCommand
  /// Who asks.
  public var caller: Caller
  /// The key of a repeatable request, unique to the conversation (R17).
  public var idempotencyKey: String?
  /// The log position of the conversation's last event, as the caller knows it (R18).
  public var expectedPosition: UInt64?
  /// The identifier of the conversation that follows, should this one have expired (R21).
  public var successor: ConversationID
  /// What the expired conversation leaves to its successor, once that was read.
  var legacy: Legacy?

  /// Asks something of a conversation.
  public init(
    _ conversation: ConversationID,
    _ command: ConversationCommand,
    caller: Caller = .trusted,
    idempotencyKey: String? = nil,
    expectedPosition: UInt64? = nil,
    successor: ConversationID,
  ) {
    self.conversation = conversation
    self.command = command
    self.caller = caller
    self.idempotencyKey = idempotencyKey
    self.expectedPosition = expectedPosition
    self.successor = successor
  }
}

/// Some rows of a conversation's history, in the source's order.
public struct ImportedConversation: Sendable {
  /// The conversation.
  public var conversation: ConversationID
  /// The rows; the first row of a new conversation begins with `started`.
  public var rows: [ImportedRow]

  /// Gathers rows.
  public init(_ conversation: ConversationID, rows: [ImportedRow]) {
    self.conversation = conversation
    self.rows = rows
  }
}

/// The smallest source record that yields events.
public struct ImportedRow: Sendable {
  /// The row's identity inside its conversation; the same row comes with the same key again.
  public var key: String
  /// The keys that earlier releases gave the row; it counts as known under them only if it says
  /// the same at the same time.
  public var olderKeys: [String] = []
  /// The place in its conversation that the row's event has in the ledger it was exported from.
  ///
  /// If there is an event at that place, the row is compared with it, and its key is not looked up.
  public var place: Int?
  /// The fingerprint its key stood for in the ledger it was exported from.
  public var exportedFingerprint: [UInt8]?
  /// When it happened, as the source claims.
  public var occurredAt: Timestamp?
  /// What it says.
  public var events: [NewConversationEvent]

  /// Describes a row.
  public init(
    key: String,
    place: Int? = nil,
    exportedFingerprint: [UInt8]? = nil,
    occurredAt: Timestamp?,
    events: [NewConversationEvent],
  ) {
    self.key = key
    self.place = place
    self.exportedFingerprint = exportedFingerprint
    self.occurredAt = occurredAt
    self.events = events
  }
}

/// What a command came to.
public enum LedgerAnswer: Sendable, Hashable {
  /// It is on disk, or held already.
  case done(Receipt)
  /// The rules did not allow it.
  case refused(Refusal)
  /// What became of each imported row.
  case recorded([RowOutcome])
}

/// Where a command landed.
public struct Receipt: Sendable, Hashable {
  /// The conversation; for the registry, the administration's zero identifier.
  public var conversation: ConversationID
  /// The log position of the command's event, or the one that already says the same.
  public var position: UInt64
  /// The bot that holds the conversation after it.
  public var holder: BotID?
  /// The module a handover landed on.
  public var module: ModuleID?
  /// Whether nothing was appended, because it holds already or came before.
  public var isRepeated: Bool
}

/// What became of an imported row.
public enum RowOutcome: Sendable, Hashable {
  /// Its events were appended.
  case appended(events: Int)
  /// It was there already, word for word.
  case duplicate
  /// Another row of the same identity is there.
  case conflict(at: UInt64)
  /// It cannot be recorded, and why.
  case refused(String)
}
