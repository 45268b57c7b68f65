import Glibc
import Synchronization

/// The folders of the environments this process has open.
///
/// POSIX record locks belong to the process: closing a second handle on the same file would drop
/// the locks of the first, and two writers could meet (lmdb.h, "Caveats").
private let claimedFolders = Mutex<Set<FileIdentity.Number>>([])

/// What a path stands for, whatever it is called: the device and the number of its folder.
struct FileIdentity: Sendable {
  /// Two folders that exist at one time have different ones.
  struct Number: Hashable, Sendable {
    fileprivate let device: UInt64
    fileprivate let inode: UInt64
  }

  private let number: Number
  /// Held open, so that the number is not given to another folder if this one is deleted.
  private let descriptor: CInt

  /// Claims a folder for this process.
  ///
  /// - Throws: `.openTwice` if it is claimed, or why it cannot be looked at.
  init(claiming path: String) throws(StorageError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0 else {
      let code = StorageError.Code(rawValue: errno)
      if descriptor >= 0 { close(descriptor) }
      throw StorageError(code, during: "open \(path)")
    }
    let number = Number(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    guard claimedFolders.withLock({ $0.insert(number).inserted }) else {
      close(descriptor)
      throw StorageError(.openTwice, during: "open \(path)")
    }
    (self.number, self.descriptor) = (number, descriptor)
  }

  /// Gives the folder free again.
  func release() {
    claimedFolders.withLock { _ = $0.remove(number) }
    close(descriptor)
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
package func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
