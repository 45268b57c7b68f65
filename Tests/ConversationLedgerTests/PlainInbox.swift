import ConversationLedger
import Conversations

/// Inboxes as a few lines of plain code find them, from all events up to a position.
struct PlainInbox {
  /// What a row of an inbox says.
  struct Row: Hashable {
    var conversation: String
    var icon: String
    var holder: BotID
    var origin: BotID
    var path: [BotID]
    var control = "bot"
    var status = ConversationStatus.active
    var messages = 0
    var lastPosition: UInt64
    var lastMessage: UInt64?
    var hadAgent = false
    var startedAt: Timestamp
    var lastActivityAt: Timestamp
    var lastMessageAt: Timestamp
    var because: UInt64
  }

  private var rows: [ConversationID: Row] = [:]
  private var channels: [DeploymentID: String] = [:]
  private var minutes: [BotID: Int64] = [:]
  private var time = Timestamp(microseconds: 0)

  /// Looks at the events one after the other.
  init(_ events: some Sequence<RecordedEvent>) {
    for event in events {
      time = event.recordedAt
      if let change = event.registryEvent { take(change, event.body) }
      guard let conversation = event.conversation, let fact = event.event else { continue }
      take(fact, event, conversation)
    }
    for (conversation, row) in rows {
      let status = status(of: row)
      rows[conversation]?.status = status
    }
  }

  private mutating func take(_ change: RegistryEvent, _ body: EventBody?) {
    switch change {
    case .deploymentRegistered(let deployment, _): channels[deployment] = body?.channel
    case .botRegistered(let bot, _): minutes[bot] = body?.amount
    default: break
    }
  }

  private mutating func take(
    _ fact: ConversationEvent,
    _ event: RecordedEvent,
    _ conversation: ConversationID,
  ) {
    if case .started(let bot, let deployment, _) = fact {
      rows[conversation] = Row(
        conversation: conversation.description,
        icon: channels[deployment] ?? "unknown",
        holder: bot,
        origin: bot,
        path: [bot],
        lastPosition: event.position,
        startedAt: event.shownAt,
        lastActivityAt: event.shownAt,
        lastMessageAt: event.shownAt,
        because: event.position,
      )
    }
    rows[conversation]?.take(fact, event)
  }

  private func status(of row: Row) -> ConversationStatus {
    if row.status == .ended { return .ended }
    if row.control == "agent" { return .active }
    let limit = (minutes[row.holder] ?? 600) * 60_000_000
    return time.microseconds - row.lastMessageAt.microseconds > limit ? .expired : .active
  }

  /// The rows of a bot's inbox, the latest activity first.
  func rows(of bot: BotID) -> [Row] {
    rows.values.filter { $0.holder == bot }.sorted { $0.isAbove($1) }
  }

  /// The conversations a bot held at some time, the latest activity first.
  func rows(tookPart bot: BotID) -> [Row] {
    rows.values.filter { $0.path.contains(bot) }.sorted { $0.isAbove($1) }
  }
}

extension PlainInbox.Row {
  fileprivate mutating func take(_ fact: ConversationEvent, _ event: RecordedEvent) {
    lastPosition = event.position
    lastActivityAt = max(lastActivityAt, event.shownAt)
    switch fact {
    case .messagePosted:
      messages += 1
      lastMessage = event.position
      lastMessageAt = max(lastMessageAt, event.shownAt)
    case .handedOver(_, let bot, _):
      holder = bot
      path.append(bot)
      icon = "right-arrow"
      because = event.position
    case .agentRequested: control = "agentRequested"
    case .agentTookOver: (control, hadAgent) = ("agent", true)
    case .agentHandedBack: control = "bot"
    case .ended: status = .ended
    default: break
    }
  }

  fileprivate func isAbove(_ other: Self) -> Bool {
    (lastActivityAt, lastPosition) > (other.lastActivityAt, other.lastPosition)
  }

  /// Whether a row of the ledger says the same.
  func isSame(as row: InboxRow) -> Bool {
    row.conversationId == conversation && row.icon == icon && row.holderBotId == "\(holder)"
      && row.originBotId == "\(origin)" && row.path == path.map(\.description)
      && row.handovers == path.count - 1 && row.control == control && row.status == status
      && row.messages == messages && row.lastMessage?.position == lastMessage
      && row.startedAt == startedAt.text && row.lastActivityAt == lastActivityAt.text
      && row.because == because
  }
}
