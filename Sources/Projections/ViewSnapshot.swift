package import Conversations
import LMDB

/// Everything that was derived from the log up to one position.
package struct ViewSnapshot: Sendable {
  /// The changes since the views' checkpoint.
  package let overlay: Overlay
  /// The views; `nil` if the overlay begins at zero.
  package let views: Views?
  /// The bots and deployments.
  package let registry: Registry
  /// The time of the last event, in microseconds since 1970.
  package let time: Int64

  package init(overlay: Overlay, views: Views?, registry: Registry, time: Int64) {
    self.overlay = overlay
    self.views = views
    self.registry = registry
    self.time = time
  }

  /// The position it was computed at.
  package var position: UInt64 { overlay.position }

  /// The ends of the stream of the read audit.
  package var audit: Totals.Audit { overlay.totals.audit }

  /// The head of a conversation.
  package func head(of conversation: ConversationID) throws -> Head? {
    try overlay.head(of: conversation) ?? views?.head(of: conversation)
  }

  /// The conversation a visitor began last by a deployment.
  package func lastHead(of visitor: VisitorID, by deployment: DeploymentID) throws -> Head? {
    for start in overlay.visits[visitor]?.reversed() ?? [] {
      let head = try overlay.head(start: start) ?? views?.head(start: start)
      if let head, head.state.deployment == deployment { return head }
    }
    return try views?.lastHead(of: visitor, by: deployment).map { head in
      overlay.head(start: head.start) ?? head
    }
  }

  /// All conversations of a visitor, the one begun first first.
  package func heads(of visitor: VisitorID) throws -> [Head] {
    try overlay.heads(of: visitor, over: views)
  }

  /// Walks over an inbox, the latest activity first, until the body answers `false`.
  ///
  /// - Parameters:
  ///   - bot: Whose inbox.
  ///   - before: Only conversations whose last event is before this position; `nil` for all.
  ///   - body: Takes a head; says whether to go on.
  /// - Throws: What `body` throws, or what reading the views throws.
  package func forEachHead(
    inInboxOf bot: BotID,
    before: UInt64?,
    _ body: (Head) throws -> Bool,
  ) throws {
    let bound = before ?? .max
    let recent = overlay.heads
      .filter { $0.state.holder == bot && $0.lastPosition < bound }
      .sorted { $0.lastPosition > $1.lastPosition }
    for head in recent {
      guard try body(head) else { return }
    }
    try views?.forEachHead(inInboxOf: bot, before: bound) { head in
      overlay.head(start: head.start) == nil ? try body(head) : true
    }
  }

  /// All conversations a bot held at some time, the one begun last first.
  package func heads(tookPart bot: BotID) throws -> [Head] {
    let recent = overlay.heads.filter { $0.path.contains(bot) }
    let older = try views?.heads(tookPart: bot) ?? []
    let all = recent + older.filter { overlay.head(start: $0.start) == nil }
    return all.sorted { $0.start > $1.start }
  }

  /// All conversations, the one begun first first.
  package func forEachHead(_ body: (Head) throws -> Void) throws {
    var written: UInt64 = 0
    try views?.forEachHead { head in
      written = head.start
      try body(overlay.head(start: head.start) ?? head)
    }
    // A conversation that is not written began behind all that are.
    let new = overlay.heads.filter { $0.start > written }
    for head in new.sorted(by: { $0.start < $1.start }) { try body(head) }
  }

  /// How many conversations and messages an inbox has.
  package func count(ofInboxOf bot: BotID) throws -> InboxCount {
    var count = try views?.count(ofInboxOf: bot) ?? InboxCount()
    for head in overlay.heads {
      if let old = try views?.head(start: head.start), old.state.holder == bot {
        count.subtract(old)
      }
      if head.state.holder == bot { count.add(head) }
    }
    return count
  }
}

extension Views {
  /// Walks over the written part of an inbox, the latest activity first.
  func forEachHead(
    inInboxOf bot: BotID,
    before: UInt64,
    _ body: (Head) throws -> Bool,
  ) throws {
    let bound = identifierKey(bot.value, before)
    let prefix = identifierKey(bot.value)
    try environment.read { transaction in
      try transaction.walk(tables.inboxes, .down, from: bound.span) { key, value in
        guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }),
          let head = try tables.head(start: bigEndian(value), in: transaction)
        else { return .stop }
        return try body(head) ? .next : .stop
      }
    }
  }

  /// The written conversation a visitor began last by a deployment.
  func lastHead(of visitor: VisitorID, by deployment: DeploymentID) throws -> Head? {
    let bound = identifierKey(visitor.value, .max)
    let prefix = identifierKey(visitor.value)
    var found: Head?
    try environment.read { transaction in
      try transaction.walk(tables.visits, .down, from: bound.span) { key, value in
        guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }),
          let head = try tables.head(start: bigEndian(value), in: transaction)
        else { return .stop }
        guard head.state.deployment == deployment else { return .next }
        found = head
        return .stop
      }
    }
    return found
  }

  /// Where the written conversations of a visitor begin.
  fileprivate func starts(of visitor: VisitorID) throws -> [UInt64] {
    let (prefix, first) = (identifierKey(visitor.value), identifierKey(visitor.value, 0))
    var starts: [UInt64] = []
    try environment.read { transaction in
      try transaction.walk(tables.visits, from: first.span) { key, value in
        guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }) else { return .stop }
        starts.append(bigEndian(value))
        return .next
      }
    }
    return starts
  }

  /// The written conversations a bot held at some time.
  func heads(tookPart bot: BotID) throws -> [Head] {
    let prefix = identifierKey(bot.value)
    let first = identifierKey(bot.value, 0)
    var heads: [Head] = []
    try environment.read { transaction in
      try transaction.walk(tables.tookPart, from: first.span) { key, value in
        guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }) else { return .stop }
        if let head = try tables.head(start: bigEndian(value), in: transaction) {
          heads.append(head)
        }
        return .next
      }
    }
    return heads
  }

  /// Walks over all written heads, the conversation begun first first.
  func forEachHead(_ body: (Head) throws -> Void) throws {
    try environment.read { transaction in
      try transaction.walk(tables.heads) { _, value in
        try body(Head(decoding: Array(copying: value)))
        return .next
      }
    }
  }

  func count(ofInboxOf bot: BotID) throws -> InboxCount {
    let key = identifierKey(bot.value)
    let bytes = try environment.read { transaction in
      try transaction.copiedValue(for: key.span, in: tables.counts)
    }
    return try bytes.map(InboxCount.init(decoding:)) ?? InboxCount()
  }
}

extension Overlay {
  /// All conversations of a visitor, the one begun first first.
  ///
  /// - Parameters:
  ///   - visitor: The person who writes.
  ///   - views: What was written before the overlay begins; `nil` if nothing was.
  /// - Returns: The heads.
  /// - Throws: `StorageError` if the views cannot be read.
  package func heads(of visitor: VisitorID, over views: Views?) throws -> [Head] {
    // Views that were written meanwhile know some of the overlay's conversations too.
    let starts = Set(try views?.starts(of: visitor) ?? []).union(visits[visitor] ?? [])
    return try starts.sorted().compactMap { try head(start: $0) ?? views?.head(start: $0) }
  }
}
