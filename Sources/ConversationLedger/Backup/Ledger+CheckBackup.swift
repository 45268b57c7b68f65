import TransparencyLog

/// What a check of a backup found.
public struct BackupCheck: Codable, Hashable, Sendable {
  /// The backup's folder.
  public var folder: String
  /// The manifest that was checked: the newest.
  public var manifest: String
  /// The position of the last record, by the manifest.
  public var position: UInt64
  /// The root of the tree over the records that were read, in hexadecimal.
  public var root: String
  /// How many records were read and hashed.
  public var records: UInt64
  /// How many copies of the keys were checked.
  public var keys: Int
  /// Whether nothing is wrong.
  public var whole: Bool
  /// What is wrong.
  public var findings: [BackupFinding]
}

extension Ledger {
  /// Reads a backup from its first record to its last, and its copies of the keys; needs no ledger.
  ///
  /// - Parameters:
  ///   - folder: The backup.
  ///   - keys: Where the copies of the keys lie.
  ///   - progress: Hears the position reached, and the end.
  /// - Returns: What is wrong; a damaged file is a finding, not an error.
  /// - Throws: `LedgerError` `.notFound` if there is no backup.
  public static func checkBackup(
    _ folder: String,
    keys: BackupOptions.KeyPlace = .inside,
    progress: (UInt64, UInt64) -> Void = { _, _ in },
  ) throws -> BackupCheck {
    try LedgerError.wrapping {
      let backup = BackupFolder(folder)
      guard let (name, manifest) = try backup.newestManifest() else {
        throw LedgerError.noBackup(in: folder)
      }
      var walk = BackupWalk(backup, manifest)
      let (roots, wrong) = backup.earlierRoots(than: name)
      try walk.walk(expecting: roots) { position, _ in
        if position.isMultiple(of: 16_384) { progress(position, manifest.position) }
      }
      let copies = backup.keyCopies(keys)
      let names = copies?.names ?? []
      let findings = wrong + walk.findings + names.flatMap { copies?.findings(of: $0) ?? [] }
      return BackupCheck(
        folder: backup.path,
        manifest: name,
        position: manifest.position,
        root: walk.tree.root.description,
        records: walk.tree.size,
        keys: names.count,
        whole: findings.isEmpty,
        findings: findings,
      )
    }
  }
}

extension BackupFolder {
  /// The roots that the manifests before the newest name, in the order of positions, and which of
  /// them cannot be read.
  func earlierRoots(than newest: String) -> (roots: [ExpectedRoot], wrong: [BackupFinding]) {
    var (roots, wrong): ([ExpectedRoot], [BackupFinding]) = ([], [])
    for name in Self.names(in: manifests) where name < newest {
      do {
        let manifest = try manifest(name)
        let (size, root) = (manifest.position, manifest.root)
        roots.append(ExpectedRoot(size: size, root: root, file: "manifests/" + name))
      } catch {
        let what = "it is not what its name says, or cannot be read"
        wrong.append(BackupFinding(file: "manifests/" + name, what: what))
      }
    }
    return (roots, wrong)
  }
}

extension LedgerError {
  /// There is no manifest, so nothing that could be called a backup.
  static func noBackup(in folder: String) -> LedgerError {
    LedgerError(.notFound, "there is no backup in \(folder); make one with: handover backup")
  }
}
