import ConversationCoding
package import Conversations
import LMDB

extension Views {
  /// The head of a conversation, by the position of its first event.
  ///
  /// - Parameters:
  ///   - start: The position of its first event.
  ///   - known: The position up to which the reader knows what became of every conversation.
  /// - Returns: The head; `nil` if the views do not have it.
  /// - Throws: `DamagedViews`; `ViewsMovedOn` if the views have come further than is known.
  package func head(start: UInt64, through known: UInt64 = .max) throws -> Head? {
    try read(through: known) { try tables.head(start: start, in: $0) }
  }

  /// The head of a conversation, as `head(start:)` gives it.
  package func head(
    of conversation: ConversationID,
    through known: UInt64 = .max,
  ) throws -> Head? {
    let found = try read(through: known) { transaction in
      try tables.starts.number(for: identifierKey(conversation.value), in: transaction)
        .map { try tables.knownHead(start: $0, in: transaction) }
    }
    if found == nil { try checkOnce() }
    return found
  }

  /// Walks over the written part of an inbox, the latest activity first.
  func forEachHead(
    inInboxOf bot: BotID,
    behind place: InboxPlace?,
    through known: UInt64,
    _ body: (Head) throws -> Bool,
  ) throws {
    let bound = place?.key(inInboxOf: bot) ?? InboxPlace.endKey(ofInboxOf: bot)
    let prefix = identifierKey(bot.value)
    try read(through: known) { transaction in
      var (walked, isWhole) = (0, place == nil)
      try tables.inboxes.walk(.down, from: bound, in: transaction) { key, value in
        guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }) else { return .stop }
        let head = try tables.knownHead(start: ViewTable.number(in: value), in: transaction)
        guard Array(copying: key) == head.place.key(inInboxOf: head.state.holder) else {
          throw DamagedViews("an inbox of the views has a conversation where it is not")
        }
        walked += 1
        if try outside({ try body(head) }) { return .next }
        isWhole = false
        return .stop
      }
      // A page that lost rows has no wrong one.
      guard isWhole else { return }
      guard try tables.count(ofInboxOf: bot, in: transaction).conversations() == walked else {
        throw DamagedViews("an inbox of the views lacks conversations")
      }
    }
  }

  /// The written conversation a visitor began last by a deployment.
  func lastHead(
    of visitor: VisitorID,
    by deployment: DeploymentID,
    through known: UInt64,
    where isVisible: (UInt64) -> Bool,
  ) throws -> Head? {
    let bound = identifierKey(visitor.value, .max)
    let prefix = identifierKey(visitor.value)
    var found: Head?
    try read(through: known) { transaction in
      try tables.visits.walk(.down, from: bound, in: transaction) { key, value in
        guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }) else { return .stop }
        let head = try tables.knownHead(start: ViewTable.number(in: value), in: transaction)
        guard head.state.deployment == deployment, isVisible(head.start) else { return .next }
        found = head
        return .stop
      }
    }
    return found
  }

  /// Where the written conversations of a visitor begin.
  func starts(of visitor: VisitorID, through known: UInt64) throws -> [UInt64] {
    try read(through: known) { transaction in
      try tables.numbers(behind: visitor.value, of: tables.visits, in: transaction)
    }
  }

  /// The written conversations a bot held at some time, those that are wanted.
  func heads(
    tookPart bot: BotID,
    through known: UInt64,
    where isWanted: (UInt64) -> Bool,
  ) throws -> [Head] {
    try read(through: known) { transaction in
      let starts = try tables.numbers(behind: bot.value, of: tables.tookPart, in: transaction)
      guard try tables.count(ofInboxOf: bot, in: transaction).tookPart == starts.count else {
        throw DamagedViews("the views lack conversations that a bot held")
      }
      return try starts.filter(isWanted)
        .map { try tables.knownHead(start: $0, in: transaction) }
    }
  }

  /// Walks over all written heads, the conversation begun first first.
  func forEachHead(through known: UInt64, _ body: (Head) throws -> Void) throws {
    try read(through: known) { transaction in
      var walked = 0
      try tables.heads.walk(in: transaction) { _, value in
        let head = try Head(decoding: Array(copying: value))
        walked += 1
        try outside { try body(head) }
        return .next
      }
      guard try transaction.count(of: tables.heads.table) == walked else {
        throw DamagedViews("the views lack conversations")
      }
    }
  }

  /// What is in the written inboxes, counted, and the position it was counted at.
  func counts(
    through known: UInt64
  ) throws -> (counts: [BotID: InboxCount], position: UInt64) {
    try read(through: known) { transaction in
      var counts: [BotID: InboxCount] = [:]
      try tables.counts.walk(in: transaction) { key, value in
        var reader = ByteReader(Array(copying: key))
        let bot = BotID(try reader.identifier())
        counts[bot] = try InboxCount(decoding: Array(copying: value)).ofInbox
        return .next
      }
      return (counts, try tables.checkpoint(in: transaction).position)
    }
  }

  /// What is in a written inbox, counted, and the position it was counted at.
  func count(
    ofInboxOf bot: BotID,
    through known: UInt64,
  ) throws -> (count: InboxCount, position: UInt64) {
    try read(through: known) { transaction in
      let count = try tables.count(ofInboxOf: bot, in: transaction).ofInbox
      return (count, try tables.checkpoint(in: transaction).position)
    }
  }

  /// Runs what is not of the views, so that its errors are not taken for theirs.
  private func outside<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw ErrorOutside(error: error)
    }
  }
}

extension ViewTables {
  /// What is in a written inbox, counted.
  fileprivate func count(
    ofInboxOf bot: BotID,
    in transaction: borrowing ReadTransaction,
  ) throws -> InboxCount {
    let bytes = try counts.value(for: identifierKey(bot.value), in: transaction)
    return try bytes.map(InboxCount.init(decoding:)) ?? InboxCount()
  }

  /// The numbers of a table whose keys begin with an identifier.
  fileprivate func numbers(
    behind identifier: UInt128,
    of table: ViewTable,
    in transaction: borrowing ReadTransaction,
  ) throws -> [UInt64] {
    let prefix = identifierKey(identifier)
    var numbers: [UInt64] = []
    try table.walk(from: identifierKey(identifier, 0), in: transaction) { key, value in
      guard prefix.indices.allSatisfy({ key[$0] == prefix[$0] }) else { return .stop }
      numbers.append(try ViewTable.number(in: value))
      return .next
    }
    return numbers
  }
}
