import Foundation
import Glibc
import LMDB

/// The folder of the keys, and which of the rings in it counts.
///
/// The first ring lies in the folder itself. Each rewrite makes the next one, `ring-2`, `ring-3` …,
/// in a folder of its own: LMDB's file of locks belongs to one data file, so a data file that is
/// exchanged beneath its readers would be read by the wrong one of its two meta pages. The ring
/// with the greatest number counts; a folder gets its name once its file is whole.
struct KeyFolder: Sendable {
  let path: String

  /// Where a ring lies while it is made.
  var scratch: String { path + "/ring.new" }

  /// Where a ring lies.
  func path(ofRing number: Int) -> String { number == 1 ? path : path + "/ring-\(number)" }

  /// The numbers of the rings there are, rising.
  var rings: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let numbers = names.compactMap { name in
      name.hasPrefix("ring-") ? Int(name.dropFirst(5)).flatMap { $0 > 1 ? $0 : nil } : nil
    }
    return ([1] + numbers.sorted()).filter { FileManager.default.fileExists(atPath: file(of: $0)) }
  }

  /// Whether there is a ring.
  var hasRing: Bool { !rings.isEmpty }

  /// The number of the ring that counts; 1 if there is none yet.
  var current: Int { rings.last ?? 1 }

  /// Gives a ring that was made in the scratch folder its number; on disk when this returns.
  func adopt(as number: Int) throws {
    try flush(file: scratch)
    guard unsafe rename(scratch, path(ofRing: number)) == 0 else {
      throw StorageError(StorageError.Code(rawValue: errno), during: "rename \(scratch)")
    }
    try flush(file: path)
  }

  /// Removes what a rewrite that was interrupted left.
  func removeScratch() throws {
    guard FileManager.default.fileExists(atPath: scratch) else { return }
    try FileManager.default.removeItem(atPath: scratch)
  }

  /// Runs a body that makes a ring in the scratch folder; nothing of it stays if it fails.
  func makingScratch(_ body: () throws -> Void) throws {
    try removeScratch()
    do {
      try body()
    } catch {
      try? removeScratch()
      throw error
    }
  }

  /// Removes the files of a ring; processes that have them open keep them until they look again.
  func remove(ring number: Int) throws {
    let folder = path(ofRing: number)
    let files = number == 1 ? [folder + "/data.mdb", folder + "/lock.mdb"] : [folder]
    for file in files where FileManager.default.fileExists(atPath: file) {
      try FileManager.default.removeItem(atPath: file)
    }
    try flush(file: path)
  }

  private func file(of number: Int) -> String { path(ofRing: number) + "/data.mdb" }
}
