import ConversationCoding
package import Conversations
package import EventStore
package import LMDB
import TransparencyLog

/// The derived tables: heads of conversations, inboxes, lookups.
///
/// They are written in large sorted batches, state and checkpoint in one transaction; what the log
/// has beyond the checkpoint is folded in memory. Disposable: deleting the folder loses nothing.
package final class Views: Sendable {
  /// The version of the tables; views of another version are built anew.
  static let version: UInt64 = 5

  package let path: String
  let environment: Environment
  let tables: ViewTables

  /// Opens views, new and empty ones if there are none.
  ///
  /// - Throws: `StorageError`; a reader gets `.noSuchFile` or `.notFound` if there are none.
  package init(at path: String, for access: Environment.Access) throws {
    self.path = path
    var configuration = Environment.Configuration()
    configuration.mapSizeInBytes = 1 << 39
    environment = try Environment(at: path, for: access, configuration: configuration)
    let opened = try environment.openTables(ViewTables.names)
    tables = ViewTables(opened.named, main: opened.main)
  }

  /// How far the views have come, and the facts that are one for the whole ledger.
  package struct Checkpoint: Hashable, Sendable {
    /// The position of the last event in the views.
    package var position: UInt64 = 0
    /// The root of the tree at that position: which history the views are of.
    package var root: [UInt8] = []
    /// The facts that are one for the whole ledger.
    package var totals = Totals()

    package init() {}
  }

  /// How far the views have come.
  package func checkpoint() throws -> Checkpoint {
    try environment.read { try tables.checkpoint(in: $0) }
  }

  /// Whether the views are of this log's history, and not of another one or a later one.
  package func fit(_ log: EventLog) throws -> Bool {
    let checkpoint = try checkpoint()
    guard try isOfThisVersion() else { return false }
    if checkpoint.position == 0 { return true }
    guard checkpoint.position <= (try log.head().position) else { return false }
    let root = try TreeHasher.root(ofSize: checkpoint.position, from: StoredNodes(of: log))
    return root.bytes == checkpoint.root
  }

  /// Whether the tables are of the version this code writes; others are built anew.
  package func isOfThisVersion() throws -> Bool {
    try environment.read { try tables.version(in: $0) } == Self.version
  }

  /// The head of a conversation, by the position of its first event.
  package func head(start: UInt64) throws -> Head? {
    try environment.read { try tables.head(start: start, in: $0) }
  }

  /// The head of a conversation.
  package func head(of conversation: ConversationID) throws -> Head? {
    try start(of: conversation).flatMap { try head(start: $0) }
  }

  /// The position of a conversation's first event.
  package func start(of conversation: ConversationID) throws -> UInt64? {
    try environment.read { transaction in
      try tables.number(at: identifierKey(conversation.value), in: tables.starts, transaction)
    }
  }

  /// The position of the first event of the conversation that follows an expired one.
  ///
  /// - Parameter start: The position of the expired one's first event.
  /// - Returns: Where the other one begins; `nil` if there is none.
  /// - Throws: What reading the views throws.
  package func successor(of start: UInt64) throws -> UInt64? {
    try environment.read { transaction in
      try tables.number(at: numberBytes(start), in: tables.successors, transaction)
    }
  }

  /// The position of the event that came with an idempotency key.
  package func position(of key: KeyPlace) throws -> UInt64? {
    try environment.read { transaction in
      try tables.number(at: key.bytes, in: tables.keys, transaction)
    }
  }
}

/// The tables of the views.
struct ViewTables: Sendable {
  /// Position of the first event → head.
  let heads: Table
  /// Holder and position of the last event → position of the first event.
  let inboxes: Table
  /// Idempotency scope and key hash → position.
  let keys: Table
  /// Conversation → position of its first event.
  let starts: Table
  /// Position of the first event of an expired conversation → that of the one that follows it.
  let successors: Table
  /// Bot and position of the first event → nothing: the bot held the conversation at some time.
  let tookPart: Table
  /// Bot → conversations and messages of its inbox.
  let counts: Table
  /// Visitor and position of the first event of a conversation → the same position.
  let visits: Table
  let main: Table

  static let names = [
    "counts", "heads", "inboxes", "keys", "starts", "successors", "took-part", "visits",
  ]

  init(_ named: [Table], main: Table) {
    counts = named[0]
    heads = named[1]
    inboxes = named[2]
    keys = named[3]
    starts = named[4]
    successors = named[5]
    tookPart = named[6]
    visits = named[7]
    self.main = main
  }

  static let checkpointKey = Array("checkpoint".utf8)

  func checkpoint(in transaction: borrowing ReadTransaction) throws -> Views.Checkpoint {
    let bytes = try transaction.copiedValue(for: Self.checkpointKey.span, in: main)
    return try bytes.map(Views.Checkpoint.init(decoding:)) ?? Views.Checkpoint()
  }

  func version(in transaction: borrowing ReadTransaction) throws -> UInt64 {
    let bytes = try transaction.copiedValue(for: Self.checkpointKey.span, in: main)
    guard let bytes else { return Views.version }
    var reader = ByteReader(bytes)
    return try reader.longNumber()
  }

  func head(start: UInt64, in transaction: borrowing ReadTransaction) throws -> Head? {
    let bytes = try transaction.copiedValue(for: BigEndianKey(start).span, in: heads)
    return try bytes.map(Head.init(decoding:))
  }

  func number(
    at key: [UInt8],
    in table: Table,
    _ transaction: borrowing ReadTransaction,
  ) throws -> UInt64? {
    guard let value = try transaction.value(for: key.span, in: table) else { return nil }
    return bigEndian(value)
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

/// An identifier as a key.
func identifierKey(_ identifier: UInt128) -> [UInt8] {
  var writer = ByteWriter()
  writer.put(identifier)
  return writer.bytes
}

/// An identifier and a position as a key.
func identifierKey(_ identifier: UInt128, _ position: UInt64) -> [UInt8] {
  var writer = ByteWriter()
  writer.put(identifier)
  writer.put(position)
  return writer.bytes
}

/// A position that a view keeps; zero, where there is no event, if it is none.
func bigEndian(_ bytes: Span<UInt8>) -> UInt64 { UInt64(bigEndian: bytes) ?? 0 }
