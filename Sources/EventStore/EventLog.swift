import Foundation
package import LMDB
import Synchronization
import TransparencyLog

/// The append-only log of opaque records and the RFC 6962 tree over them.
///
/// Positions are 1, 2, 3 … without a gap, given inside the commit. The log is the only truth;
/// everything else of a ledger is derived from it.
package final class EventLog: Sendable {
  /// The levels of the tree that are kept: 8, 9, 10 … A node of level 8 stands over 256 leaves; the
  /// levels below are computed from the leaf hashes, which lie beside the records.
  package static let lowestStoredLevel = 8

  /// The folder.
  package let path: String
  private let access: Environment.Access
  private let mapSizeInBytes: Int?
  private let opened: Mutex<OpenLog?>
  /// The folder as it was opened.
  private let identity: FolderIdentity

  /// The environment and its tables, replaced as one when the log is reopened.
  struct OpenLog: Sendable {
    let environment: Environment
    let tables: LogTables
  }

  /// Opens the log.
  ///
  /// - Parameters:
  ///   - path: The folder; made if it does not exist and `access` is `.writing`.
  ///   - access: Whether it may be written.
  ///   - mapSizeInBytes: The most the file can grow to, if not the standard size.
  /// - Throws: `StorageError`.
  package init(
    at path: String,
    for access: Environment.Access,
    mapSizeInBytes: Int? = nil,
  ) throws {
    self.path = path
    self.access = access
    self.mapSizeInBytes = mapSizeInBytes
    opened = Mutex(try Self.open(path, access, mapSizeInBytes))
    identity = try FolderIdentity(of: path)
  }

  private static func open(
    _ path: String,
    _ access: Environment.Access,
    _ mapSizeInBytes: Int?,
  ) throws -> OpenLog {
    var configuration = Environment.Configuration()
    configuration.mapSizeInBytes = mapSizeInBytes ?? configuration.mapSizeInBytes
    configuration.growingTables = ["records": positionOfRow]
    let environment = try Environment(at: path, for: access, configuration: configuration)
    let tables = try environment.openTables(["nodes", "records"], creating: .inNewFile)
    return OpenLog(
      environment: environment,
      tables: LogTables(records: tables.named[1], nodes: tables.named[0], main: tables.main),
    )
  }

  /// Closes the log and opens it again, once every reader is done.
  ///
  /// This is the only way back after a commit that failed while the meta page was written: LMDB
  /// then answers every call with `MDB_PANIC`.
  func reopen() throws {
    // In another folder of that name an empty log would be made.
    try identity.requireSame()
    var old = opened.withLock { log in
      defer { log = nil }
      return log?.environment
    }
    while old != nil, !isKnownUniquelyReferenced(&old) { Thread.sleep(forTimeInterval: 0.001) }
    old = nil
    let log = try Self.open(path, access, mapSizeInBytes)
    opened.withLock { $0 = log }
  }

  /// The open log; waits while it is being reopened.
  func current() throws -> OpenLog {
    for _ in 0..<10_000 {
      if let log = opened.withLock({ $0 }) { return log }
      Thread.sleep(forTimeInterval: 0.001)
    }
    throw StorageError(.panic, during: "reopen")
  }

  /// Runs a body over one unchanging snapshot of the log.
  package func read<Result>(
    _ body: (borrowing ReadTransaction, LogTables) throws -> Result
  ) throws -> Result {
    let log = try current()
    return try log.environment.read { try body($0, log.tables) }
  }

  /// How far the log has come.
  package func head() throws -> LogHead {
    try read { transaction, tables in try tables.head(in: transaction) }
  }

  /// Checks every page of the log's file; beside a writer too.
  ///
  /// - Throws: `StorageError` `.corrupted` that names the page.
  package func checkPages() throws { try current().environment.checkPages() }

  /// How full the map is, and who reads.
  package func usage() throws -> Usage { try current().environment.usage() }
}

/// The key of a row, by the bytes it begins with: the position in the record behind the leaf hash.
@Sendable private func positionOfRow(_ beginning: [UInt8]) -> [UInt8]? {
  let start = RecordLayout.leafLength + 8
  return beginning.count >= start + 8 ? Array(beginning[start..<(start + 8)]) : nil
}

/// The tables of the log, and how to read them in a transaction.
package struct LogTables: Sendable {
  let records: Table
  let nodes: Table
  let main: Table

  /// The key of the head in the main table.
  ///
  /// Its page is rewritten by every commit anyway, so the head costs no page of its own.
  static let headKey = Array("head".utf8)

  /// How far the log has come.
  package func head(in transaction: borrowing ReadTransaction) throws -> LogHead {
    guard let bytes = try transaction.value(for: Self.headKey.span, in: main) else {
      return LogHead()
    }
    guard let head = LogHead(bytes) else {
      throw DamagedRecord(at: 0, "the head of the log is damaged")
    }
    return head
  }

  /// The record at a position, checked against its leaf hash.
  package func record(
    at position: UInt64,
    in transaction: borrowing ReadTransaction,
  ) throws -> Record {
    guard let row = try transaction.value(at: position, in: records) else {
      throw DamagedRecord.missing(at: position)
    }
    return try Record(parsing: row, at: position)
  }

  /// The clear header at a position; the leaf hash is not compared.
  package func header(
    at position: UInt64,
    in transaction: borrowing ReadTransaction,
  ) throws -> RecordHeader {
    guard let row = try transaction.value(at: position, in: records),
      row.count > RecordLayout.leafLength
    else { throw DamagedRecord.missing(at: position) }
    return try RecordHeader(
      parsing: row.extracting(RecordLayout.leafLength..<row.count),
      at: position,
    )
  }
}
