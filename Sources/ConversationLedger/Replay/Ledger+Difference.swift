import Conversations
import EventStore
import Projections

extension Ledger {
  /// Says what changed between two moments.
  ///
  /// Only the conversations with an event in between are compared.
  ///
  /// - Parameters:
  ///   - first: The earlier moment.
  ///   - second: The later moment.
  ///   - body: Takes each conversation that changed, the one begun first first.
  /// - Returns: What it comes to, per inbox and in the registry.
  /// - Throws: `LedgerError` `.malformedQuery` if the first moment is after the second; what `body`
  ///   throws.
  public func difference(
    from first: Moment,
    to second: Moment,
    _ body: (ConversationChange) throws -> Void,
  ) throws -> MomentDifference {
    let (found, changes) = try answering { present in
      let after = try snapshot(asOf: second, in: present)
      let before = try snapshot(asOf: first, in: present)
      guard before.position <= after.position else {
        throw LedgerError(
          .malformedQuery,
          "position \(before.position) is after position \(after.position); give the earlier "
            + "moment first",
        )
      }
      let span = try SpanBetween(log, before.position, after.position)
      var (count, changes) = (DifferenceCount(), [ConversationChange]())
      for touched in span.conversations {
        guard let head = try after.head(of: touched.conversation) else { continue }
        let change = ConversationChange(
          try before.head(of: touched.conversation),
          head,
          events: touched.events,
        )
        count.add(change, messagesAfter: Int(head.messages))
        changes.append(change)
      }
      let found = MomentDifference(
        from: before.position,
        to: after.position,
        events: after.position - before.position,
        messages: count.messages,
        conversations: span.conversations.count,
        started: count.started,
        moved: count.moved,
        ended: count.ended,
        inboxes: try count.inboxes(at: after),
        registry: try span.administration.map { EventRow(try event(at: $0)) },
      )
      return (found, changes)
    }
    try LedgerError.wrapping { for change in changes { try body(change) } }
    return found
  }
}

/// The events between two positions, by conversation.
private struct SpanBetween {
  struct Touched {
    let conversation: ConversationID
    let start: UInt64
    var events = 0
  }

  /// The conversations with an event in the span, the one begun first first.
  private(set) var conversations: [Touched] = []
  /// The positions of the registry's events.
  private(set) var administration: [UInt64] = []

  init(_ log: EventLog, _ first: UInt64, _ last: UInt64) throws {
    guard first < last else { return }
    var touched: [ConversationID: Touched] = [:]
    try log.forEachKeyedHeader(from: first + 1, through: last) { header, _ in
      guard header.stream != administrationStream else {
        return administration.append(header.position)
      }
      let id = ConversationID(header.stream)
      let new = Touched(conversation: id, start: header.streamStart)
      touched[id, default: new].events += 1
    }
    conversations = touched.values.sorted { $0.start < $1.start }
  }
}

extension ConversationChange {
  fileprivate init(_ before: Head?, _ after: Head, events: Int) {
    let isMoved = before.map { $0.state.holder != after.state.holder } ?? false
    self.init(
      conversationId: after.conversation.description,
      change: before == nil ? "started" : isMoved ? "moved" : "continued",
      from: before?.state.holder.description,
      to: after.state.holder.description,
      because: after.because,
      events: events,
      messages: Int(after.messages) - Int(before?.messages ?? 0),
      controlBefore: before?.state.control.name,
      controlAfter: after.state.control.name,
      ended: after.state.isEnded && before?.state.isEnded != true,
    )
  }
}

/// Adds changes up.
private struct DifferenceCount {
  private(set) var messages = 0
  private(set) var started = 0
  private(set) var moved = 0
  private(set) var ended = 0
  private var changes: [String: Change] = [:]

  private struct Change {
    var came = 0
    var went = 0
    var messages = 0
  }

  mutating func add(_ change: ConversationChange, messagesAfter: Int) {
    messages += change.messages
    started += change.from == nil ? 1 : 0
    moved += change.change == "moved" ? 1 : 0
    ended += change.ended ? 1 : 0
    guard change.from != change.to else {
      return changes[change.to, default: Change()].messages += change.messages
    }
    changes[change.to, default: Change()].came += 1
    changes[change.to, default: Change()].messages += messagesAfter
    guard let from = change.from else { return }
    changes[from, default: Change()].went += 1
    changes[from, default: Change()].messages -= messagesAfter - change.messages
  }

  /// The inboxes that changed, with their sizes on both sides.
  func inboxes(at after: ViewSnapshot) throws -> [MomentDifference.InboxChange] {
    let counts = changes.isEmpty ? [:] : try after.counts()
    return changes.sorted { $0.key < $1.key }.map { bot, change in
      let count = BotID(bot).flatMap { counts[$0] } ?? InboxCount()
      let size = (conversations: count.conversations(), messages: Int(count.messages))
      return MomentDifference.InboxChange(
        botId: bot,
        came: change.came,
        went: change.went,
        conversationsBefore: size.conversations - change.came + change.went,
        conversationsAfter: size.conversations,
        messagesBefore: size.messages - change.messages,
        messagesAfter: size.messages,
      )
    }
  }
}
