import EventStore
import Foundation
import TransparencyLog

/// What a backup holds, as its run wrote it down when everything else was on disk.
///
/// The form is described in docs/backup.md; a manifest names all segments, so the newest one is all
/// a restore needs to know.
struct BackupManifest: Codable, Hashable {
  /// The form this code writes, and the only one it reads.
  static let currentFormat = 1

  /// The form of the backup.
  var format = currentFormat
  /// The leaf hash of the ledger's first record, which no other ledger has; none for no records.
  var firstRecord: String?
  /// The position of the last record.
  var position: UInt64
  /// The root of the tree over all records, in hexadecimal.
  var root: String
  /// The time of the log's head; none for no records.
  var recordedAt: String?
  /// The segments, in log order.
  var segments: [Segment]
  /// When the run began and when it wrote this.
  var startedAt: String
  var finishedAt: String

  /// A file of records.
  struct Segment: Codable, Hashable {
    /// The path inside the backup's folder.
    var file: String
    /// The positions of its first and its last record.
    var first: UInt64
    var last: UInt64
    /// Its size.
    var bytes: Int
    /// Its SHA-256, in hexadecimal.
    var sha256: String
  }
}

extension BackupManifest.Segment {
  init(_ segment: EventStore.Segment) {
    file = BackupFolder.segmentName(segment.first, segment.last)
    first = segment.first
    last = segment.last
    bytes = segment.byteCount
    sha256 = hexadecimal(segment.digest)
  }

  /// What is wrong with a segment that was read; `nil` if it is the one written.
  func difference(from found: EventStore.Segment) -> String? {
    if found.byteCount != bytes { return "it has \(found.byteCount) bytes instead of \(bytes)" }
    if hexadecimal(found.digest) != sha256 { return "its bytes are not those written (SHA-256)" }
    return found.last == last ? nil : "it ends at position \(found.last) instead of \(last)"
  }
}

extension BackupManifest {
  /// Reads a manifest.
  ///
  /// - Throws: `LedgerError` `.damaged` if it is none, is of a newer form, or contradicts itself.
  init(_ bytes: [UInt8], file: String) throws {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch {
      throw LedgerError(.damaged, "\(file) is no manifest of a backup; \(Self.remedy)")
    }
    guard format == Self.currentFormat else {
      throw LedgerError(
        .damaged,
        "\(file) has the form \(format), and this program reads \(Self.currentFormat); use a "
          + "newer one",
      )
    }
    var next: UInt64 = 1
    for segment in segments {
      guard segment.first == next, segment.last >= segment.first, segment.last < 1 << 48 else {
        throw LedgerError(.damaged, "\(file) leaves out position \(next); \(Self.remedy)")
      }
      next = segment.last + 1
    }
    guard position == next - 1 else {
      throw LedgerError(.damaged, "\(file) names no segments up to \(position); \(Self.remedy)")
    }
  }

  /// What to do about a manifest that cannot be used.
  static let remedy = "take it away to use the manifest before it"
}
