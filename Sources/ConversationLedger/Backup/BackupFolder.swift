import Conversations
import Crypto
import EventStore
import Foundation
import LMDB

/// Where the parts of a backup lie, and how they are called (docs/backup.md).
struct BackupFolder {
  /// The backup's folder.
  let path: String
  /// The segments.
  var log: String { path + "/log" }
  /// The manifests.
  var manifests: String { path + "/manifests" }
  /// The copies of the keys, unless they are kept elsewhere.
  var keys: String { path + "/keys" }
  /// The lock of the one run.
  var lock: String { path + "/backup.lock" }

  /// How many digits a position has in a name: positions are below 2^48.
  private static let digits = 15

  init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// The path of a segment inside the backup.
  static func segmentName(_ first: UInt64, _ last: UInt64) -> String {
    "log/\(padded(first))-\(padded(last)).records"
  }

  /// The name of what a run leaves at a position: position, time, and the beginning of the
  /// SHA-256 of its content, so that a changed content does not fit its name.
  static func stampedName(_ position: UInt64, _ time: Timestamp, _ content: [UInt8]) -> String {
    let time = time.text.filter { $0 != "-" && $0 != ":" }
    return "\(padded(position))-\(time)-\(nameDigest(content))"
  }

  /// The part of a stamped name that speaks of the content.
  static func nameDigest(_ content: [UInt8]) -> String {
    String(hexadecimal(Array(SHA256.hash(data: content).prefix(8))))
  }

  private static func padded(_ position: UInt64) -> String {
    let text = "\(position)"
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The names in a folder, in their order; none if there is no folder.
  ///
  /// What a run that was interrupted left is not among them.
  static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasSuffix(unfinished) && !$0.hasPrefix(".") }.sorted()
  }

  /// How the name of what is not whole yet ends.
  static let unfinished = ".tmp"

  /// Takes away what runs that were interrupted left.
  static func removeUnfinished(in folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasSuffix(unfinished) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  /// The segments that are there, by the positions in their names.
  func segments() -> [(first: UInt64, last: UInt64)] {
    Self.names(in: log).compactMap { name in
      let parts = name.split { $0 == "-" || $0 == "." }
      guard parts.count == 3, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
        Self.segmentName(first, last) == "log/" + name
      else { return nil }
      return (first, last)
    }
  }

  /// The newest manifest and its name; `nil` if there is none.
  ///
  /// - Throws: `LedgerError` `.damaged` if it is not what its name says.
  func newestManifest() throws -> (name: String, manifest: BackupManifest)? {
    guard let name = Self.names(in: manifests).last(where: { $0.hasSuffix(".json") }) else {
      return nil
    }
    return (name, try manifest(name))
  }

  /// A manifest.
  func manifest(_ name: String) throws -> BackupManifest {
    let file = manifests + "/" + name
    var bytes: [UInt8] = []
    try forEachPiece(ofFile: file) { bytes += $0 }
    guard name.hasSuffix("-\(Self.nameDigest(bytes)).json") else {
      throw LedgerError(
        .damaged,
        "\(file) is not what its name says; \(BackupManifest.remedy)",
      )
    }
    return try BackupManifest(bytes, file: file)
  }

  /// Writes a manifest, and takes away all but the newest ones.
  ///
  /// - Returns: Its name.
  func write(_ manifest: BackupManifest, at time: Timestamp) throws -> String {
    let bytes = try JSONText.bytes(of: manifest)
    let name = Self.stampedName(manifest.position, time, bytes) + ".json"
    try DurableFile.write(bytes, to: manifests + "/" + name)
    for old in Self.names(in: manifests).dropLast(Self.manifestsKept) {
      try? FileManager.default.removeItem(atPath: manifests + "/" + old)
    }
    return name
  }

  /// How many manifests are kept.
  ///
  /// One is enough for a restore; the others are at hand if the newest is damaged.
  private static let manifestsKept = 10
}
