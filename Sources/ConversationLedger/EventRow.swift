public import Conversations

/// An event as `why`, `replay` and `follow` show it.
public struct EventRow: Codable, Hashable, Sendable {
  /// Its log position.
  public var position: UInt64
  /// The name of its type.
  public var type: String
  /// When it was recorded.
  public var at: String
  /// When it happened, as the source claims.
  public var occurredAt: String?
  /// `live` or `imported`.
  public var source: String
  /// The conversation.
  public var conversationId: String?
  /// The kind of its author.
  public var authorKind: String?
  /// The author's name or identifier.
  public var author: String?
  /// The bot it comes from.
  public var from: String?
  /// The bot it goes to.
  public var to: String?
  /// The module.
  public var module: UInt32?
  /// The code of a refusal.
  public var code: String?
  /// Why.
  public var reason: String?
  /// The text.
  public var text: String?
  /// What a message has beside its text.
  public var content: TranscriptEntry.Content?
  /// Whether the words were erased.
  public var erased: Bool?

  /// Shows an event.
  public init(_ recorded: RecordedEvent) {
    position = recorded.position
    type = recorded.type
    at = recorded.recordedAt.text
    occurredAt = recorded.occurredAt?.text
    source = recorded.isImported ? "imported" : "live"
    conversationId = recorded.conversation?.description
    reason = recorded.body?.reason
    text = recorded.body?.text ?? recorded.body?.name
    content = TranscriptEntry.Content(recorded.body)
    erased = recorded.body == nil ? true : nil
    if let event = recorded.event { show(event, recorded.body) }
    if let event = recorded.registryEvent { show(event, recorded.body) }
  }

  private mutating func show(_ event: ConversationEvent, _ body: EventBody?) {
    if let author = event.author { show(author, body) }
    switch event {
    case .started(let bot, _, _): to = bot.description
    case .handedOver(let from, let to, let module):
      self.from = from.description
      self.to = to.description
      self.module = module?.number
    case .handoverRefused(let code, let destination, let module):
      self.code = code.name
      to = destination?.description
      self.module = module?.number
    case .agentHandedBack(_, let bot, _): to = bot.description
    case .messagePosted, .notePosted, .variablesSet, .agentRequested, .agentTookOver, .ended: break
    case .transcriptRead, .requestRepeated, .visitorErased, .sourceTruncated, .foreign: break
    case .unknown: break
    }
  }

  private mutating func show(_ author: Author, _ body: EventBody?) {
    let shown = TranscriptEntry.Author(author, body)
    authorKind = shown.kind
    self.author = shown.name ?? shown.id
  }

  private mutating func show(_ event: RegistryEvent, _ body: EventBody?) {
    switch event {
    case .botRegistered(let bot, _), .handoverRequested(let bot), .handoverEnabled(let bot),
      .handoverDisabled(let bot), .deploymentRegistered(_, let bot):
      to = bot.description
    case .moduleDefined(let bot, let module):
      to = bot.description
      self.module = module.number
    case .erasureOrdered(.retention(let bot)): to = bot?.description
    case .erasureOrdered(.visitor), .erasureOrdered(.conversation), .erasureFinished: break
    case .readAuditSwitched, .olderKeysAccepted: show(Author.staff, body)
    case .transcriptOpened(let scope, _), .transcriptsExported(let scope, _):
      show(scope)
      show(Author.staff, body)
    case .ownerRegistered, .importRunStarted, .importRunFinished, .unknown: break
    }
  }

  private mutating func show(_ scope: ReadingScope) {
    switch scope {
    case .log: break
    case .inbox(let bot): to = bot.description
    case .conversation(let conversation): conversationId = conversation.description
    }
  }
}

/// The events that put a conversation where it is, refusals included.
public struct Why: Codable, Hashable, Sendable {
  /// The conversation.
  public var conversationId: String
  /// The log position it was computed at.
  public var position: UInt64
  /// Whether these are all such events.
  public var complete: Bool
  /// How many there are.
  public var count: Int
  /// The bot that holds the conversation, and in whose inbox it therefore is.
  public var holderBotId: String
  /// The events, in log order.
  public var events: [EventRow]
}

extension Ledger {
  /// Says why a conversation is in the inbox it is in.
  public func why(
    _ conversation: ConversationID,
    asOf: Moment? = nil,
    patience: Patience = .endless,
  ) throws -> Why {
    let (events, position) = try events(of: conversation, asOf: asOf, patience: patience)
    let reasons = events.filter { $0.event?.isReason == true }
    let holder = try replay(events).last?.after
    return Why(
      conversationId: conversation.description,
      position: position,
      complete: true,
      count: reasons.count,
      holderBotId: holder?.holderBotId ?? "",
      events: reasons.map(EventRow.init),
    )
  }
}
