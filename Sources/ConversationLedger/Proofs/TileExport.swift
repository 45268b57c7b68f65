import ConversationCoding
import Conversations
import EventStore
import Foundation
import Glibc
import LMDB
import Projections
import TransparencyLog

/// What a static export of the log came to.
public struct TileExportReport: Codable, Hashable, Sendable {
  /// The name of the log.
  public var origin: String
  /// How many records the export has.
  public var size: UInt64
  /// The root of the tree over them, in hexadecimal.
  public var root: String
  /// The key the checkpoint is verified with.
  public var vkey: String
  /// How many records an earlier export had that this one went on from.
  public var continuedFrom: UInt64
  /// How many files of hashes and bundles were written.
  public var tiles: Int
  /// The bundles that were left out, because a record is longer than the format allows; their
  /// records are in the lines of JSON.
  public var leftOut: [String]
}

/// A record as a line of JSON, as it is stored: its words stay sealed.
private struct RecordLine: Encodable {
  var position: UInt64
  var type: String
  var recordedAt: String
  @ExplicitNull var conversationId: String?
  /// The hash of the leaf, in hexadecimal.
  var leafHash: String
  /// The record in base64.
  var record: String

  init(_ record: Record) {
    let header = record.header
    position = header.position
    type = EventType.name(of: header.type)
    recordedAt = Timestamp(microseconds: header.recordedAt).text
    conversationId = header.isOfConversation ? ConversationID(header.stream).description : nil
    leafHash = hexadecimal(record.leaf.bytes)
    self.record = Data(record.bytes).base64EncodedString()
  }
}

extension Ledger {
  /// Writes the whole log as files that any web server can give out: docs/proofs.md.
  ///
  /// The tiles of c2sp.org/tlog-tiles, the records again as lines of JSON, the public key, and last
  /// the checkpoint. An export that is there already is gone on from; what a process that died left
  /// is written again. Files that are whole never change.
  ///
  /// - Parameters:
  ///   - folder: Where; made if it is not there.
  ///   - progress: Hears how many records have been written, and how many will be.
  /// - Returns: What it came to.
  /// - Throws: `LedgerError` `.cannotCreate` if the folder has the export of another log or cannot
  ///   be written; `.behindCheckpoint` if the log is not the one that was signed.
  public func exportTiles(
    to folder: String,
    progress: (UInt64, UInt64) -> Void = { _, _ in },
  ) throws -> TileExportReport {
    try LedgerError.wrapping {
      let checkpoint = try signCheckpoint()
      var export = TileExport(of: self, to: folder, checkpoint)
      try export.findEarlier()
      try export.writeTiles()
      try export.writeRecords(progress)
      try export.finish()
      return export.report
    }
  }
}

/// A static export under way.
private struct TileExport {
  /// How many records a file of lines has: 256 bundles.
  private static let linesLength: UInt64 = 65_536

  private let ledger: Ledger
  private let folder: String
  private let checkpoint: SignedCheckpoint
  private(set) var report: TileExportReport

  private var size: UInt64 { checkpoint.size }

  init(of ledger: Ledger, to folder: String, _ checkpoint: SignedCheckpoint) {
    (self.ledger, self.folder, self.checkpoint) = (ledger, folder, checkpoint)
    report = TileExportReport(
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: checkpoint.root,
      vkey: checkpoint.vkey,
      continuedFrom: 0,
      tiles: 0,
      leftOut: [],
    )
  }

  /// Looks whether there is an export that this one goes on from.
  mutating func findEarlier() throws {
    guard let content = FileManager.default.contents(atPath: folder + "/checkpoint") else { return }
    let refusal = LedgerError(
      .cannotCreate,
      "\(folder) has the export of another log; give a folder of its own",
    )
    do {
      let key = try ledger.signer.verificationKey()
      let note = try SignedNote(parsing: Array(content))
      let earlier = try Checkpoint(opening: note, of: key.name, with: key)
      guard try CheckpointConflict(between: earlier, and: ledger.log, at: size) == nil else {
        throw refusal
      }
      report.continuedFrom = earlier.size
    } catch is FormatError {
      throw refusal
    } catch is SignatureError {
      throw refusal
    }
  }

  /// Writes the hashes of every level, and the bundles of records.
  mutating func writeTiles() throws {
    for level in 0..<TilePath.levelCount(treeSize: size) {
      try write(.hashes(level: level))
    }
    try write(.entries)
  }

  private mutating func write(_ content: TilePath.Content) throws {
    let count = TilePath.count(content, treeSize: size)
    let known = TilePath.count(content, treeSize: report.continuedFrom)
    noteMissing(content, before: max(known, 1) - 1)
    // The last one that is known may have been a partial one.
    for index in max(known, 1) - 1..<max(count, 1) {
      guard let path = TilePath(content, index: index, treeSize: size) else { continue }
      do {
        try write(try ledger.bytes(of: path), to: path.text)
        report.tiles += 1
      } catch let error as LedgerError where error.kind == .notFound {
        report.leftOut.append(path.text)
      }
      guard path.width == TilePath.fullWidth else { continue }
      try? FileManager.default.removeItem(atPath: "\(folder)/\(path.text).p")
    }
  }

  /// Names the bundles that an earlier run left out.
  private mutating func noteMissing(_ content: TilePath.Content, before end: UInt64) {
    guard content == .entries else { return }
    for index in 0..<end {
      let path = TilePath(content, index: index).text
      guard !FileManager.default.fileExists(atPath: "\(folder)/\(path)") else { continue }
      report.leftOut.append(path)
    }
  }

  /// Writes the records as lines of JSON, a file for each 65,536.
  func writeRecords(_ progress: (UInt64, UInt64) -> Void) throws {
    let start = report.continuedFrom / Self.linesLength * Self.linesLength
    for first in stride(from: start + 1, through: size, by: Int(Self.linesLength)) {
      let last = min(first + Self.linesLength - 1, size)
      var lines: [UInt8] = []
      try ledger.log.forEachRecord(from: first, through: last) { record in
        lines += try JSONText.bytes(of: RecordLine(record)) + [UInt8(ascii: "\n")]
      }
      let digits = String(first)
      let name = String(repeating: "0", count: 15 - digits.count) + digits
      try write(lines, to: "records/\(name).jsonl")
      progress(last, size)
    }
  }

  /// Brings everything to the disk, and then writes the checkpoint that vouches for it.
  func finish() throws {
    try write(Array((checkpoint.vkey + "\n").utf8), to: "log.vkey")
    // One flush of everything, where a flush of each file would take longer than writing them.
    sync()
    try writeDurably(Array(checkpoint.note.utf8), to: folder + "/checkpoint")
    // What others read must not be kept to its owner, as the ledger's own files are.
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644],
      ofItemAtPath: folder + "/checkpoint",
    )
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    let file = URL(fileURLWithPath: "\(folder)/\(name)")
    try requireNoLink(at: file.path)
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(),
        withIntermediateDirectories: true,
      )
      try Data(bytes).write(to: file, options: .atomic)
    } catch {
      throw LedgerError(.cannotCreate, "\(file.path) cannot be written: \(reason(of: error))")
    }
  }
}
