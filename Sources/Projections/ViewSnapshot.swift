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
  /// The position it was computed at.
  package let position: UInt64
  /// What happened after `position` and is left out, if it is a look back.
  let later: LaterEvents

  package init(overlay: Overlay, views: Views?, registry: Registry, time: Int64) {
    self.init(overlay, views, registry, time, at: overlay.position, without: LaterEvents())
  }

  init(
    _ overlay: Overlay,
    _ views: Views?,
    _ registry: Registry,
    _ time: Int64,
    at position: UInt64,
    without later: LaterEvents,
  ) {
    self.overlay = overlay
    self.views = views
    self.registry = registry
    self.time = time
    self.position = position
    self.later = later
  }

  /// The position up to which the overlay says what became of what the views have.
  private var known: UInt64 { overlay.position }

  /// The ends of the stream of the read audit.
  package var audit: Totals.Audit { overlay.totals.audit }

  /// The head of a conversation.
  package func head(of conversation: ConversationID) throws -> Head? {
    try visible(overlay.head(of: conversation) ?? views?.head(of: conversation, through: known))
  }

  /// The head of a conversation, by the position of its first event.
  func head(start: UInt64) throws -> Head? {
    try visible(overlay.head(start: start) ?? views?.head(start: start, through: known))
  }

  /// What began by the snapshot's position.
  private func visible(_ head: Head?) -> Head? {
    guard let head, head.start <= position else { return nil }
    return head
  }

  /// The conversation a visitor began last by a deployment.
  package func lastHead(of visitor: VisitorID, by deployment: DeploymentID) throws -> Head? {
    for start in overlay.visits[visitor]?.reversed() ?? [] {
      if let head = try head(start: start), head.state.deployment == deployment { return head }
    }
    return try views?.lastHead(of: visitor, by: deployment, through: known) { start in
      start <= position
    }
    .map { overlay.head(start: $0.start) ?? $0 }
  }

  /// All conversations of a visitor, the one begun first first.
  package func heads(of visitor: VisitorID) throws -> [Head] {
    let written = try views?.starts(of: visitor, through: known) ?? []
    let starts = Set(written).union(overlay.visits[visitor] ?? [])
    return try starts.sorted().compactMap { try head(start: $0) }
  }

  /// Walks over an inbox, the latest activity first, until the body answers `false`.
  ///
  /// - Parameters:
  ///   - bot: Whose inbox.
  ///   - place: Only conversations behind this place of the list; `nil` for all.
  ///   - body: Takes a head; says whether to go on.
  /// - Throws: What `body` throws, or what reading the views throws.
  package func forEachHead(
    inInboxOf bot: BotID,
    behind place: InboxPlace?,
    _ body: (Head) throws -> Bool,
  ) throws {
    var recent = recentHeads(inInboxOf: bot, behind: place)[...]
    var isOver = false
    func show(before place: InboxPlace?) throws {
      while !isOver, let next = recent.first, place.map({ overlay.heads[next].place > $0 }) ?? true
      {
        recent.removeFirst()
        isOver = try !body(overlay.heads[next])
      }
    }
    try views?.forEachHead(inInboxOf: bot, behind: place, through: known) { head in
      guard overlay.head(start: head.start) == nil, head.start <= position else { return true }
      try show(before: head.place)
      if !isOver { isOver = try !body(head) }
      return !isOver
    }
    try show(before: nil)
  }

  /// Where the changed heads of an inbox lie in the overlay, the latest activity first.
  private func recentHeads(inInboxOf bot: BotID, behind place: InboxPlace?) -> [Int] {
    overlay.heads.indices
      .filter { index in
        overlay.heads[index].state.holder == bot && overlay.heads[index].start <= position
          && (place.map { overlay.heads[index].place < $0 } ?? true)
      }
      .sorted { overlay.heads[$0].place > overlay.heads[$1].place }
  }

  /// All conversations a bot held at some time, the latest activity first.
  package func heads(tookPart bot: BotID) throws -> [Head] {
    let recent = overlay.heads.filter { $0.start <= position && $0.path.contains(bot) }
    let older = try views?.heads(tookPart: bot, through: known) { start in
      start <= position && overlay.head(start: start) == nil
    }
    return (recent + (older ?? [])).sorted { $0.place > $1.place }
  }

  /// All conversations, the one begun first first.
  package func forEachHead(_ body: (Head) throws -> Void) throws {
    var written: UInt64 = 0
    try views?.forEachHead(through: known) { head in
      written = head.start
      if head.start <= position { try body(overlay.head(start: head.start) ?? head) }
    }
    // A conversation that is not written began behind all that are.
    let new = overlay.heads.indices.filter { index in
      overlay.heads[index].start > written && overlay.heads[index].start <= position
    }
    for index in new.sorted(by: { overlay.heads[$0].start < overlay.heads[$1].start }) {
      try body(overlay.heads[index])
    }
  }
}

extension ViewSnapshot {
  /// What is in each inbox, counted; an empty one may be left out.
  ///
  /// Costs a look at each head that changed since the views were written, and none at the others.
  package func counts() throws -> [BotID: InboxCount] {
    let (counts, base) = try views?.counts(through: known) ?? ([:], 0)
    return try changed(counts, base)
  }

  /// What is in an inbox, counted.
  package func count(ofInboxOf bot: BotID) throws -> InboxCount {
    let (count, base) = try views?.count(ofInboxOf: bot, through: known) ?? (InboxCount(), 0)
    return try changed([bot: count], base)[bot] ?? InboxCount()
  }

  /// The counts of the views and what came since.
  private func changed(
    _ counts: [BotID: InboxCount],
    _ base: UInt64,
  ) throws -> [BotID: InboxCount] {
    var counts = counts
    for index in overlay.heads.indices {
      if let old = try writtenShare(index, base) {
        counts[old.holder, default: InboxCount()].subtract(old)
      }
      guard overlay.heads[index].start <= position else { continue }
      let new = overlay.heads[index].share
      counts[new.holder, default: InboxCount()].add(new)
    }
    for start in later.starts where overlay.head(start: start) == nil {
      guard let old = try views?.head(start: start, through: known)?.share else { continue }
      counts[old.holder, default: InboxCount()].subtract(old)
    }
    return counts
  }

  /// What a changed head adds to the counts of the views.
  private func writtenShare(_ index: Int, _ base: UInt64) throws -> InboxShare? {
    if overlay.isCountable, base == overlay.base { return overlay.shares[index] }
    // The views have come further than the overlay begins.
    return try views?.head(start: overlay.heads[index].start, through: known)?.share
  }
}

extension Overlay {
  /// All conversations of a visitor, the one begun first first.
  ///
  /// - Parameters:
  ///   - visitor: The person who writes.
  ///   - views: What was written before the overlay begins; `nil` if nothing was.
  /// - Returns: The heads.
  /// - Throws: `DamagedViews` or `StorageError` if the views cannot be read.
  package func heads(of visitor: VisitorID, over views: Views?) throws -> [Head] {
    let snapshot = ViewSnapshot(overlay: self, views: views, registry: Registry(), time: 0)
    return try snapshot.heads(of: visitor)
  }
}
