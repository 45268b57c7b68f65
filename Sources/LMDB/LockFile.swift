import Glibc

/// The file of the readers' table, which the library maps into memory and writes to.
enum LockFile {
  /// The bytes of a reader's entry, and of each of the three parts before the first one.
  private static let entryByteCount = 64

  /// Gives the file its blocks on the disk.
  ///
  /// On a full disk the library would otherwise make a file of holes, and the first write to one of
  /// them through the map would end the process with a signal. To be called before the environment
  /// is opened: closing the file drops what this process has locked in it.
  ///
  /// - Throws: `.diskFull`; `.link` if the file is a link. Any other failure is left to the
  ///   library, which opens the file next.
  static func reserve(in folder: String, readers: Int) throws(StorageError) {
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
    let descriptor = unsafe open(folder + "/lock.mdb", flags, 0o600)
    guard descriptor >= 0 else {
      let code = StorageError.Code(rawValue: errno)
      guard [.diskFull, .link].contains(code) else { return }
      throw StorageError(code, during: "open \(folder)/lock.mdb")
    }
    defer { close(descriptor) }
    // As many bytes as the library asks for: its head, and an entry for each reader.
    guard posix_fallocate(descriptor, 0, (readers + 2) * entryByteCount) == ENOSPC else { return }
    throw StorageError(.diskFull, during: "posix_fallocate \(folder)/lock.mdb")
  }
}

extension StorageError {
  /// The failure with its cause, where the library only says that a write came up short.
  ///
  /// On a disk that has nothing left such a write is reported as a failure of the device.
  func naming(diskOf folder: String) -> StorageError {
    guard code == .inputOutput, isFull(diskOf: folder) else { return self }
    return StorageError(.diskFull, during: operation)
  }

  /// Whether a disk has less space left than a few pages.
  private func isFull(diskOf folder: String) -> Bool {
    var disk = statvfs()
    guard unsafe statvfs(folder, &disk) == 0 else { return false }
    return disk.f_bavail * disk.f_frsize < 16 * 4_096
  }
}
