import CLMDB
import Glibc
import Synchronization

/// An LMDB environment: one memory-mapped file with a handful of tables.
///
/// It is opened with `MDB_NOTLS`, because Swift tasks move between threads, and never with a flag
/// that weakens the flush (`MDB_NOSYNC`, `MDB_NOMETASYNC`, `MDB_WRITEMAP`, `MDB_MAPASYNC`). So a
/// `write` that returns is on disk. Transactions are scopes and cannot be kept:
///
/// ```swift
/// try environment.write { transaction in
///   try transaction.put(value, at: 1, in: records)
/// }
/// ```
///
/// One process opens a path once; a second `init` on it throws `.openTwice`.
@safe
package final class Environment: Sendable {
  /// The folder that holds `data.mdb` and `lock.mdb`.
  package let path: String
  private let access: Access
  private let identity: FileIdentity
  // Safety: LMDB allows an environment handle to be used from all threads.
  private nonisolated(unsafe) let handle: OpaquePointer

  /// Whether an environment may be written.
  package enum Access: Sendable {
    /// Reads and writes; the folder is created if it does not exist.
    case writing
    /// Reads beside a writer in this or another process.
    case reading
  }

  /// Says under which key a value lies, by the bytes it begins with; `nil` if under none.
  package typealias KeyOfValue = @Sendable (_ beginning: [UInt8]) -> [UInt8]?

  /// How an environment is opened.
  package struct Configuration: Sendable {
    /// The size of the memory map in bytes: the most the file can grow to.
    ///
    /// Without `MDB_WRITEMAP` the file is not made that large beforehand; a large map costs
    /// address space only.
    package var mapSizeInBytes = 1 << 40
    /// The most named tables.
    package var tableLimit = 16
    /// The most read transactions at one time, in all processes together.
    package var readerLimit = 1_024
    /// Whether the pages are checked before a writer may use them, and which tables only grow at
    /// their end; `nil` for a file that can be made again.
    ///
    /// Of such a table the last leaf is read. For each it is said under which key a value lies that
    /// has pages of its own, by the bytes it begins with.
    package var growingTables: [String: KeyOfValue]?

    package init() {}
  }

  /// Opens an environment, and clears the reader slots of processes that died.
  ///
  /// - Parameters:
  ///   - path: The folder; it must exist when `access` is `.reading`.
  ///   - access: Whether to write.
  ///   - configuration: Sizes and limits.
  /// - Throws: `StorageError`.
  package init(
    at path: String,
    for access: Access,
    configuration: Configuration = Configuration(),
  ) throws {
    if access == .writing { try makeFolder(path) }
    self.path = path
    self.access = access
    identity = try FileIdentity(claiming: path)
    do {
      let isNew = DataFile.byteCount(in: path) == nil
      if access == .reading { try DataFile.requireContent(in: path) }
      try LockFile.reserve(in: path, readers: configuration.readerLimit)
      unsafe handle = try openHandle(at: path, for: access, configuration: configuration)
      // The library flushes the file's pages, not the entry of its name.
      if isNew, access == .writing { try flush(file: path) }
    } catch {
      identity.release()
      throw error
    }
  }

  deinit {
    unsafe mdb_env_close(handle)
    identity.release()
  }

  /// Runs a body over one unchanging snapshot.
  ///
  /// Keep it to milliseconds: pages freed while a reader is at work are not used again, so the
  /// file grows.
  package func read<Result: ~Copyable>(
    _ body: (borrowing ReadTransaction) throws -> Result
  ) throws -> Result {
    let transaction = unsafe try ReadTransaction(in: handle)
    return try body(transaction)
  }

  /// Runs a body of writes and commits them together, or none of them if the body throws.
  ///
  /// The body is synchronous, so no suspension can hold up the next writer. When this returns,
  /// the writes are flushed to the device.
  ///
  /// - Throws: What the body throws; or `CommitError` if the commit itself failed, or wrote where
  ///   the file does not reach.
  package func write<Result>(_ body: (inout WriteTransaction) throws -> Result) throws -> Result {
    var transaction = unsafe try WriteTransaction(in: handle)
    let result = try body(&transaction)
    let before = DataFile.byteCount(in: path) ?? 0
    do {
      try transaction.commit()
    } catch {
      throw CommitError(cause: error.cause.naming(diskOf: path))
    }
    try unsafe DataFile.extend(handle, in: path, to: usedByteCount(of: handle), from: before)
    return result
  }

  /// Runs the opening of tables in the kind of transaction that fits the access.
  func setUp<Result>(
    _ body: (OpaquePointer?, CUnsignedInt) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let reading = access == .reading
    var transaction: OpaquePointer?
    let flags = reading ? CUnsignedInt(MDB_RDONLY) : 0
    try check(unsafe mdb_txn_begin(handle, nil, flags, &transaction), "mdb_txn_begin")
    do throws(StorageError) {
      let result = unsafe try body(transaction, reading ? 0 : CUnsignedInt(MDB_CREATE))
      try check(unsafe mdb_txn_commit(transaction), "mdb_txn_commit")
      return result
    } catch {
      // Safety: a failed commit has freed the transaction; every other failure left it open.
      if error.operation != "mdb_txn_commit" { unsafe mdb_txn_abort(transaction) }
      throw error.naming(diskOf: path)
    }
  }

  /// Whether anything was ever committed.
  var isWritten: Bool { lastTransaction > 0 }

  /// The number of the last transaction that was committed, in whichever process.
  ///
  /// Read from the map without a system call, so that it can be compared before every look at what
  /// was kept of an earlier one.
  package var lastTransaction: Int { unsafe LMDB.lastTransaction(of: handle) }

  /// How full the map is, and who reads.
  package func usage() -> Usage {
    var information = unsafe MDB_envinfo()
    unsafe mdb_env_info(handle, &information)
    return unsafe Usage(
      mapSizeInBytes: Int(information.me_mapsize),
      usedInBytes: usedByteCount(of: handle),
      readerLimit: Int(information.me_maxreaders),
      readers: Int(information.me_numreaders),
    )
  }

  /// Checks what the file says of all its pages, free and in use, as of its newest commit.
  ///
  /// Reads every page of every tree; a process that writes meanwhile changes none of them.
  ///
  /// - Throws: `StorageError` `.corrupted` that names the page.
  package func checkPages() throws {
    try read { _ in
      guard isWritten else { return }
      try unsafe checkFile(of: handle, in: path, .everything)
    }
  }

  /// Copies the environment without its free pages into an empty folder, and flushes the copy.
  ///
  /// Only its owner can read it: the library's own copy would be as open as the process's mask lets
  /// it.
  package func copyCompacted(to folder: String) throws {
    try makeFolder(folder)
    let descriptor = try createPrivate(folder + "/data.mdb")
    defer { close(descriptor) }
    try check(
      unsafe mdb_env_copyfd2(handle, descriptor, CUnsignedInt(MDB_CP_COMPACT)),
      "mdb_env_copyfd2",
    )
    try flush(file: folder + "/data.mdb")
    try flush(file: folder)
  }
}

/// What an environment holds of its map and its reader slots.
package struct Usage: Sendable, Hashable {
  /// The most the file can grow to, in bytes.
  package let mapSizeInBytes: Int
  /// What the file's pages take, free ones included, in bytes.
  package let usedInBytes: Int
  /// The reader slots there are.
  package let readerLimit: Int
  /// The reader slots in use, or used once.
  package let readers: Int
}

/// The bytes of all pages the last commit speaks of, free ones included.
private func usedByteCount(of handle: OpaquePointer) -> Int {
  var information = unsafe MDB_envinfo()
  unsafe mdb_env_info(handle, &information)
  let (size, last) = unsafe (pageSize(of: handle), information.me_last_pgno)
  // A damaged file can name any page as its last, also one beyond what an integer can hold.
  let limit = Int.max / max(size, 1) - 1
  return ((last < 0 ? limit : min(last, limit)) + 1) * size
}

private func lastTransaction(of handle: OpaquePointer) -> Int {
  var information = unsafe MDB_envinfo()
  unsafe mdb_env_info(handle, &information)
  return unsafe Int(information.me_last_txnid)
}

@unsafe
private func checkFile(
  of handle: OpaquePointer,
  in folder: String,
  _ extent: PageCheck.Extent,
) throws(StorageError) {
  var information = unsafe MDB_envinfo()
  unsafe mdb_env_info(handle, &information)
  let size = unsafe pageSize(of: handle)
  let limit = unsafe UInt64(information.me_mapsize / size)
  let path = DataFile.path(in: folder)
  // The file that is mapped: by the same path another one, or none, may lie by now.
  var descriptor: CInt = -1
  try check(unsafe mdb_env_get_fd(handle, &descriptor), "mdb_env_get_fd")
  guard let file = PageFile.open(descriptor, pageSize: size) else {
    throw StorageError(StorageError.Code(rawValue: errno), during: "check \(path)")
  }
  try PageCheck.run(file, at: path, limit: limit, extent)
}

private func pageSize(of handle: OpaquePointer) -> Int {
  var statistics = MDB_stat()
  unsafe mdb_env_stat(handle, &statistics)
  return Int(statistics.ms_psize)
}

/// Makes and opens the C handle.
private func openHandle(
  at path: String,
  for access: Environment.Access,
  configuration: Environment.Configuration,
) throws(StorageError) -> OpaquePointer {
  var created: OpaquePointer?
  try check(unsafe mdb_env_create(&created), "mdb_env_create")
  guard let handle = unsafe created else {
    throw StorageError(.panic, during: "mdb_env_create")
  }
  do throws(StorageError) {
    try check(unsafe outliveImpossiblePages(handle), "mdb_env_set_assert")
    let mapSize = configuration.mapSizeInBytes
    try check(unsafe mdb_env_set_mapsize(handle, mapSize), "mdb_env_set_mapsize")
    let tables = CUnsignedInt(configuration.tableLimit)
    try check(unsafe mdb_env_set_maxdbs(handle, tables), "mdb_env_set_maxdbs")
    let readers = CUnsignedInt(configuration.readerLimit)
    try check(unsafe mdb_env_set_maxreaders(handle, readers), "mdb_env_set_maxreaders")
    let reading = access == .reading ? CUnsignedInt(MDB_RDONLY) : 0
    let flags = CUnsignedInt(MDB_NOTLS) | reading
    try check(unsafe mdb_env_open(handle, path, flags, 0o600), "mdb_env_open")
    try DataFile.requireWhole(
      in: path,
      wanting: unsafe usedByteCount(of: handle),
      pageSize: unsafe pageSize(of: handle),
    )
    if let growing = configuration.growingTables, access == .writing,
      unsafe lastTransaction(of: handle) > 0
    {
      try unsafe checkFile(of: handle, in: path, .opening(growing: growing))
    }
    var stale: CInt = 0
    try check(unsafe mdb_reader_check(handle, &stale), "mdb_reader_check")
  } catch {
    unsafe mdb_env_close(handle)
    throw error.naming(diskOf: path)
  }
  return unsafe handle
}
