import ConversationCoding
import Conversations
package import EventStore
package import LMDB
import Synchronization
import TransparencyLog

/// The derived tables: heads of conversations, inboxes, lookups.
///
/// They are written in large sorted batches, state and checkpoint in one transaction; what the log
/// has beyond the checkpoint is folded in memory. Disposable: deleting the folder loses nothing,
/// and whoever finds a row that is not what was written throws them away.
package final class Views: Sendable {
  /// The version of the tables; views of another version are built anew.
  static let version: UInt64 = 5

  package let path: String
  let environment: Environment
  let tables: ViewTables
  private let foundDamage = Atomic(false)
  /// Whether every row was read once since the views were opened.
  let wereChecked = Atomic(false)
  /// The newest checkpoint that was read, which no later reading may be behind.
  private let newest = Atomic<UInt64>(0)

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

  /// Whether something was read that is not what was written: they answer nothing any more.
  package var areDamaged: Bool { foundDamage.load(ordering: .acquiring) }

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
    try read { try tables.checkpoint(in: $0) }
  }

  /// Whether the views are of this log's history, and not of another one or a later one.
  package func fit(_ log: EventLog) throws -> Bool {
    guard try isOfThisVersion() else { return false }
    let checkpoint = try checkpoint()
    if checkpoint.position == 0 { return true }
    guard checkpoint.position <= (try log.head().position) else { return false }
    let root = try TreeHasher.root(ofSize: checkpoint.position, from: StoredNodes(of: log))
    return root.bytes == checkpoint.root
  }

  /// Whether the tables are of the version this code writes; others are built anew.
  package func isOfThisVersion() throws -> Bool {
    // A checkpoint of another version cannot be read.
    try naming { try environment.read { try tables.version(in: $0) } } == Self.version
  }

  /// The position of the first event of the conversation that follows an expired one.
  ///
  /// - Parameter start: The position of the expired one's first event.
  /// - Returns: Where the other one begins; `nil` if there is none.
  /// - Throws: What reading the views throws.
  package func successor(of start: UInt64) throws -> UInt64? {
    try read { try tables.successors.number(for: numberBytes(start), in: $0) }
  }

  /// The position of the event that came with an idempotency key.
  package func position(of key: KeyPlace) throws -> UInt64? {
    let found = try read { try tables.keys.number(for: key.bytes, in: $0) }
    if found == nil { try checkOnce() }
    return found
  }
}

extension Views {
  /// Reads the tables in one snapshot of them.
  ///
  /// - Parameters:
  ///   - known: The position up to which the reader knows what became of every conversation.
  ///   - body: Reads.
  /// - Returns: What the body returns.
  /// - Throws: `DamagedViews` if something is not what was written; `ViewsMovedOn` if they have
  ///   come further than is known.
  func read<Result>(
    through known: UInt64 = .max,
    _ body: (borrowing ReadTransaction) throws -> Result,
  ) throws -> Result {
    try naming {
      // Taken before the snapshot, so that the snapshot is not older.
      let former = newest.load(ordering: .acquiring)
      return try environment.read { transaction in
        let position = try tables.checkpoint(in: transaction).position
        guard position >= former else {
          throw DamagedViews("the views have gone back to what they were before")
        }
        if position > former { _ = newest.max(position, ordering: .releasing) }
        guard position <= known else { throw ViewsMovedOn() }
        return try body(transaction)
      }
    }
  }

  /// Runs a body over the tables and names damage as what it is.
  func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      guard !areDamaged else { throw DamagedViews("the views are damaged") }
      return try body()
    } catch let outside as ErrorOutside {
      throw outside.error
    } catch {
      guard let damage = DamagedViews(error) else { throw error }
      foundDamage.store(true, ordering: .releasing)
      throw damage
    }
  }
}
