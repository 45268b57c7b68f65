import CLMDB
import Glibc

/// The file that an environment maps into memory.
///
/// To read a mapped page that the file does not have ends the process with a signal, so a file
/// that lost its end is refused when it is opened.
enum DataFile {
  /// Where it lies.
  static func path(in folder: String) -> String { folder + "/data.mdb" }

  /// How many bytes it has; `nil` if there is none.
  static func byteCount(in folder: String) -> Int? {
    var status = stat()
    guard unsafe stat(path(in: folder), &status) == 0 else { return nil }
    return status.st_size
  }

  /// Refuses a file that has no bytes, which the library would take for a new one.
  static func requireContent(in folder: String) throws(StorageError) {
    guard byteCount(in: folder) == 0 else { return }
    throw StorageError(.truncated, during: "open \(path(in: folder)): 0 bytes")
  }

  /// Refuses a file that is shorter than the pages its last commit speaks of, unless the commit
  /// does not use those that are missing.
  static func requireWhole(
    in folder: String,
    wanting wanted: Int,
    pageSize: Int,
  ) throws(StorageError) {
    let found = byteCount(in: folder) ?? 0
    guard found < wanted, pageSize > 0 else { return }
    let missing = UInt64(found / pageSize)..<UInt64(wanted / pageSize)
    guard !FreePages.contain(missing, in: folder, pageSize: pageSize) else { return }
    let sizes = "\(found) of \(wanted) bytes"
    throw StorageError(.truncated, during: "open \(path(in: folder)): \(sizes)")
  }

  /// Gives a file the pages at its end that a commit took and freed again, and so never wrote.
  ///
  /// The library does not miss them. Without them a whole file would look like one that lost its
  /// end as long as the list of free pages is not asked. Only ever makes the file longer, whatever
  /// another thread commits meanwhile; on a full disk it stays as it is, and the next commit tries
  /// again.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - folder: Its folder.
  ///   - wanted: The bytes of the pages that the commit speaks of.
  ///   - before: The bytes the file had before the commit.
  /// - Throws: `CommitError` if the commit wrote behind the file's end.
  static func extend(
    _ environment: OpaquePointer,
    in folder: String,
    to wanted: Int,
    from before: Int,
  ) throws(CommitError) {
    guard let found = byteCount(in: folder) else { return }
    guard found <= max(before, wanted) else {
      let sizes = "\(found) bytes, \(wanted) wanted"
      throw CommitError(
        cause: StorageError(.corrupted, during: "commit to \(path(in: folder)): \(sizes)")
      )
    }
    var descriptor: CInt = -1
    guard found < wanted, unsafe mdb_env_get_fd(environment, &descriptor) == MDB_SUCCESS else {
      return
    }
    _ = posix_fallocate(descriptor, found, wanted - found)
  }
}
