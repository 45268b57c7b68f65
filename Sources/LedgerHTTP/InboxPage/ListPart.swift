import ConversationLedger
import Conversations

/// A row of the list, as its template takes it.
struct ListRow {
  let id: String
  let icon: String
  let symbol: String
  let iconWords: String
  let href: String
  let isOpen: Bool
  let visitor: String
  let active: Stamp
  let preview: String?
  let previewBy: String
  let asked: Bool
  let agent: String?
  let ending: String?
  let pathWord: String
  let path: [String]
  let hops: String?
  let lastMessage: String
  let isRead: Bool
  let messages: Int
  let messageWords: String

  /// Shows a conversation.
  ///
  /// - Parameters:
  ///   - row: The conversation.
  ///   - names: The names of the bots.
  ///   - query: What the page shows, so that a click keeps it.
  ///   - open: The conversation that is open.
  ///   - now: The present.
  init(_ row: InboxRow, _ names: PageNames, _ query: PageQuery, open: String?, now: Timestamp) {
    id = row.conversationId
    icon = row.icon
    symbol = PageNames.symbol(row.icon)
    let channel = PageNames.short(row.channel)
    iconWords = row.handovers > 0 ? "Handed over, channel \(channel)" : "Channel \(channel)"
    href = "/conversations/\(row.conversationId)\(query.address())"
    isOpen = row.conversationId == open
    visitor = PageNames.visitor(row.visitor.name, row.visitor.id)
    active = Stamp(row.lastActivityAt, now: now)
    preview = row.lastMessage?.preview.shortened(to: shownLineLength)
    previewBy = PageNames.kind(row.lastMessage?.authorKind ?? "")
    asked = row.control == "agentRequested"
    agent = row.agent.map(PageNames.short)
    ending = PageNames.ending(row.status)
    pathWord = row.handovers > 0 ? "Held by, in turn:" : "Held by"
    path = Self.shortened(row.path, names)
    hops = row.handovers > 0 ? counted(row.handovers, "hop", "hops") : nil
    lastMessage = row.lastMessage.map { "\($0.position)" } ?? ""
    // Nobody waits for an answer in what has ended or was brought by an import.
    isRead = row.status == .ended || row.lastMessage?.source == "imported"
    messages = row.messages
    messageWords = counted(row.messages, "message", "messages")
  }

  /// The ends of a path that is too long for a row; the transcript has all of it.
  private static func shortened(_ path: [String], _ names: PageNames) -> [String] {
    guard path.count > 4 else { return path.map(names.bot) }
    return [names.bot(path[0]), "…"] + path.suffix(2).map(names.bot)
  }
}

/// A bot of the chooser.
struct BotChoice {
  let id: String
  let name: String
  let count: Int
  let isChosen: Bool
}

/// The filters, as they stand in their form.
struct FilterPart {
  let text: String
  let statuses: [Status]
  let asOf: String
  let from: String
  let to: String
  let tookPart: Bool
  let hadHandover: Bool
  let hadAgent: Bool
  let count: Int?
  let isOpen: Bool
  let clear: String

  /// A status of the chooser.
  struct Status {
    let value: String
    let word: String
    let isChosen: Bool
  }

  /// Shows the filters of a query.
  init(_ query: PageQuery) {
    text = query.text ?? ""
    statuses =
      [Status(value: "", word: "any", isChosen: query.status == nil)]
      + ConversationStatus.allCases.map {
        Status(value: $0.rawValue, word: $0.rawValue, isChosen: query.status == $0)
      }
    asOf = query.typed["asOf"] ?? ""
    from = query.typed["from"] ?? ""
    to = query.typed["to"] ?? ""
    tookPart = query.isOn("tookPart")
    hadHandover = query.isOn("hadHandover")
    hadAgent = query.isOn("hadAgent")
    count = query.filterCount > 0 ? query.filterCount : nil
    isOpen = query.filterCount > 0
    var cleared = FormValues()
    cleared.add("bot", query.bot)
    clear = "/" + cleared.query
  }
}
