import Conversations
import Projections

/// The part of a query that a head alone can answer.
struct InboxFilter {
  let registry: Registry
  /// The moment at which a session is over or not, in microseconds since 1970.
  let time: Int64
  private let query: InboxQuery
  /// Whether the caller may not see every conversation the query is about.
  private let isSightLimited: Bool

  init(_ query: InboxQuery, _ registry: Registry, at time: Int64) {
    self.query = query
    self.registry = registry
    self.time = time
    // Whoever sees a bot sees all it holds; only what it once held may be another owner's now, and
    // a bot that nobody registered has no owner.
    let isOwned = registry.bots[query.bot] != nil && !query.tookPart
    isSightLimited = !isOwned && !query.caller.maySee(botsOf: nil)
  }

  func matches(_ head: Head) -> Bool {
    if let status = query.status, status != self.status(of: head) { return false }
    if let from = query.from, head.lastActivityAt < from.microseconds { return false }
    if let to = query.to, head.startedAt > to.microseconds { return false }
    if query.hadHandover, head.handovers == 0 { return false }
    if query.hadAgent, !head.hadAgent { return false }
    return !isSightLimited || head.state.isVisible(to: query.caller, registry: registry)
  }

  func status(of head: Head) -> ConversationStatus {
    if head.state.isEnded { return .ended }
    return head.isExpired(at: time, registry: registry) ? .expired : .active
  }

  /// Whether no head behind this one matches, in a list that shows the latest activity first.
  func isOver(at head: Head) -> Bool {
    guard let from = query.from else { return false }
    return head.lastActivityAt < from.microseconds
  }
}

extension InboxFilter {
  /// How many conversations match, if the counts of the inbox say so.
  ///
  /// Whether a session is over depends on the clock, so those whose activity is recent are looked
  /// at; what was silent for longer is expired, unless it has ended or an agent is in control.
  ///
  /// - Parameters:
  ///   - count: What is in the inbox.
  ///   - walk: Walks over the inbox, the latest activity first, until the body answers `false`.
  /// - Returns: The number; `nil` if every conversation must be looked at.
  /// - Throws: What `walk` throws.
  func total(
    _ count: InboxCount,
    _ walk: ((Head) throws -> Bool) throws -> Void,
  ) throws -> Int? {
    guard query.from == nil, query.to == nil, query.text == nil, !query.tookPart,
      !isSightLimited
    else { return nil }
    switch query.status {
    case nil: return count.conversations(where: fits)
    case .ended: return count.conversations { fits($0) && $0.contains(.ended) }
    case .active: return try active(count, walk)
    case .expired:
      let unended = count.conversations { fits($0) && !$0.contains(.ended) }
      return unended - (try active(count, walk))
    }
  }

  private func fits(_ traits: InboxTraits) -> Bool {
    (!query.hadHandover || traits.contains(.handedOver))
      && (!query.hadAgent || traits.contains(.hadAgent))
  }

  private func active(
    _ count: InboxCount,
    _ walk: ((Head) throws -> Bool) throws -> Void,
  ) throws -> Int {
    let minutes = registry.bots[query.bot]?.sessionMinutes ?? standardSessionMinutes
    let (length, isEndless) = minutes.multipliedReportingOverflow(by: 60_000_000)
    let (cut, isTooEarly) = time.subtractingReportingOverflow(isEndless ? .max : length)
    var active = count.conversations {
      fits($0) && !$0.contains(.ended) && $0.contains(.agentInControl)
    }
    try walk { head in
      guard isTooEarly || head.lastActivityAt >= cut else { return false }
      let traits = head.traits
      if fits(traits), !traits.contains(.agentInControl), status(of: head) == .active {
        active += 1
      }
      return true
    }
    return active
  }
}
