import ConversationCoding
import Conversations
import LMDB

extension Views {
  /// Writes overlays of different streams down, state and checkpoint in one transaction.
  ///
  /// Each table is written in the order of its keys, because a batch in random order costs several
  /// times as much.
  ///
  /// - Parameters:
  ///   - overlays: The changes, all up to one position; their base is at most this checkpoint.
  ///   - root: The root of the log's tree at that position.
  /// - Throws: `DamagedViews` if what was written before is not what it was; `CommitError` if the
  ///   outcome is unknown; any other error if nothing was written.
  package func write(_ overlays: [Overlay], root: [UInt8]) throws {
    try check()
    try writeUnchecked(overlays, root: root)
  }

  /// Writes overlays down into views that were checked.
  func writeUnchecked(_ overlays: [Overlay], root: [UInt8]) throws {
    guard let position = overlays.first?.position else { return }
    try naming {
      try environment.write { try write(overlays, through: position, root, &$0) }
    }
  }

  private func write(
    _ overlays: [Overlay],
    through position: UInt64,
    _ root: [UInt8],
    _ transaction: inout WriteTransaction,
  ) throws {
    let key = ViewTables.checkpointKey
    let written = try tables.main.value(for: key, in: transaction)
      .map { try Checkpoint(decoding: $0).position }
    // Somebody was faster: what is written is newer, and stays.
    if let written, written >= position { return }
    let heads = overlays.flatMap(\.heads).sorted { $0.start < $1.start }
    let old = try heads.map { head in
      try tables.heads.value(for: numberBytes(head.start), in: transaction)
        .map(Head.init(decoding:))
    }
    try writeHeads(heads, &transaction)
    try writeInboxes(zip(heads, old), &transaction)
    try writeTookPart(zip(heads, old), &transaction)
    try writeCounts(zip(heads, old), &transaction)
    try writeStarts(heads, after: written ?? 0, &transaction)
    try writeLookups(overlays, &transaction)
    var checkpoint = Checkpoint()
    checkpoint.position = position
    checkpoint.root = root
    checkpoint.totals = overlays.dropFirst().reduce(overlays[0].totals) { $0.joined($1.totals) }
    try tables.main.put(checkpoint.bytes, for: key, in: &transaction)
  }

  private func writeHeads(_ heads: [Head], _ transaction: inout WriteTransaction) throws {
    for head in heads {
      var writer = ByteWriter()
      head.write(to: &writer)
      try tables.heads.put(writer.bytes, for: numberBytes(head.start), in: &transaction)
    }
  }

  /// Moves each conversation to its place in its holder's inbox.
  private func writeInboxes(
    _ changes: Zip2Sequence<[Head], [Head?]>,
    _ transaction: inout WriteTransaction,
  ) throws {
    for (_, old) in changes {
      guard let old else { continue }
      let key = old.place.key(inInboxOf: old.state.holder)
      try tables.inboxes.remove(key, from: &transaction)
    }
    let rows = changes.map { head, _ in (InboxKey(head.state.holder, head.place), head.start) }
    try writeNumbers(rows, tables.inboxes, &transaction)
  }

  private func writeTookPart(
    _ changes: Zip2Sequence<[Head], [Head?]>,
    _ transaction: inout WriteTransaction,
  ) throws {
    let rows = changes.flatMap { head, old in
      Set(head.path.dropFirst(old?.path.count ?? 0)).map { bot in
        (RowKey(bot.value, head.start), head.start)
      }
    }
    try writeNumbers(rows, tables.tookPart, &transaction)
  }

  private func writeStarts(
    _ heads: [Head],
    after base: UInt64,
    _ transaction: inout WriteTransaction,
  ) throws {
    let new = heads.filter { $0.start > base }
    let starts = new.map { (RowKey($0.conversation.value), $0.start) }
    try writeNumbers(starts, tables.starts, &transaction)
    let visits = new.map { (RowKey($0.state.visitor.value, $0.start), $0.start) }
    try writeNumbers(visits, tables.visits, &transaction)
  }

  private func writeLookups(
    _ overlays: [Overlay],
    _ transaction: inout WriteTransaction,
  ) throws {
    let keys = overlays.flatMap { $0.keys.map { ($0.key, $0.value) } }
    try writeNumbers(keys, tables.keys, &transaction)
    let successors = overlays.flatMap { $0.successors.map { (PositionKey($0.key), $0.value) } }
    try writeNumbers(successors, tables.successors, &transaction)
  }

  /// Puts numbers under keys, in the order of the keys.
  private func writeNumbers(
    _ rows: [(some OrderedKey, UInt64)],
    _ table: ViewTable,
    _ transaction: inout WriteTransaction,
  ) throws {
    for (key, number) in rows.sorted(by: { $0.0 < $1.0 }) {
      try table.put(numberBytes(number), for: key.bytes, in: &transaction)
    }
  }

  /// Adds up how the inboxes' sizes change, then writes each bot once.
  private func writeCounts(
    _ changes: Zip2Sequence<[Head], [Head?]>,
    _ transaction: inout WriteTransaction,
  ) throws {
    var counts: [BotID: InboxCount] = [:]
    for (head, old) in changes {
      if let old { counts[old.state.holder, default: InboxCount()].subtract(old.share) }
      counts[head.state.holder, default: InboxCount()].add(head.share)
      let former = old?.path ?? []
      for bot in Set(head.path.dropFirst(former.count)).subtracting(former) {
        counts[bot, default: InboxCount()].addPart()
      }
    }
    for (bot, change) in counts.sorted(by: { $0.key < $1.key }) {
      let key = identifierKey(bot.value)
      let before = try tables.counts.value(for: key, in: transaction)
        .map(InboxCount.init(decoding:))
      let after = change.adding(before ?? InboxCount())
      // An inbox that is empty again has no row, like one that was never written to.
      if !after.isEmpty {
        try tables.counts.put(after.bytes, for: key, in: &transaction)
      } else if before != nil {
        try tables.counts.remove(key, from: &transaction)
      }
    }
  }
}

/// A key whose order is the order of its bytes, and cheaper to compare.
private protocol OrderedKey: Comparable {
  var bytes: [UInt8] { get }
}

extension KeyPlace: OrderedKey {}

/// A position.
private struct PositionKey: OrderedKey {
  private let position: UInt64

  init(_ position: UInt64) { self.position = position }

  var bytes: [UInt8] { numberBytes(position) }

  static func < (left: PositionKey, right: PositionKey) -> Bool {
    left.position < right.position
  }
}

/// An identifier, and a position if there is one.
private struct RowKey: OrderedKey {
  private let identifier: UInt128
  private let position: UInt64?

  init(_ identifier: UInt128, _ position: UInt64? = nil) {
    self.identifier = identifier
    self.position = position
  }

  var bytes: [UInt8] {
    position.map { identifierKey(identifier, $0) } ?? identifierKey(identifier)
  }

  static func < (left: RowKey, right: RowKey) -> Bool {
    (left.identifier, left.position ?? 0) < (right.identifier, right.position ?? 0)
  }
}

/// Whose inbox, and where in it.
private struct InboxKey: OrderedKey {
  private let bot: BotID
  private let place: InboxPlace

  init(_ bot: BotID, _ place: InboxPlace) { (self.bot, self.place) = (bot, place) }

  var bytes: [UInt8] { place.key(inInboxOf: bot) }

  static func < (left: InboxKey, right: InboxKey) -> Bool {
    (left.bot, left.place) < (right.bot, right.place)
  }
}
