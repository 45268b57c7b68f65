import Conversations
import Crypto
import EventStore
import Foundation
import LMDB
import Projections

/// Makes the data key of a slot and the nonce that wraps it.
typealias KeyMaker = @Sendable (UInt64) -> (key: SymmetricKey, nonce: AES.GCM.Nonce)

/// Where the parts of a ledger lie.
struct LedgerFiles {
  let folder: String
  /// The truth.
  var log: String { folder + "/log" }
  /// The data keys.
  var keys: String { folder + "/keys" }
  /// What wraps them.
  var masterKey: String { folder + "/keys/master.key" }
  /// Everything derived.
  var views: String { folder + "/views" }
  /// The receipts of erasures.
  var receipts: String { folder + "/receipts" }
  /// Notes of readings that the writer has not taken in yet.
  var audit: String { folder + "/audit" }
  /// The lock of the one writer.
  var lock: String { folder + "/writer.lock" }

  init(_ path: String) {
    folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Whether there is a ledger.
  var exist: Bool { FileManager.default.fileExists(atPath: log + "/data.mdb") }

  /// Whether the making of the ledger was interrupted: its log has no event, or no table yet.
  var areUnfinished: Bool {
    guard let head = try? EventLog(at: log, for: .reading).head() else {
      return !FileManager.default.fileExists(atPath: keys + "/data.mdb")
    }
    return head.position == 0
  }

  /// Refuses to begin a log beside the keys of another one: a log is older than its keys.
  func requireLogOfKeys() throws {
    guard KeyRing.isThere(at: keys) else { return }
    let size = try? FileManager.default.attributesOfItem(atPath: log + "/data.mdb")[.size]
    guard size as? Int ?? 0 == 0 else { return }
    throw LedgerError(
      .damaged,
      "\(log)/data.mdb is \(size == nil ? "missing" : "empty") though there are keys; "
        + "restore a backup",
    )
  }
}

extension Ledger {
  typealias Parts = (log: EventLog, keys: KeyRing, reader: ViewReader, writing: Writing?)

  static func openForReading(_ files: LedgerFiles, _ options: Options) throws -> Parts {
    guard files.exist else {
      try files.requireLogOfKeys()
      throw LedgerError.noLedger(at: files.folder)
    }
    do {
      return try openWholeForReading(files, options)
    } catch  where (error as? StorageError)?.code != .notPermitted && files.areUnfinished {
      throw LedgerError.unfinished(at: files.folder)
    }
  }

  private static func openWholeForReading(
    _ files: LedgerFiles,
    _ options: Options,
  ) throws -> Parts {
    let log = try EventLog(at: files.log, for: .reading)
    let keys = try files.openKeys(for: .reading, creating: false, options)
    // Views that are missing or of another history are not used; a reader folds the log instead.
    let views = try? Views(at: files.views, for: .reading)
    let fitting = try views.flatMap { try isUsable($0, log) ? $0 : nil }
    let reader = ViewReader(log: log, keys: keys, views: StandingViews(fitting))
    // A log that is damaged can be read where it is whole; its orders may then not be found.
    keys.obey { [weak reader, weak keys] in
      guard let reader, let keys else { return [] }
      return (try? reader.slotsErased(in: log, butNotIn: keys)) ?? []
    }
    return (log, keys, reader, nil)
  }

  /// Whether views are of the log's history.
  ///
  /// A log whose tree is damaged can still be verified, and read where it is whole.
  private static func isUsable(_ views: Views, _ log: EventLog) throws -> Bool {
    do {
      return try views.fit(log)
    } catch is DamagedRecord {
      return false
    } catch is DamagedViews {
      return false
    }
  }

  static func openForWriting(
    _ files: LedgerFiles,
    _ creating: Bool,
    _ options: Options,
  ) throws -> Parts {
    guard creating || files.exist else { throw LedgerError.noLedger(at: files.folder) }
    try makeFolders(files)
    try files.requireNoLinks()
    try files.requireLogOfKeys()
    let lock = try WriterLock(at: files.lock)
    for sentence in files.exposures() { options.warn(sentence) }
    let log = try EventLog(
      at: files.log,
      for: .writing,
      mapSizeInBytes: options.mapSizeInBytes,
    )
    let signer = CheckpointSigner(keysAt: files.keys)
    if let conflict = try signer.conflict(with: log) { throw CheckpointError.conflict(conflict) }
    let clock = WatchedClock(options)
    try requireRest(of: log, by: clock, options)
    try files.requireNoLaterViews(than: log)
    let isNew = try log.head().position == 0
    let isMaking = isNew || options.takesOlderKeys && !KeyRing.isThere(at: files.keys)
    let keys = try files.openKeys(for: .writing, creating: isMaking, options)
    let views = StandingViews(try openViews(files, log, options)) {
      try rebuiltViews(files, log, options)
    }
    let state = try WriterState(
      log: log,
      keys: keys,
      views: views,
      flushLength: options.eventsHeldInMemory,
    )
    let keyLoss = try keyLoss(of: keys, state, files, options)
    try keys.provision(upTo: keyLoss?.ownSlot ?? state.registry.keyLosses.ownSlot)
    try signer.makeKey(origin: options.origin)
    let commands = LocalCommandLog<LedgerCommand, LedgerAnswer> { try clock.read() }
    let progress = LogProgress(at: try log.head().position)
    let writer = try EventWriter(
      log: log,
      keys: keys,
      commands: commands,
      machine: LedgerMachine(state: state, rules: options.rules),
      observer: progress,
    )
    let writing = Writing(
      lock: lock,
      commands: commands,
      writer: writer,
      progress: progress,
      clock: clock,
      erasures: state.registry.erasures,
      keyLoss: keyLoss,
    )
    return (log, keys, ViewReader(log: log, keys: keys, views: views), writing)
  }

  private static func makeFolders(_ files: LedgerFiles) throws {
    for folder in [files.folder, files.keys] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder,
          withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700],
        )
      } catch {
        throw LedgerError(.cannotCreate, "\(folder) cannot be made: \(reason(of: error))")
      }
    }
  }

  /// Opens the views, or builds them anew if they are missing, damaged or of another history.
  private static func openViews(
    _ files: LedgerFiles,
    _ log: EventLog,
    _ options: Options,
  ) throws -> Views {
    if let known = try? Views(at: files.views, for: .writing), (try? known.fit(log)) == true {
      do {
        return try catchUp(known, log, options)
      } catch is DamagedViews {
        // Built anew below, as if there were none.
      }
    }
    try? FileManager.default.removeItem(atPath: files.views)
    return try catchUp(Views(at: files.views, for: .writing), log, options)
  }

  /// Builds views that were found damaged anew, up to the log's head.
  ///
  /// Whoever has the old ones open keeps their file, which has no name any more.
  private static func rebuiltViews(
    _ files: LedgerFiles,
    _ log: EventLog,
    _ options: Options,
  ) throws -> Views {
    try? FileManager.default.removeItem(atPath: files.views)
    let views = try Views(at: files.views, for: .writing)
    let head = try log.head().position
    try views.catchUp(with: log, through: head) { options.progress($0, head) }
    return views
  }

  private static func catchUp(
    _ views: Views,
    _ log: EventLog,
    _ options: Options,
  ) throws -> Views {
    let head = try log.head().position
    let lag = head - (try views.checkpoint().position)
    guard lag > options.eventsHeldInMemory else { return views }
    try views.catchUp(with: log, through: head) { options.progress($0, head) }
    return views
  }
}

/// The operating system's or the library's own words for an error.
func reason(of error: any Error) -> String {
  let posix = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
  return "\((posix ?? error).localizedDescription)"
}
