import Conversations
import EventStore
import Foundation
import LMDB

/// A copy of a ledger's keys, in a folder of its own, as it was written down when all of it was on
/// disk.
///
/// The data keys in it are wrapped; the master key is never there.
struct KeyCopy: Codable, Hashable {
  /// The form this code writes, and the only one it reads.
  static let currentFormat = 1
  /// What it is written down in.
  static let fileName = "copy.json"
  /// Whether a file beside the data keys belongs to them: what signs the log's checkpoints, the
  /// last one that was signed, and those that were superseded.
  static func isCompanion(_ name: String) -> Bool {
    name.hasPrefix("checkpoint.") && !name.hasSuffix(".lock")
      && !name.hasSuffix(BackupFolder.unfinished)
  }

  /// The form of the copy.
  var format = currentFormat
  /// The leaf hash of the ledger's first record; none for no records.
  var firstRecord: String?
  /// A position all of whose keys are in the copy.
  var position: UInt64
  /// When it was taken.
  var takenAt: String
  /// The files.
  var files: [File]

  /// A file of the copy.
  struct File: Codable, Hashable {
    /// Its name.
    var file: String
    /// Its size.
    var bytes: Int
    /// Its SHA-256, in hexadecimal.
    var sha256: String
  }
}

/// The folder that holds copies of the keys, the newest with the greatest name.
struct KeyCopies {
  /// The folder.
  let path: String

  /// The names of the copies, the oldest first.
  var names: [String] { BackupFolder.names(in: path).filter { !$0.hasSuffix(".lock") } }

  /// Takes a copy of the keys of a ledger, beside whoever writes it.
  ///
  /// - Parameters:
  ///   - files: The ledger.
  ///   - position: A position of the log that was read before.
  ///   - firstRecord: The leaf hash of the ledger's first record.
  ///   - time: When this is.
  /// - Returns: The name of the copy; it is on disk.
  /// - Throws: `StorageError` if the keys cannot be read or the copy cannot be written.
  func take(
    from files: LedgerFiles,
    at position: UInt64,
    _ firstRecord: String?,
    _ time: Timestamp,
  ) throws -> String {
    try makeFolder(path)
    BackupFolder.removeUnfinished(in: path)
    let temporary = path + "/copy" + BackupFolder.unfinished
    try KeyRing.copy(from: files.keys, to: temporary)
    try copyCompanions(from: files.keys, to: temporary)
    let names = BackupFolder.names(in: temporary)
    let copy = KeyCopy(
      firstRecord: firstRecord,
      position: position,
      takenAt: time.text,
      files: try names.map { try KeyCopy.File($0, in: temporary) },
    )
    let bytes = try JSONText.bytes(of: copy)
    try DurableFile.write(bytes, to: temporary + "/" + KeyCopy.fileName)
    let name = BackupFolder.stampedName(position, time, bytes)
    try FileManager.default.moveItem(atPath: temporary, toPath: path + "/" + name)
    try flush(file: path)
    return name
  }

  private func copyCompanions(from keys: String, to folder: String) throws {
    for name in BackupFolder.names(in: keys) where KeyCopy.isCompanion(name) {
      var bytes: [UInt8] = []
      try forEachPiece(ofFile: keys + "/" + name) { bytes += $0 }
      try DurableFile.write(bytes, to: folder + "/" + name)
    }
  }

  /// Takes away all but the newest copies.
  ///
  /// - Returns: The names of those that went.
  func keep(_ count: Int) throws -> [String] {
    let old = Array(names.dropLast(count))
    for name in old { try FileManager.default.removeItem(atPath: path + "/" + name) }
    if !old.isEmpty { try flush(file: path) }
    return old
  }

  /// Reads what a copy says of itself.
  ///
  /// - Throws: `LedgerError` `.damaged` if it is not what its name says.
  func copy(_ name: String) throws -> KeyCopy {
    let file = "\(path)/\(name)/\(KeyCopy.fileName)"
    var bytes: [UInt8] = []
    try forEachPiece(ofFile: file) { bytes += $0 }
    guard name.hasSuffix("-" + BackupFolder.nameDigest(bytes)),
      let copy = try? JSONDecoder().decode(KeyCopy.self, from: Data(bytes)),
      copy.format == KeyCopy.currentFormat
    else {
      throw LedgerError(.damaged, "\(file) is not what its name says; \(Self.remedy)")
    }
    return copy
  }

  /// What is wrong with a copy.
  func findings(of name: String) -> [BackupFinding] {
    do {
      return try copy(name).files.compactMap { file in
        let path = "\(path)/\(name)/\(file.file)"
        guard let found = try? KeyCopy.File(file.file, in: "\(self.path)/\(name)") else {
          return BackupFinding(file: path, what: "it is missing or cannot be read")
        }
        guard found != file else { return nil }
        return BackupFinding(file: path, what: "its bytes are not those written (SHA-256)")
      }
    } catch {
      let what = (error as? LedgerError)?.description ?? "it is missing or cannot be read"
      return [BackupFinding(file: "\(path)/\(name)/\(KeyCopy.fileName)", what: what)]
    }
  }

  /// What to do about a copy that cannot be used.
  static let remedy = "take the copy's folder away to use the one before it"
}

extension KeyCopy.File {
  /// Measures a file.
  init(_ name: String, in folder: String) throws {
    let found = try digest(ofFile: folder + "/" + name)
    self.init(file: name, bytes: found.byteCount, sha256: hexadecimal(found.digest))
  }
}
