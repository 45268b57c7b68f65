import Conversations
import EventStore
import Foundation
import LMDB
import TransparencyLog

/// One run of a backup: what is added, verified, and written down.
struct BackupRun {
  let files: LedgerFiles
  let log: EventLog
  let folder: BackupFolder
  let options: BackupOptions
  private let startedAt = Timestamp(microseconds: systemClock())

  init(files: LedgerFiles, log: EventLog, folder: BackupFolder, options: BackupOptions) {
    self.files = files
    self.log = log
    self.folder = folder
    self.options = options
  }

  /// Does everything, in the order that leaves a whole backup whenever it is interrupted.
  func report(_ progress: (BackupStage, UInt64, UInt64) -> Void) throws -> BackupReport {
    let head = try log.head()
    let known = try knownSegments(through: head)
    let from = known.last?.last ?? 0
    let segments = try extended(known, through: head) { progress(.copying, $0, head.position) }
    var manifest = try manifest(of: segments, head)
    let verified = try verify(manifest, behind: from) { progress(.verifying, $0, head.position) }
    let keys = try copyKeys(head, manifest.firstRecord)
    let now = Timestamp(microseconds: systemClock())
    manifest.finishedAt = now.text
    return BackupReport(
      folder: folder.path,
      manifest: try folder.write(manifest, at: now),
      position: manifest.position,
      root: manifest.root,
      added: head.position - from,
      segments: segments.count,
      bytes: segments.reduce(0) { $0 + $1.bytes },
      verified: verified,
      keys: keys?.path,
      keysRemoved: try keys.map { try keep($0.copies) } ?? [],
    )
  }

  /// The segments of the newest manifest, if they are of this history.
  private func knownSegments(through head: LogHead) throws -> [BackupManifest.Segment] {
    guard let (name, manifest) = try folder.newestManifest() else { return [] }
    guard manifest.position <= head.position else {
      throw LedgerError(
        .cannotCreate,
        "\(folder.path) goes up to position \(manifest.position) and this ledger to "
          + "\(head.position): it is another one, or an older copy; give another folder",
      )
    }
    let root = try TreeHasher.root(ofSize: manifest.position, from: StoredNodes(of: log))
    guard root.description == manifest.root else {
      throw LedgerError(
        .cannotCreate,
        "\(folder.path) holds another history: by \(name) the root at position "
          + "\(manifest.position) is \(manifest.root), in this ledger \(root); give another folder",
      )
    }
    return manifest.segments
  }

  /// The known segments, those that an interrupted run left whole, and new ones up to the head.
  private func extended(
    _ known: [BackupManifest.Segment],
    through head: LogHead,
    _ progress: (UInt64) -> Void,
  ) throws -> [BackupManifest.Segment] {
    BackupFolder.removeUnfinished(in: folder.log)
    var segments = known + (try adopted(behind: known.last?.last ?? 0, through: head))
    var next = (segments.last?.last ?? 0) + 1
    while next <= head.position {
      let segment = try Segment.write(
        from: log,
        first: next,
        through: head.position,
        to: { folder.path + "/" + BackupFolder.segmentName(next, $0) },
        temporary: folder.log + "/segment" + BackupFolder.unfinished,
      )
      segments.append(BackupManifest.Segment(segment))
      next = segment.last + 1
      progress(segment.last)
    }
    return segments
  }

  /// The segments no manifest names that continue the known ones word for word; others are deleted.
  private func adopted(
    behind position: UInt64,
    through head: LogHead,
  ) throws -> [BackupManifest.Segment] {
    var adopted: [BackupManifest.Segment] = []
    var tree = try IncrementalTree(size: position, from: StoredNodes(of: log))
    for (first, last) in folder.segments() where first > position {
      let path = folder.path + "/" + BackupFolder.segmentName(first, last)
      var longer = tree
      let found = try? Segment.read(path, first: first) { _, record in
        longer.append(TreeHasher.leafHash(of: record))
      }
      if first == tree.size + 1, let found, found.last == last, last <= head.position,
        try TreeHasher.root(ofSize: last, from: StoredNodes(of: log)) == longer.root
      {
        tree = longer
        adopted.append(BackupManifest.Segment(found))
      } else {
        try FileManager.default.removeItem(atPath: path)
      }
    }
    return adopted
  }

  private func manifest(
    of segments: [BackupManifest.Segment],
    _ head: LogHead,
  ) throws -> BackupManifest {
    let isEmpty = head.position == 0
    return BackupManifest(
      firstRecord: isEmpty ? nil : try log.record(at: 1).leaf.description,
      position: head.position,
      root: head.root.description,
      recordedAt: isEmpty ? nil : Timestamp(microseconds: head.recordedAt).text,
      segments: segments,
      startedAt: startedAt.text,
      finishedAt: startedAt.text,
    )
  }

  /// Reads back what was written and compares the root with the head's.
  ///
  /// - Returns: How many records were read.
  private func verify(
    _ manifest: BackupManifest,
    behind known: UInt64,
    _ progress: (UInt64) -> Void,
  ) throws -> UInt64 {
    let start = options.verification == .everything ? 0 : known
    let tree = try IncrementalTree(size: start, from: StoredNodes(of: log))
    var walk = BackupWalk(folder, manifest, behind: tree)
    try walk.walk { position, _ in
      if position.isMultiple(of: 16_384) { progress(position) }
    }
    guard let finding = walk.findings.first else { return manifest.position - start }
    throw LedgerError(
      .damaged,
      "the backup does not verify: \(finding.file): \(finding.what); no manifest was written; "
        + "take the file away and run the backup again",
    )
  }

  /// Copies the keys, if that is wanted; after the log's head was read, so that none is missing.
  private func copyKeys(
    _ head: LogHead,
    _ firstRecord: String?,
  ) throws -> (copies: KeyCopies, path: String)? {
    guard let copies = folder.keyCopies(options.keys) else { return nil }
    let now = Timestamp(microseconds: systemClock())
    let name = try copies.take(from: files, at: head.position, firstRecord, now)
    let findings = copies.findings(of: name)
    guard let finding = findings.first else { return (copies, copies.path + "/" + name) }
    throw LedgerError(.damaged, "the copy of the keys: \(finding.file): \(finding.what)")
  }

  private func keep(_ copies: KeyCopies) throws -> [String] {
    try options.keysKept.map { try copies.keep(max($0, 1)) } ?? []
  }
}

extension BackupFolder {
  /// Makes the folders, and locks the backup for one run.
  ///
  /// - Throws: `LedgerError` `.anotherWriter` if a run is under way.
  func prepare() throws -> WriterLock {
    for folder in [path, log, manifests] { try makeFolder(folder) }
    do {
      let lock = try WriterLock(at: lock)
      Self.removeUnfinished(in: manifests)
      return lock
    } catch let error as AnotherWriter where error.process != nil {
      throw LedgerError(
        .anotherWriter,
        "process \(error.process ?? 0) backs up into \(path) already; wait until it is done",
      )
    }
  }

  /// Where the copies of the keys lie; `nil` for nowhere.
  func keyCopies(_ place: BackupOptions.KeyPlace) -> KeyCopies? {
    switch place {
    case .inside: KeyCopies(path: keys)
    case .folder(let path): KeyCopies(path: BackupFolder(path).path)
    case .nowhere: nil
    }
  }
}
