import EventStore
import LMDB

/// How a backup is made.
public struct BackupOptions: Sendable {
  /// Where the copy of the keys goes.
  public var keys = KeyPlace.inside
  /// How many copies of the keys stay; all of them if `nil`.
  public var keysKept: Int?
  /// What is read back and hashed when everything is written.
  public var verification = Verification.everything

  /// Where the copies of the keys lie.
  public enum KeyPlace: Hashable, Sendable {
    /// In the backup, in a folder of their own.
    case inside
    /// In a folder elsewhere.
    case folder(String)
    /// Nowhere: they are neither taken nor used.
    case nowhere
  }

  /// How much of a backup is verified.
  public enum Verification: Hashable, Sendable {
    /// All records from the first on.
    case everything
    /// The records that were added.
    case whatIsNew
  }

  /// The standard: keys inside, all copies kept, everything verified.
  public init() {}
}

/// What a run of the backup came to.
public struct BackupReport: Codable, Hashable, Sendable {
  /// The backup's folder.
  public var folder: String
  /// The name of the manifest.
  public var manifest: String
  /// The position of the last record.
  public var position: UInt64
  /// The root of the tree over all records, in hexadecimal.
  public var root: String
  /// How many records this run added.
  public var added: UInt64
  /// How many segments there are.
  public var segments: Int
  /// The bytes of all segments.
  public var bytes: Int
  /// How many records were read back and hashed.
  public var verified: UInt64
  /// The folder of the copy of the keys.
  @ExplicitNull public var keys: String?
  /// The copies of the keys that were taken away.
  public var keysRemoved: [String]
}

/// What a backup does at the moment, for whoever shows its progress.
public enum BackupStage: Hashable, Sendable {
  /// Records are written.
  case copying
  /// Records are read back and hashed.
  case verifying
}

extension Ledger {
  /// Adds to a backup what the ledger has more, verifies it, and writes down that it did.
  ///
  /// The ledger is only read, beside whoever writes it. If this does not return, the backup is what
  /// it was, and the next run goes on.
  ///
  /// - Parameters:
  ///   - path: The ledger.
  ///   - folder: The backup; made if it does not exist.
  ///   - options: Where the keys go, and what is verified.
  ///   - progress: Hears the position reached, and the end.
  /// - Returns: What the backup holds.
  /// - Throws: `LedgerError` `.cannotCreate` if the backup is of another history, `.damaged` if
  ///   ledger or backup are, `.anotherWriter` if a run is under way.
  public static func backUp(
    _ path: String,
    into folder: String,
    options: BackupOptions = BackupOptions(),
    progress: (BackupStage, UInt64, UInt64) -> Void = { _, _, _ in },
  ) throws -> BackupReport {
    try LedgerError.wrapping {
      let files = LedgerFiles(path)
      guard files.exist else { throw LedgerError.noLedger(at: path) }
      let backup = BackupFolder(folder)
      let lock = try backup.prepare()
      defer { withExtendedLifetime(lock) {} }
      let log = try EventLog(at: files.log, for: .reading)
      let run = BackupRun(files: files, log: log, folder: backup, options: options)
      return try run.report(progress)
    }
  }
}
