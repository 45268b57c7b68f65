public import Conversations
import EventStore
import Projections

extension Ledger {
  /// Reads the whole transcript of a conversation, from its first event on (R14, R16).
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - asOf: The moment to look at; now if `nil`.
  ///   - caller: Who reads; a visitor is shown what `VisitorView` lists.
  ///   - patience: How long to wait.
  /// - Returns: The transcript, complete.
  /// - Throws: `LedgerError` `.notFound` if it is not there at that moment, `.cutOff` if it takes
  ///   too long.
  public func transcript(
    of conversation: ConversationID,
    asOf: Moment? = nil,
    seenBy caller: Caller = .trusted,
    patience: Patience = .endless,
  ) throws -> Transcript {
    let (events, position) = try events(of: conversation, asOf: asOf, patience: patience)
    let registry = try registry()
    let entries = TranscriptEntry.entries(of: events, registry: registry, seenBy: caller)
    return Transcript(
      conversationId: conversation.description,
      position: position,
      lastPosition: events.last?.position ?? 0,
      complete: true,
      count: entries.count,
      entries: entries,
    )
  }
}

extension TranscriptEntry {
  /// The entries of a conversation's events; those that are not for readers have none.
  static func entries(
    of events: [RecordedEvent],
    registry: Registry,
    seenBy caller: Caller = .trusted,
  ) -> [TranscriptEntry] {
    var authors = TranscriptAuthors(startedWith: events.first?.body, registry: registry)
    return events.compactMap { event in
      let entry = TranscriptEntry(event, &authors)
      guard case .visitor = caller else { return entry }
      return entry?.forVisitor(event)
    }
  }

  /// The kind of the entry that an event has; `nil` if it has none.
  static func kind(of event: ConversationEvent?) -> String? {
    switch event {
    case .messagePosted: "message"
    case .notePosted: "note"
    case .handedOver: "handover"
    case .agentRequested: "agentRequested"
    case .agentTookOver: "agentTookOver"
    case .agentHandedBack: "agentHandedBack"
    case .ended: "ended"
    case .sourceTruncated, .foreign, .unknown, .visitorErased: "raw"
    case .started, .variablesSet, .handoverRefused, .transcriptRead, .requestRepeated, nil: nil
    }
  }

  /// The entry of an event; `nil` if it has none.
  init?(_ recorded: RecordedEvent, _ authors: inout TranscriptAuthors) {
    guard let kind = Self.kind(of: recorded.event) else { return nil }
    self.init(kind, recorded, recorded.event?.author ?? .source, &authors)
    switch recorded.event {
    case .handedOver(let from, let to, let module):
      self.from = from.description
      self.to = to.description
      self.module = module?.number
    case .agentRequested(_, let method): self.method = method.name
    case .agentHandedBack(_, let bot, let since):
      to = bot.description
      self.since = since
    default: if kind == "raw" { type = recorded.type }
    }
  }

  private init(
    _ kind: String,
    _ recorded: RecordedEvent,
    _ author: Conversations.Author,
    _ authors: inout TranscriptAuthors,
  ) {
    let isErased = recorded.body == nil
    let text = recorded.body?.text ?? (isErased ? Transcript.erasedText : "")
    self.init(
      position: recorded.position,
      kind: kind,
      at: recorded.shownAt.text,
      author: authors.shown(author, recorded.body),
      text: kind == "handover" ? "" : text,
      content: Content(recorded.body),
      erased: isErased ? true : nil,
      reason: recorded.body?.reason,
    )
  }
}

/// The authors of one transcript: few, so each is written out once.
struct TranscriptAuthors {
  private let visitorName: String?
  private let registry: Registry
  private var known: [Author: TranscriptEntry.Author] = [:]

  /// Prepares for the entries of a conversation, whose first event names the visitor.
  init(startedWith body: EventBody?, registry: Registry) {
    visitorName = (body?.authorName ?? body?.authorID)?.shownName
    self.registry = registry
  }

  /// The author as an entry shows it.
  mutating func shown(_ author: Author, _ body: EventBody?) -> TranscriptEntry.Author {
    // What a body says of its author is for its own entry only.
    let isNamed = body?.authorName != nil || body?.authorID != nil
    if !isNamed, let known = known[author] { return known }
    var shown = TranscriptEntry.Author(author, body)
    switch author {
    case .bot(let bot): shown.name = registry.bots[bot]?.name.shownName
    case .visitor: shown.name = shown.name ?? visitorName
    case .agent, .staff, .source: break
    }
    if !isNamed { known[author] = shown }
    return shown
  }
}

extension TranscriptEntry.Author {
  init(_ author: Author, _ body: EventBody?) {
    let (id, botId): (String?, String?) =
      switch author {
      case .visitor(let visitor): (visitor.description, nil)
      case .bot(let bot): (bot.description, bot.description)
      case .agent(let agent): (body?.authorID?.shownName ?? agent.description, nil)
      case .staff, .source: (body?.authorID?.shownName, nil)
      }
    let name = (body?.authorName ?? body?.authorID)?.shownName
    self.init(kind: author.kind.name, id: id, name: name, botId: botId)
  }
}

extension TranscriptEntry.Content {
  /// What a body has beside its text; `nil` if nothing.
  init?(_ body: EventBody?) {
    guard let body else { return nil }
    quickReplies = body.quickReplies.isEmpty ? nil : body.quickReplies
    card = body.card
    attachment = body.attachment
    variables = body.variables.isEmpty ? nil : body.variables
    if quickReplies == nil, card == nil, attachment == nil, variables == nil { return nil }
  }
}

extension EventBody {
  /// The text to show: the words, or a named stand-in for a message without any.
  var shownText: String {
    guard let text, !text.isEmpty else {
      if attachment != nil { return "(attachment)" }
      return card != nil ? "(card)" : Transcript.emptyText
    }
    return text
  }
}
