public import Conversations
import EventStore
import Foundation
import Projections

extension Ledger {
  /// Reads a page of an inbox.
  ///
  /// - Parameters:
  ///   - query: What to look for.
  ///   - patience: How long to wait.
  /// - Returns: The page.
  /// - Throws: `LedgerError` `.notFound` for an unknown bot, `.malformedQuery` for a bad cursor,
  ///   `.cutOff` if it takes too long.
  public func inbox(_ query: InboxQuery, patience: Patience = .endless) throws -> InboxPage {
    try LedgerError.wrapping {
      let snapshot = try snapshot(asOf: query.asOf, patience)
      guard snapshot.registry.bots[query.bot] != nil else {
        throw LedgerError(.notFound, "there is no bot \(query.bot)")
      }
      let filter = InboxFilter(query, snapshot, at: query.asOf == nil ? now : snapshot.time)
      let cursor = try cursor(query.after)
      var (rows, last, isMore) = ([InboxRow](), UInt64?.none, false)
      let total = try total(query, snapshot, filter, patience)
      try forEachHead(query, snapshot, before: cursor) { head in
        try patience.check()
        guard try filter.matches(head), try matchesText(query.text, head, snapshot) else {
          return true
        }
        guard rows.count < query.limit else {
          isMore = true
          return false
        }
        rows.append(try row(head, snapshot, filter))
        last = query.tookPart ? head.start : head.lastPosition
        return true
      }
      return InboxPage(
        botId: query.bot.description,
        position: snapshot.position,
        complete: !isMore,
        total: total,
        next: isMore ? last.map(String.init) : nil,
        rows: rows,
      )
    }
  }

  /// Walks over the conversations of an inbox, the latest activity first.
  public func forEachConversation(
    inInboxOf bot: BotID,
    _ body: (ConversationID) throws -> Void,
  ) throws {
    try LedgerError.wrapping {
      var conversations: [ConversationID] = []
      try reader.atHead().forEachHead(inInboxOf: bot, before: nil) { head in
        conversations.append(head.conversation)
        return true
      }
      for conversation in conversations { try body(conversation) }
    }
  }

  private func cursor(_ text: String?) throws -> UInt64? {
    guard let text else { return nil }
    guard let position = UInt64(text) else {
      throw LedgerError(.malformedQuery, "\(text) is no cursor; give the `next` of a page")
    }
    return position
  }

  /// Walks over the heads a query is about, in its order.
  private func forEachHead(
    _ query: InboxQuery,
    _ snapshot: ViewSnapshot,
    before cursor: UInt64?,
    _ body: (Head) throws -> Bool,
  ) throws {
    guard query.tookPart else {
      return try snapshot.forEachHead(inInboxOf: query.bot, before: cursor, body)
    }
    for head in try snapshot.heads(tookPart: query.bot) where head.start < cursor ?? .max {
      guard try body(head) else { return }
    }
  }

  /// How many rows a query has in all: kept by the views, or counted if there is a filter.
  private func total(
    _ query: InboxQuery,
    _ snapshot: ViewSnapshot,
    _ filter: InboxFilter,
    _ patience: Patience,
  ) throws -> Int {
    if filter.isOpen, !query.tookPart, query.text == nil {
      return Int(try snapshot.count(ofInboxOf: query.bot).conversations)
    }
    var total = 0
    try forEachHead(query, snapshot, before: nil) { head in
      try patience.check()
      if try filter.matches(head), try matchesText(query.text, head, snapshot) { total += 1 }
      return true
    }
    return total
  }

  /// Whether all words occur in one message of a conversation, whatever their case.
  private func matchesText(
    _ text: String?,
    _ head: Head,
    _ snapshot: ViewSnapshot,
  ) throws -> Bool {
    guard let text else { return true }
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let chain = try log.chain(endingAt: head.lastPosition).prefix { $0 <= snapshot.position }
    var isFound = false
    try log.forEachRecord(at: chain) { record in
      guard !isFound else { return }
      let event = try RecordedEvent(record, keys: keys)
      guard case .messagePosted = event.event, let said = event.body?.text else { return }
      isFound = words.allSatisfy { said.range(of: $0, options: .caseInsensitive) != nil }
    }
    return isFound
  }

  /// The row of a conversation; names and words are read from the log.
  func row(
    _ head: Head,
    _ snapshot: ViewSnapshot,
    _ filter: InboxFilter,
  ) throws -> InboxRow {
    let start = try event(at: head.start).body
    let deployment = snapshot.registry.deployments[head.state.deployment]
    let channel = deployment?.channel ?? "unknown"
    let visitor = InboxRow.Person(
      id: head.state.visitor.description,
      name: start?.authorName ?? start?.authorID,
    )
    return InboxRow(
      conversationId: head.conversation.description,
      externalId: start?.externalID,
      visitor: visitor,
      icon: head.handovers > 0 ? "right-arrow" : channel,
      channel: channel,
      deploymentId: head.state.deployment.description,
      originBotId: head.state.originBot.description,
      holderBotId: head.state.holder.description,
      path: head.path.map(\.description),
      handovers: head.handovers,
      control: head.state.control.name,
      agent: try agentName(head),
      status: filter.status(of: head),
      startedAt: Timestamp(microseconds: head.startedAt).text,
      lastActivityAt: Timestamp(microseconds: head.lastActivityAt).text,
      messages: Int(head.messages),
      lastMessage: try lastMessage(head),
      source: head.isImported ? "imported" : "live",
      because: head.because,
    )
  }

  /// The name of the agent in control.
  func agentName(_ head: Head) throws -> String? {
    guard case .agent(let agent) = head.state.control else { return nil }
    let body = try event(at: head.state.controlSince).body
    return body?.authorName ?? body?.authorID ?? agent.description
  }

  private func lastMessage(_ head: Head) throws -> InboxRow.LastMessage? {
    guard head.lastMessagePosition > 0 else { return nil }
    let body = try event(at: head.lastMessagePosition).body
    let isErased = head.state.isErased && body?.isBlank == true
    return InboxRow.LastMessage(
      position: head.lastMessagePosition,
      authorKind: head.lastMessageBy.name,
      preview: firstWords(of: isErased ? nil : body),
    )
  }
}

/// The most characters of a preview; more than a list shows on any screen.
private let previewLength = 120

/// The first words of a message, on one line, cut between characters as people see them.
private func firstWords(of body: EventBody?) -> String {
  guard let body else { return Transcript.erasedText }
  let line = body.shownText.split(whereSeparator: \.isNewline).joined(separator: " ")
  return line.count <= previewLength ? line : line.prefix(previewLength - 1) + "…"
}

/// The part of a query that a head alone can answer.
struct InboxFilter {
  private let query: InboxQuery
  private let registry: Registry
  private let time: Int64

  init(_ query: InboxQuery, _ snapshot: ViewSnapshot, at time: Int64) {
    self.query = query
    registry = snapshot.registry
    self.time = time
  }

  /// Whether every head matches.
  var isOpen: Bool {
    query.status == nil && query.from == nil && query.to == nil && !query.hadHandover
      && !query.hadAgent && query.caller == .trusted
  }

  func matches(_ head: Head) throws -> Bool {
    if let status = query.status, status != self.status(of: head) { return false }
    if let from = query.from, head.lastActivityAt < from.microseconds { return false }
    if let to = query.to, head.startedAt > to.microseconds { return false }
    if query.hadHandover, head.handovers == 0 { return false }
    guard head.state.isVisible(to: query.caller, registry: registry) else { return false }
    return !query.hadAgent || head.hadAgent
  }

  func status(of head: Head) -> ConversationStatus {
    if head.state.isEnded { return .ended }
    return head.isExpired(at: time, registry: registry) ? .expired : .active
  }
}

extension Conversation.Control {
  /// The word of the JSON shapes.
  var name: String {
    switch self {
    case .bot: "bot"
    case .agentRequested: "agentRequested"
    case .agent: "agent"
    }
  }
}
