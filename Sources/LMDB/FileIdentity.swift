import Glibc
import Synchronization

/// The folders of the environments this process has open.
///
/// POSIX record locks belong to the process: closing a second handle on the same file would drop
/// the locks of the first, and two writers could meet (lmdb.h, "Caveats").
private let claimedFolders = Mutex<Set<FileIdentity>>([])

/// What a path stands for, whatever it is called: the device and the number of its folder.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64

  /// Claims a folder for this process.
  ///
  /// - Throws: `.openTwice` if it is claimed, or why it cannot be looked at.
  init(claiming path: String) throws(StorageError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw StorageError(StorageError.Code(rawValue: errno), during: "stat \(path)")
    }
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    let identity = self
    let isNew = claimedFolders.withLock { $0.insert(identity).inserted }
    guard isNew else { throw StorageError(.openTwice, during: "open \(path)") }
  }

  /// Gives the folder free again.
  func release() {
    let identity = self
    claimedFolders.withLock { _ = $0.remove(identity) }
  }
}

/// Makes a folder that only its owner can enter, with its missing parents; an existing one stays.
package func makeFolder(_ path: String) throws(StorageError) {
  var status = stat()
  if unsafe stat(path, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StorageError(StorageError.Code(rawValue: ENOTDIR), during: "mkdir \(path)")
    }
    return
  }
  if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    try makeFolder(String(path[..<slash]))
  }
  guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
    throw StorageError(StorageError.Code(rawValue: errno), during: "mkdir \(path)")
  }
  try flush(file: parent(of: path))
}

/// Flushes a file, or a folder's entries, to the device.
package func flush(file path: String) throws(StorageError) {
  let descriptor = unsafe open(path, O_RDONLY)
  guard descriptor >= 0 else {
    throw StorageError(StorageError.Code(rawValue: errno), during: "open \(path)")
  }
  defer { close(descriptor) }
  guard fsync(descriptor) == 0 else {
    throw StorageError(StorageError.Code(rawValue: errno), during: "fsync \(path)")
  }
}

/// The folder a path lies in.
private func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
