import Conversations
import EventStore
import Foundation
import LMDB
import TransparencyLog

/// One restore: a ledger is built beside its place and then put there.
struct RestoreRun {
  private let folder: BackupFolder
  private let manifest: BackupManifest
  /// Where the ledger goes.
  private let target: String
  private let options: RestoreOptions
  /// Where it is built.
  private let files: LedgerFiles

  init(_ folder: BackupFolder, _ target: String, _ options: RestoreOptions) throws {
    try Self.requireNothing(at: target)
    guard let (_, manifest) = try folder.newestManifest() else {
      throw LedgerError.noBackup(in: folder.path)
    }
    if case .position(let position) = options.moment, position > manifest.position {
      throw LedgerError(
        .notFound,
        "the backup ends at position \(manifest.position), before \(position)",
      )
    }
    self.folder = folder
    self.manifest = manifest
    self.target = target
    self.options = options
    files = LedgerFiles(target + ".restoring")
  }

  /// Refuses to write over anything.
  private static func requireNothing(at path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard names?.isEmpty == true else {
      throw LedgerError(
        .cannotCreate,
        "\(path) is there already, and a restore writes over nothing; give another folder",
      )
    }
  }

  /// Builds the ledger, verifies it, and gives it its place.
  func report(_ progress: (UInt64, UInt64) -> Void) throws -> RestoreReport {
    try makeFolder(files.folder)
    let lock = try WriterLock(at: files.lock)
    defer { withExtendedLifetime(lock) {} }
    try removeLeftovers()
    let copy = try chosenKeys()
    let built = try buildLog(progress)
    try buildKeys(copy, usedThrough: built.keySlot)
    let obstacles = try obstacles(built.keySlot)
    try putInPlace()
    return RestoreReport(
      ledger: target,
      position: built.head.position,
      root: built.head.root.description,
      leftOut: manifest.position - built.head.position,
      keys: copy.map { $0.copies.path + "/" + $0.name },
      needed: needed(copy?.copy, built.head) + obstacles,
    )
  }

  /// Takes away what an interrupted restore left.
  private func removeLeftovers() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: files.folder)
    where files.folder + "/" + name != files.lock {
      try FileManager.default.removeItem(atPath: files.folder + "/" + name)
    }
  }

  /// Reads all segments, appends the records that are wanted, and compares the roots.
  private func buildLog(
    _ progress: (UInt64, UInt64) -> Void
  ) throws -> (head: LogHead, keySlot: UInt64) {
    let log = try EventLog(at: files.log, for: .writing)
    let restoration = try LogRestoration(into: log)
    var (walk, keySlot, isDone) = (BackupWalk(folder, manifest), KeyRing.ledgerSlot, false)
    try walk.walk { position, record in
      if position.isMultiple(of: 16_384) { progress(position, manifest.position) }
      let header = try RecordHeader(parsing: record, at: position)
      isDone = isDone || isBehindMoment(header)
      guard !isDone else { return }
      keySlot = max(keySlot, header.keySlot)
      try restoration.append(record)
    }
    if let finding = walk.findings.first {
      throw LedgerError(
        .damaged,
        "\(finding.file): \(finding.what); nothing was restored; check the whole backup with: "
          + "handover backup \(folder.path) --check",
      )
    }
    let time = manifest.recordedAt.flatMap { Timestamp(text: $0) }?.microseconds
    let head = try restoration.finish(at: isDone ? nil : time)
    guard try log.checkedTree().head == head else {
      throw LedgerError(.inputOutput, "\(files.log) is not what was written to it")
    }
    return (head, keySlot)
  }

  private func isBehindMoment(_ header: RecordHeader) -> Bool {
    switch options.moment {
    case nil: false
    case .position(let position): header.position > position
    case .time(let time): header.recordedAt > time.microseconds
    }
  }

  /// The newest copy of the keys; `nil` if none is wanted.
  private func chosenKeys() throws -> (copies: KeyCopies, name: String, copy: KeyCopy)? {
    guard let copies = folder.keyCopies(options.keys) else { return nil }
    guard let name = copies.names.last else {
      throw LedgerError(
        .notFound,
        "there is no copy of the keys in \(copies.path); give --keys, or --without-keys",
      )
    }
    if let finding = copies.findings(of: name).first {
      throw LedgerError(.damaged, "\(finding.file): \(finding.what); \(KeyCopies.remedy)")
    }
    let copy = try copies.copy(name)
    guard copy.firstRecord == nil || copy.firstRecord == manifest.firstRecord else {
      throw LedgerError(
        .damaged,
        "\(copies.path)/\(name) are the keys of another ledger; give --keys with those of this one",
      )
    }
    return (copies, name, copy)
  }

  private func buildKeys(
    _ chosen: (copies: KeyCopies, name: String, copy: KeyCopy)?,
    usedThrough slot: UInt64,
  ) throws {
    try makeFolder(files.keys)
    guard let chosen else { return try KeyRing.makeEmpty(at: files.keys, usedThrough: slot) }
    for file in chosen.copy.files {
      let path = files.keys + "/" + file.file
      let copied = try DurableFile(path + BackupFolder.unfinished)
      try forEachPiece(ofFile: "\(chosen.copies.path)/\(chosen.name)/\(file.file)") {
        try copied.write($0)
      }
      try copied.finish(as: path)
    }
  }

  private func putInPlace() throws {
    try flush(file: files.folder)
    do {
      if FileManager.default.fileExists(atPath: target) {
        try FileManager.default.removeItem(atPath: target)
      }
      try FileManager.default.moveItem(atPath: files.folder, toPath: target)
    } catch {
      throw LedgerError(
        .cannotCreate,
        "\(files.folder) cannot be renamed to \(target): \(reason(of: error))",
      )
    }
    try flush(file: parent(of: target))
  }

  /// What keeps the ledger from being written, in sentences.
  private func obstacles(_ keySlot: UInt64) throws -> [String] {
    var sentences: [String] = []
    let log = try EventLog(at: files.log, for: .reading)
    if let conflict = try CheckpointSigner(keysAt: files.keys).conflict(with: log) {
      sentences.append(
        "\(conflict); it can be read, and to write it, give it another name with: handover "
          + "checkpoint --accept-older --ledger \(target)"
      )
    }
    if try KeyRing.isOlder(at: files.keys, thanSlot: keySlot) {
      sentences.append(
        "the keys do not reach slot \(keySlot), which the log uses; put a newer copy into "
          + "\(LedgerFiles(target).keys), or to write without, use: handover keys accept-older "
          + "--ledger \(target)"
      )
    }
    return sentences
  }

  /// What the ledger lacks, in sentences.
  private func needed(_ copy: KeyCopy?, _ head: LogHead) -> [String] {
    let masterKey = LedgerFiles(target).masterKey
    var sentences = ["put the master key at \(masterKey); it is in no backup"]
    if copy == nil {
      sentences.append(
        "there are no keys, so every text shows as erased; to read them, put a copy of the keys "
          + "into \(LedgerFiles(target).keys) before anything is written"
      )
    }
    if let copy, copy.position < head.position {
      sentences.append(
        "the keys were copied at position \(copy.position): words of conversations that began "
          + "later show as erased"
      )
    }
    return sentences
  }
}
