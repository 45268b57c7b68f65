import Foundation

/// How the disk under a log stands.
struct DiskState: Hashable, Sendable {
  /// The bytes of the file system that are free to this process; `nil` if it does not say.
  var freeBytes: Int?
  /// The bytes of the file system.
  var bytes: Int?
  /// Whether the log's file can be written at all.
  var isWritable: Bool

  init(freeBytes: Int?, bytes: Int?, isWritable: Bool) {
    (self.freeBytes, self.bytes, self.isWritable) = (freeBytes, bytes, isWritable)
  }

  /// Asks the file system of a ledger's folder.
  init(of ledger: String) {
    let (files, log) = (FileManager.default, ledger + "/log")
    let system = try? files.attributesOfFileSystem(forPath: log)
    freeBytes = (system?[.systemFreeSize] as? NSNumber)?.intValue
    bytes = (system?[.systemSize] as? NSNumber)?.intValue
    // On a file system that is read-only, nobody may write, whatever the rights say.
    isWritable = files.isWritableFile(atPath: log + "/data.mdb")
  }

  /// The free bytes below which appends are refused: a twentieth of the disk, at most 64 MiB.
  private var reserve: Int { min(64 << 20, (bytes ?? .max) / 20) }

  /// Why appends would fail; `nil` if they would not.
  var problem: Problem? {
    guard isWritable else {
      return Problem(
        503,
        "log_not_writable",
        "the log's file cannot be written: the file system is read-only, the rights are wrong, or "
          + "the file is gone",
      )
    }
    guard freeBytes ?? .max > reserve else {
      return Problem(
        503,
        "disk_full",
        "\(freeBytes ?? 0) bytes of the log's disk are free; appends need more than \(reserve), so "
          + "make room",
      )
    }
    return nil
  }
}
