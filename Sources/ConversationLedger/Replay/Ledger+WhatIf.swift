import ConversationCoding
public import Conversations
import EventStore
import Projections

/// The part of a ledger's history a what-if replay is about.
public struct WhatIfScope: Hashable, Sendable {
  /// Only this conversation.
  public var conversation: ConversationID?
  /// The first position whose difference is told.
  public var first: UInt64 = 1
  /// The last position of the history that is run.
  public var last = UInt64.max

  /// All of it.
  public init() {}
}

extension Ledger {
  /// Runs history under changed rules, without writing anything.
  ///
  /// Every live event is asked again as it says it was asked, of the conversation as it would have
  /// been by then. Headers suffice, so no word is read.
  ///
  /// - Parameters:
  ///   - changes: What to try out.
  ///   - scope: Which part of the history.
  ///   - body: Takes each event that would have been otherwise, in log order.
  /// - Returns: What it comes to.
  /// - Throws: What `body` throws; or `LedgerError` if the log cannot be read.
  public func whatIf(
    _ changes: [RuleChange],
    in scope: WhatIfScope = WhatIfScope(),
    _ body: (WhatIfRow) throws -> Void,
  ) throws -> WhatIfSummary {
    try LedgerError.wrapping {
      let end = min(scope.last, try log.head().position)
      var run = WhatIfRun(WhatIfReplay(rules: rules, changing: changes), scope)
      if end > 0 {
        try log.forEachKeyedHeader(from: 1, through: end) { header, _ in
          if header.stream == administrationStream {
            let body = try registryBody(at: header.position, log, keys)
            run.replay.take(header.facts.registryEvent, body, at: header.position)
          } else if let row = run.take(header) {
            try body(row)
          }
        }
      }
      return run.summary(at: end)
    }
  }
}

/// A what-if replay under way, and what it counted.
private struct WhatIfRun {
  var replay: WhatIfReplay
  private let scope: WhatIfScope
  private var beginnings: [ConversationID: UInt64] = [:]
  private var events: UInt64 = 0
  private var differences = 0
  private var refusedInstead = 0
  private var allowedInstead = 0

  init(_ replay: WhatIfReplay, _ scope: WhatIfScope) {
    self.replay = replay
    self.scope = scope
  }

  /// Takes in an event of a conversation; answers what is to be told of it.
  mutating func take(_ header: RecordHeader) -> WhatIfRow? {
    let fact = HistoryFact(header)
    guard scope.conversation == nil || scope.conversation == fact.conversation else { return nil }
    if !fact.isImported { events += 1 }
    let difference = replay.take(fact)
    if replay.diverged[fact.conversation] != nil {
      beginnings[fact.conversation] = header.streamStart
    }
    guard let difference else { return nil }
    count(difference)
    return fact.position >= scope.first ? WhatIfRow(difference) : nil
  }

  private mutating func count(_ difference: WhatIfDifference) {
    differences += 1
    switch (difference.fact.event, difference.outcome) {
    case (.handoverRefused, .happens): allowedInstead += 1
    case (.handoverRefused, _): break
    case (_, .refused): refusedInstead += 1
    default: break
    }
  }

  func summary(at position: UInt64) -> WhatIfSummary {
    WhatIfSummary(
      position: position,
      events: events,
      differences: differences,
      refusedInstead: refusedInstead,
      allowedInstead: allowedInstead,
      conversations: replay.endings(beginnings),
      inboxes: replay.inboxes(),
    )
  }
}
