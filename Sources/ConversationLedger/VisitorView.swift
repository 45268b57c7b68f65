import Conversations

/// What a visitor sees of the own conversation: what is listed here, and nothing else.
///
/// Everything a visitor is shown is put together in this file, member by member. So an event type,
/// a field of a body or a member of a shape that comes later is hidden until somebody lists it
/// (docs/decisions/0034).
enum VisitorView {
  /// How much of an event a visitor sees.
  enum Extent {
    /// Nothing, not even that it happened.
    case nothing
    /// That it happened, when, and who did it.
    case fact
    /// Beside that what was said: text, quick replies, card, attachment.
    case words
  }

  /// How much of an event a visitor sees.
  static func extent(of event: ConversationEvent?) -> Extent {
    switch event {
    case .messagePosted: .words
    case .started, .handedOver, .ended: .fact
    case .agentRequested, .agentTookOver, .agentHandedBack: .fact
    case .notePosted, .variablesSet, .handoverRefused, .visitorErased: .nothing
    case .sourceTruncated, .foreign, .unknown, nil: .nothing
    case .transcriptRead, .requestRepeated: .nothing
    }
  }

  /// Who caused an event, by kind and shown name; no identifier stands for a name that is not
  /// known, and none beside it but the visitor's own.
  ///
  /// - Parameters:
  ///   - author: Who it was.
  ///   - body: What the event says of its author.
  ///   - name: The name staff see of bots and of the visitor.
  /// - Returns: The author.
  static func author(
    _ author: Author,
    _ body: EventBody?,
    named name: String?,
  ) -> TranscriptEntry.Author {
    let (id, shown): (String?, String?) =
      switch author {
      case .visitor(let visitor): (visitor.description, name ?? body?.authorName)
      case .bot: (nil, name)
      case .agent, .staff, .source: (nil, body?.authorName)
      }
    return TranscriptEntry.Author(kind: author.kind.name, id: id, name: shown, botId: nil)
  }

  /// What a message has beside its text; `nil` if nothing.
  static func content(_ body: EventBody?) -> TranscriptEntry.Content? {
    guard let body else { return nil }
    let replies = body.quickReplies
    if replies.isEmpty, body.card == nil, body.attachment == nil { return nil }
    return TranscriptEntry.Content(
      quickReplies: replies.isEmpty ? nil : replies,
      card: body.card,
      attachment: body.attachment,
    )
  }
}

extension TranscriptEntry {
  /// The entry as a visitor sees it; `nil` if it is not for visitors.
  ///
  /// - Parameter recorded: The event it is the entry of.
  /// - Returns: The entry, with what is listed here.
  func forVisitor(_ recorded: RecordedEvent) -> TranscriptEntry? {
    let extent = VisitorView.extent(of: recorded.event)
    guard extent != .nothing, let by = recorded.event?.author else { return nil }
    let hasWords = extent == .words
    return TranscriptEntry(
      position: position,
      kind: kind,
      at: at,
      author: VisitorView.author(by, recorded.body, named: author.name),
      text: hasWords ? text : "",
      content: hasWords ? VisitorView.content(recorded.body) : nil,
      erased: hasWords ? erased : nil,
      reason: nil,
    )
  }
}

extension EventRow {
  /// The event as the visitor of its conversation sees it; without words if it has none for them.
  init(forVisitor event: PlacedEvent) {
    let recorded = event.recorded
    position = recorded.position
    type = recorded.type
    at = recorded.recordedAt.text
    occurredAt = recorded.occurredAt?.text
    source = recorded.isImported ? "imported" : "live"
    conversationId = recorded.conversation?.description
    if let author = recorded.event?.author {
      let own = recorded.body?.authorName ?? recorded.body?.authorID
      let name = author.kind == .bot ? event.botName : own
      let shown = VisitorView.author(author, recorded.body, named: name)
      authorKind = shown.kind
      self.author = shown.name ?? shown.id
    }
    guard VisitorView.extent(of: recorded.event) == .words else { return }
    text = recorded.body?.text
    content = VisitorView.content(recorded.body)
    erased = recorded.body == nil ? true : nil
  }
}

/// The own conversation, as its visitor sees it in a list.
public struct VisitorPage: Codable, Hashable, Sendable {
  /// The conversation.
  public var conversationId: String
  /// The log position it was computed at.
  public var position: UInt64
  /// The position of the conversation's last event: what to expect for the next append (R18).
  public var lastPosition: UInt64
  /// Whether this is all of it.
  public var complete: Bool
  /// How many there are: one.
  public var count: Int
  /// The row.
  public var row: Row

  /// What a visitor sees of a row.
  public struct Row: Codable, Hashable, Sendable {
    /// The conversation.
    public var conversationId: String
    /// The visitor.
    public var visitor: InboxRow.Person
    /// The channel the visitor came in by.
    public var channel: String
    /// Who answers: `bot`, `agentRequested` or `agent`.
    public var control: String
    /// Whether it goes on.
    public var status: ConversationStatus
    /// When it started.
    public var startedAt: String
    /// When its last event was.
    public var lastActivityAt: String
    /// How many messages it has.
    public var messages: Int
    /// Its last message.
    @ExplicitNull public var lastMessage: LastMessage?
  }

  /// What a visitor sees of the last message.
  public struct LastMessage: Codable, Hashable, Sendable {
    /// Its log position.
    public var position: UInt64
    /// The kind of its author.
    public var authorKind: String
    /// Its first words.
    public var preview: String
  }

  /// Takes what a visitor sees of a conversation.
  public init(_ page: ConversationPage) {
    conversationId = page.conversationId
    position = page.position
    lastPosition = page.lastPosition
    complete = page.complete
    count = page.count
    row = Row(
      conversationId: page.row.conversationId,
      visitor: page.row.visitor,
      channel: page.row.channel,
      control: page.row.control,
      status: page.row.status,
      startedAt: page.row.startedAt,
      lastActivityAt: page.row.lastActivityAt,
      messages: page.row.messages,
      lastMessage: page.row.lastMessage.map { message in
        LastMessage(
          position: message.position,
          authorKind: message.authorKind,
          preview: message.preview,
        )
      },
    )
  }
}

extension ConversationEvent {
  /// Who caused it; `nil` if it was nobody in the conversation.
  var author: Author? {
    switch self {
    case .started(_, _, let visitor): .visitor(visitor)
    case .messagePosted(let author), .notePosted(let author), .variablesSet(let author): author
    case .agentRequested(let author, _), .ended(let author): author
    case .transcriptRead(let author), .requestRepeated(let author): author
    case .handedOver(let bot, _, _): .bot(bot)
    case .agentTookOver(let agent), .agentHandedBack(let agent, _, _): .agent(agent)
    case .handoverRefused, .visitorErased, .sourceTruncated, .foreign, .unknown: nil
    }
  }
}
