import EventStore

/// How a backup is restored.
public struct RestoreOptions: Sendable {
  /// The moment after which records are left out; the backup's end if `nil`.
  public var moment: Moment?
  /// Where the copies of the keys lie.
  public var keys = BackupOptions.KeyPlace.inside

  /// The standard: everything, with the newest copy of the keys.
  public init() {}
}

/// What a restore came to.
public struct RestoreReport: Codable, Hashable, Sendable {
  /// The new ledger's folder.
  public var ledger: String
  /// The position of its last event.
  public var position: UInt64
  /// The root of the tree over its records, in hexadecimal.
  public var root: String
  /// How many records of the backup were left out.
  public var leftOut: UInt64
  /// The copy of the keys it got.
  @ExplicitNull public var keys: String?
  /// What is to be done before it is used, a sentence each.
  public var needed: [String]
}

extension Ledger {
  /// Makes a new ledger from a backup.
  ///
  /// The whole backup is read and verified, also when a part is left out. The ledger is built under
  /// another name beside its place and gets its name when all of it is on disk. Its views are built
  /// when it is opened for writing.
  ///
  /// - Parameters:
  ///   - backup: The backup's folder.
  ///   - path: Where the ledger goes; there must be nothing.
  ///   - options: Up to which moment, and which keys.
  ///   - progress: Hears the position reached, and the end.
  /// - Returns: What the ledger holds, and what it lacks.
  /// - Throws: `LedgerError` `.cannotCreate` if something lies at `path`, `.damaged` if the backup
  ///   is, `.notFound` if the backup or the moment is not there.
  public static func restore(
    _ backup: String,
    to path: String,
    options: RestoreOptions = RestoreOptions(),
    progress: (UInt64, UInt64) -> Void = { _, _ in },
  ) throws -> RestoreReport {
    try LedgerError.wrapping {
      let run = try RestoreRun(BackupFolder(backup), LedgerFiles(path).folder, options)
      return try run.report(progress)
    }
  }
}
