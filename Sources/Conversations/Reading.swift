/// What somebody read or exported, for the record: who and what, and none of the words.
///
/// It is recorded before the words are shown (docs/read-audit.md).
public struct Reading: Hashable, Sendable {
  /// Whether words were shown or given away.
  public var kind: Kind
  /// The account that read.
  public var reader: String
  /// The command or call that showed the words, or the format of the export.
  public var means: String
  /// What was read.
  public var scope: ReadingScope
  /// The log position up to which it was read.
  public var position: UInt64
  /// How many conversations were exported.
  public var conversations: Int64?

  /// Whether words were shown or given away.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// They were shown.
    case opened
    /// They were written in a format for elsewhere.
    case exported
  }

  /// Describes a reading.
  public init(
    _ kind: Kind,
    of scope: ReadingScope,
    by reader: String,
    means: String,
    through position: UInt64 = 0,
  ) {
    self.kind = kind
    self.scope = scope
    self.reader = reader
    self.means = means
    self.position = position
  }
}

/// What was read.
public enum ReadingScope: Hashable, Sendable {
  /// The log, whoever is in it.
  case log
  /// The conversations of an inbox.
  case inbox(BotID)
  /// One conversation.
  case conversation(ConversationID)
}

extension Reading {
  /// The event that records it.
  public var event: NewEvent<RegistryEvent> {
    var body = EventBody()
    body.authorID = reader
    body.name = means
    body.amount = conversations
    return switch kind {
    case .opened: NewEvent(.transcriptOpened(scope, through: position), body)
    case .exported: NewEvent(.transcriptsExported(scope, through: position), body)
    }
  }

  /// Reads the event; `nil` for any other.
  public init?(_ event: RegistryEvent, _ body: EventBody?) {
    let (kind, scope, position): (Kind, ReadingScope, UInt64)
    switch event {
    case .transcriptOpened(let read, let end): (kind, scope, position) = (.opened, read, end)
    case .transcriptsExported(let read, let end): (kind, scope, position) = (.exported, read, end)
    default: return nil
    }
    self.init(
      kind,
      of: scope,
      by: body?.authorID ?? "",
      means: body?.name ?? "",
      through: position,
    )
    conversations = body?.amount
  }
}

extension Registry {
  /// Decides on the switch of the read audit; nothing if it stands so already.
  func switchReadAudit(
    _ isOn: Bool,
    _ user: String?,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: nil)
    guard isOn != isReadAuditOn else { return [] }
    var event = NewEvent(RegistryEvent.readAuditSwitched(isOn: isOn))
    event.body.authorID = user
    return [event]
  }
}
