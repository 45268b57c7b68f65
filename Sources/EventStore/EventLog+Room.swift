import Foundation
import Glibc
package import LMDB

/// The room of a ledger is its map and its disk; a part of both is kept for erasing.
///
/// An erasure writes its order, an event in each conversation, a new ring and a receipt, and must
/// work when nothing else does.
extension EventLog {
  /// The share of the map that may be used before appends are refused.
  ///
  /// The rest lets an erasure still work when the ledger is full.
  private static let usableShare = 0.9
  /// The pages a commit writes beside those of its rows: the paths to them, the nodes, the head,
  /// the lists of free pages.
  private static let pagesOfCommit = 8
  /// The bytes of a page, for estimates.
  private static let pageLength = 4_096

  /// Refuses new events before the map or the disk is full.
  ///
  /// - Parameters:
  ///   - byteCount: The bytes of the pages that the records take.
  ///   - kept: The bytes of the disk that an erasure needs beside the reserve.
  /// - Throws: `StorageError` `.mapFull` or `.diskFull`.
  func requireRoom(for byteCount: Int, keeping kept: Int) throws {
    let usage = try usage()
    let added = byteCount + Self.pagesOfCommit * Self.pageLength
    guard Self.hasRoom(usage, for: byteCount) else {
      throw StorageError(.mapFull, during: "append")
    }
    try DiskRoom.require(added, at: path, keeping: kept)
  }

  /// Whether the map has room for the pages of more records, and for what else a commit writes.
  package static func hasRoom(_ usage: Usage, for byteCount: Int = 0) -> Bool {
    let wanted = usage.usedInBytes + byteCount + pagesOfCommit * pageLength
    return Double(wanted) < usableShare * Double(usage.mapSizeInBytes)
  }

  /// The bytes of pages that a row takes: a long one has pages of its own.
  static func pageByteCount(ofRow byteCount: Int) -> Int {
    guard byteCount > pageLength / 2 - 64 else { return byteCount + 16 }
    return (byteCount + 16 + pageLength - 1) / pageLength * pageLength
  }
}

/// The free space of a disk.
enum DiskRoom {
  /// The free space below which nothing but an erasure is written: a twentieth of the disk, at most
  /// this many bytes.
  private static let reserveLimit = 64 << 20

  /// Refuses what would take of the reserve.
  ///
  /// - Parameters:
  ///   - byteCount: The bytes that are to be written.
  ///   - path: A file or folder of the disk.
  ///   - kept: The bytes that stay free beside the reserve.
  /// - Throws: `StorageError` `.diskFull`.
  static func require(_ byteCount: Int, at path: String, keeping kept: Int) throws {
    var disk = statvfs()
    guard unsafe statvfs(path, &disk) == 0 else { return }
    let unit = Int(disk.f_frsize)
    let reserve = min(reserveLimit, Int(disk.f_blocks) * unit / 20) + kept
    guard Int(disk.f_bavail) * unit - byteCount > reserve else {
      throw StorageError(.diskFull, during: "append")
    }
  }
}
