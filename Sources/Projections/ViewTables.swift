import ConversationCoding
import Conversations
import LMDB

/// The tables of the views.
struct ViewTables: Sendable {
  /// Bot → what is in its inbox, counted.
  let counts: ViewTable
  /// Position of the first event → head.
  let heads: ViewTable
  /// Holder, latest activity, position of the last event → position of the first event.
  let inboxes: ViewTable
  /// Idempotency scope and key hash → position.
  let keys: ViewTable
  /// Conversation → position of its first event.
  let starts: ViewTable
  /// Position of the first event of an expired conversation → that of the one that follows it.
  let successors: ViewTable
  /// Bot and position of the first event → the same position: the bot held the conversation.
  let tookPart: ViewTable
  /// Visitor and position of the first event of a conversation → the same position.
  let visits: ViewTable
  let main: ViewTable

  static let names = [
    "counts", "heads", "inboxes", "keys", "starts", "successors", "took-part", "visits",
  ]

  init(_ named: [Table], main: Table) {
    let checked = (named + [main]).enumerated().map { ViewTable(table: $1, number: UInt64($0)) }
    counts = checked[0]
    heads = checked[1]
    inboxes = checked[2]
    keys = checked[3]
    starts = checked[4]
    successors = checked[5]
    tookPart = checked[6]
    visits = checked[7]
    self.main = checked[8]
  }

  /// The tables with the names.
  var all: [ViewTable] { [counts, heads, inboxes, keys, starts, successors, tookPart, visits] }

  static let checkpointKey = Array("checkpoint".utf8)

  func checkpoint(in transaction: borrowing ReadTransaction) throws -> Views.Checkpoint {
    if let bytes = try main.value(for: Self.checkpointKey, in: transaction) {
      return try Views.Checkpoint(decoding: bytes)
    }
    guard try transaction.count(of: heads.table) == 0 else {
      throw DamagedViews("the views do not say how far they have come")
    }
    return Views.Checkpoint()
  }

  /// The version of what is written; it stands first in every version, and is read unchecked.
  func version(in transaction: borrowing ReadTransaction) throws -> UInt64 {
    let key = Self.checkpointKey
    guard let row = try transaction.value(for: key.span, in: main.table) else {
      return Views.version
    }
    guard row.count >= 8 else { throw DamagedViews("the views do not say their version") }
    return try ViewTable.number(in: row.extracting(first: 8))
  }

  func head(start: UInt64, in transaction: borrowing ReadTransaction) throws -> Head? {
    try heads.value(for: numberBytes(start), in: transaction).map(Head.init(decoding:))
  }

  /// The head that another table names.
  func knownHead(start: UInt64, in transaction: borrowing ReadTransaction) throws -> Head {
    guard let head = try head(start: start, in: transaction) else {
      throw DamagedViews("the views lack a conversation that they name")
    }
    return head
  }
}

extension Views.Checkpoint {
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.put(Views.version)
    writer.put(position)
    writer.put(totals.keySlots)
    writer.put(totals.administration.last)
    writer.put(totals.administration.count)
    writer.put(totals.audit.start)
    writer.put(totals.audit.tail.last)
    writer.put(totals.audit.tail.count)
    writer.put(root)
    return writer.bytes
  }

  init(decoding bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    _ = try reader.longNumber()
    position = try reader.longNumber()
    totals.keySlots = try reader.longNumber()
    totals.administration.last = try reader.longNumber()
    totals.administration.count = try reader.number()
    totals.audit.start = try reader.longNumber()
    totals.audit.tail.last = try reader.longNumber()
    totals.audit.tail.count = try reader.number()
    root = reader.rest
  }
}

extension KeyPlace {
  /// Scope, then hash: 24 bytes whose order is the order of places.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.put(scope)
    writer.put(hash)
    return writer.bytes
  }
}

/// A number in eight bytes, highest first.
func numberBytes(_ number: UInt64) -> [UInt8] {
  var writer = ByteWriter(capacity: 8)
  writer.put(number)
  return writer.bytes
}

/// An identifier as a key.
func identifierKey(_ identifier: UInt128) -> [UInt8] {
  var writer = ByteWriter(capacity: 16)
  writer.put(identifier)
  return writer.bytes
}

/// An identifier and a position as a key.
func identifierKey(_ identifier: UInt128, _ position: UInt64) -> [UInt8] {
  var writer = ByteWriter(capacity: 24)
  writer.put(identifier)
  writer.put(position)
  return writer.bytes
}
