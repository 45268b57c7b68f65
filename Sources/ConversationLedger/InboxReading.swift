import ConversationCoding
import Conversations
import EventStore
import Foundation
import Projections

/// The reading of one page: in one walk over the list, from the place where the page before ended.
struct InboxReading {
  private let ledger: Ledger
  private let query: InboxQuery
  private let snapshot: ViewSnapshot
  private let filter: InboxFilter
  private let patience: Patience
  private var rows: [InboxRow] = []
  private var last: InboxPlace?

  init(
    ledger: Ledger,
    query: InboxQuery,
    _ snapshot: ViewSnapshot,
    _ filter: InboxFilter,
    _ patience: Patience,
  ) {
    (self.ledger, self.query, self.snapshot) = (ledger, query, snapshot)
    (self.filter, self.patience) = (filter, patience)
  }

  /// Reads the page.
  mutating func page(behind cursor: InboxCursor?) throws -> InboxPage {
    let total: Int
    if let known = try cursor?.total ?? countedTotal() {
      total = known
      try readRows(behind: cursor?.place, atMost: total - (cursor?.shown ?? 0))
    } else {
      total = try readRowsAndCount()
    }
    let shown = (cursor?.shown ?? 0) + rows.count
    // Words that were erased meanwhile are found no more, so a page can end early.
    let isMore = shown < total && rows.count == query.limit
    return InboxPage(
      botId: query.bot.description,
      position: snapshot.position,
      complete: !isMore,
      total: total,
      next: isMore ? last.map { next(behind: $0, shown, total) } : nil,
      newer: cursor.map { _ in newer },
      rows: rows,
    )
  }

  private func next(behind place: InboxPlace, _ shown: Int, _ total: Int) -> String {
    let cursor = InboxCursor(
      position: snapshot.position,
      time: filter.time,
      total: total,
      shown: shown,
      place: place,
    )
    return cursor.text(for: query)
  }

  /// How many conversations of this list changed since the first page, and stand above all it has.
  private var newer: Int {
    snapshot.newer { head in
      (query.tookPart ? head.path.contains(query.bot) : head.state.holder == query.bot)
        && filter.matches(head)
    }
  }

  /// How many rows there are, if the views' counts say so.
  private func countedTotal() throws -> Int? {
    try filter.total(try snapshot.count(ofInboxOf: query.bot)) { body in
      try snapshot.forEachHead(inInboxOf: query.bot, behind: nil) { head in
        try patience.check()
        return try body(head)
      }
    }
  }

  /// Reads rows until the page is full, or no more are left.
  private mutating func readRows(behind place: InboxPlace?, atMost left: Int) throws {
    let count = min(query.limit, left)
    guard count > 0 else { return }
    try walk(behind: place) { reading, head in
      try reading.take(head)
      return reading.rows.count < count
    }
  }

  /// Reads rows until the page is full, and counts those behind it: everything is looked at once.
  private mutating func readRowsAndCount() throws -> Int {
    var total = 0
    try walk(behind: nil) { reading, head in
      total += 1
      if reading.rows.count < reading.query.limit { try reading.take(head) }
      return true
    }
    return total
  }

  private mutating func take(_ head: Head) throws {
    rows.append(try ledger.row(head, filter))
    last = head.place
  }

  /// Walks over what matches, the latest activity first, until the body answers `false`.
  private mutating func walk(
    behind place: InboxPlace?,
    _ body: (inout InboxReading, Head) throws -> Bool,
  ) throws {
    let (snapshot, query, filter, patience) = (snapshot, query, filter, patience)
    try snapshot.forEachHead(of: query, behind: place) { head in
      try patience.check()
      guard !filter.isOver(at: head) else { return false }
      guard filter.matches(head), try matchesText(head) else { return true }
      return try body(&self, head)
    }
  }

  /// Whether all words occur in one message of a conversation, whatever their case.
  private func matchesText(_ head: Head) throws -> Bool {
    guard let text = query.text else { return true }
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let chain = try ledger.log.chain(endingAt: head.lastPosition)
    for start in stride(from: 0, to: chain.count, by: Self.stepLength) {
      try patience.check()
      if try occur(words, at: chain[start..<min(start + Self.stepLength, chain.count)]) {
        return true
      }
    }
    return false
  }

  private func occur(_ words: [String], at positions: ArraySlice<UInt64>) throws -> Bool {
    var isFound = false
    try ledger.log.forEachRecord(at: positions) { record in
      guard !isFound, case .messagePosted = record.header.facts.conversationEvent else { return }
      guard let said = try RecordedEvent(record, keys: ledger.keys).body?.text else { return }
      isFound = words.allSatisfy { said.range(of: $0, options: .caseInsensitive) != nil }
    }
    return isFound
  }

  /// How many records are read at a time, before it is asked whether to go on.
  private static let stepLength = 256
}

extension ViewSnapshot {
  /// Walks over the heads a query is about, the latest activity first.
  fileprivate func forEachHead(
    of query: InboxQuery,
    behind place: InboxPlace?,
    _ body: (Head) throws -> Bool,
  ) throws {
    guard query.tookPart else {
      return try forEachHead(inInboxOf: query.bot, behind: place, body)
    }
    for head in try heads(tookPart: query.bot) where place.map({ head.place < $0 }) ?? true {
      guard try body(head) else { return }
    }
  }
}
