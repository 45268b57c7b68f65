import ConversationLedger
import Conversations

/// What is read of the ledger for one page; it runs on a thread that may wait for the disk.
struct PageReading {
  let ledger: Ledger
  let names: PageNames
  let principal: Principal
  var query: PageQuery
  let now: Timestamp
  /// How long the reader waits.
  let patience: Patience
  /// The log's head.
  let head: UInt64
  /// What the ledger said no to, and what was being written then.
  var problem: String?
  var drafts = ControlPart.Drafts()

  /// Reads what all parts of a page need.
  ///
  /// - Throws: `LedgerError`, and for visitors, who have no inbox, a `Refusal`.
  init(
    _ ledger: Ledger,
    for principal: Principal,
    _ query: PageQuery,
    now: Timestamp,
    patience: Patience = .endless,
  ) throws {
    try principal.caller.requireStaff()
    self.ledger = ledger
    self.principal = principal
    self.query = query
    self.now = now
    self.patience = patience
    head = try ledger.headPosition()
    names = PageNames(registry: try ledger.registry())
  }

  /// The bots the reader may choose among, by name.
  func bots() throws -> [BotRow] {
    try ledger.bots(seenBy: principal.caller)
  }

  /// The state of a conversation, if the reader may know of it.
  ///
  /// - Throws: `conversation_not_found` otherwise.
  func conversation(_ text: String) throws -> (id: ConversationID, state: Conversation) {
    try ledger.conversation(text, seenBy: principal)
  }

  /// Reads a conversation for its pane.
  ///
  /// - Parameters:
  ///   - text: The conversation, as the address names it.
  ///   - length: The most entries.
  ///   - page: What stands behind the conversation in the address of the page that shows it.
  /// - Returns: The part; `nil` if it had not begun at the moment that is shown.
  /// - Throws: `LedgerError`, and `conversation_not_found`.
  func conversationPart(
    _ text: String,
    length: Int = TranscriptPart.length,
    on page: String = "",
  ) throws -> ConversationPart? {
    let (id, state) = try conversation(text)
    do {
      let contents = try contents(id, state, length, on: page)
      return ConversationPart(contents, in: self)
    } catch let error as LedgerError where error.kind == .notFound {
      return nil
    }
  }

  /// The most events in the answer to why a conversation is where it is.
  private static let reasonLimit = 60

  private func contents(
    _ id: ConversationID,
    _ state: Conversation,
    _ length: Int,
    on suffix: String,
  ) throws -> ConversationPart.Contents {
    let path = "/conversations/\(id)"
    let page = try ledger.page(of: id, asOf: query.asOf, patience: patience)
    var transcript = TranscriptPart(path, names, now: now)
    let window = try ledger.transcript(
      of: id,
      at: query.place,
      limit: length,
      asOf: query.asOf,
    ) { transcript.add($0) }
    var why: [EventPart] = []
    let isWhyWhole = try ledger.latestReasons(
      of: id,
      because: page.row.because,
      limit: Self.reasonLimit,
      asOf: query.asOf,
    ) { why.append(EventPart($0, names, now: now)) }
    return ConversationPart.Contents(
      page: page,
      transcript: transcript,
      window: window,
      why: why,
      isWhyWhole: isWhyWhole,
      path: path + suffix,
      control: ControlPart(
        page.row,
        state,
        for: principal,
        names,
        isPast: query.asOf != nil,
        drafts,
      ),
    )
  }
}

extension PageReading {
  /// Reads the whole page.
  ///
  /// - Parameters:
  ///   - open: The conversation that is open.
  ///   - frame: Title, assets and so on.
  /// - Returns: The page.
  /// - Throws: `LedgerError`, and a `Refusal` for what the reader may not see.
  func inboxFrame(opening open: String?, _ frame: PageFrame) throws -> InboxFrame {
    guard let bot = query.bot.flatMap({ BotID($0) }) else {
      throw Refusal(.botNotFound, "there is no such bot")
    }
    let name = PageNames.short(try ledger.name(of: bot, seenBy: principal.caller))
    let conversation = try open.map { try conversationPart($0) } ?? nil
    var mistakes = query.mistakes
    let list = try list(of: bot, &mistakes)
    // A later page of a list is of the position of the first; what follows goes on from the head.
    let position = query.asOf == nil ? head : list?.position ?? head
    let total = counted(list?.total ?? 0, "conversation", "conversations")
    return InboxFrame(
      frame: frame,
      bot: BotChoice(id: bot.description, name: name, count: 0, isChosen: true),
      bots: try choices(bot),
      position: position,
      marks: principal.role == .auditor || query.asOf != nil ? "no" : "yes",
      live: query.asOf == nil ? "/live/\(bot)" : nil,
      past: query.asOf.map { _ in past(position, open) },
      filters: FilterPart(query),
      listProblem: mistakes.isEmpty ? nil : mistakes.joined(separator: " "),
      rows: (list?.rows ?? []).map { ListRow($0, names, query, open: open, now: now) },
      count: "\(list?.rows.count ?? 0) of \(total)",
      nothing: query.filterCount > 0 || query.text != nil
        ? "No conversation matches." : "No conversation has come here yet.",
      newer: list?.newer.flatMap { $0 > 0 ? Self.words(forNewer: $0) : nil },
      firstPage: query.typed["after"].map { _ in address(open, ("after", nil)) },
      nextPage: list?.next.map { address(open, ("after", $0)) },
      conversation: conversation,
      missing: open != nil && conversation == nil
        ? "At the moment that is shown it had not begun." : nil,
    )
  }

  private static func words(forNewer count: Int) -> String {
    counted(count, "conversation has", "conversations have") + " changed since the first page."
  }

  private func choices(_ chosen: BotID) throws -> [BotChoice] {
    try bots().map { row in
      BotChoice(
        id: row.botId,
        name: PageNames.short(row.name),
        count: row.conversations,
        isChosen: row.botId == chosen.description,
      )
    }
  }

  /// Reads the list; a question the ledger does not answer is a sentence on the page.
  private func list(of bot: BotID, _ mistakes: inout [String]) throws -> InboxPage? {
    do {
      return try ledger.inbox(query.inbox(of: bot, for: principal.caller), patience: patience)
    } catch let error as LedgerError where [.malformedQuery, .cursorExpired].contains(error.kind) {
      mistakes.append(error.description)
    } catch let error as LedgerError where error.kind == .notFound {
      mistakes.append("At that moment the bot was not registered yet.")
    }
    return nil
  }

  private func past(_ position: UInt64, _ open: String?) -> InboxFrame.Past {
    let typed = query.typed["asOf"] ?? ""
    return InboxFrame.Past(
      at: position,
      asked: UInt64(typed) == nil ? typed : nil,
      now: address(open, ("asOf", nil)),
    )
  }

  /// The address of this page with one value set anew.
  private func address(_ open: String?, _ change: (name: String, value: String?)) -> String {
    let path = open.map { "/conversations/\($0)" } ?? "/"
    return path + query.address(change)
  }
}
