import Glibc

/// Writes a file only its owner can read, and flushes it before it gets its name.
///
/// Whoever dies meanwhile leaves the file as it was, or none; a failure leaves no other file.
///
/// - Throws: `StorageError`; `.link` if a link is in the file's place.
package func writeDurably(_ bytes: [UInt8], to path: String) throws(StorageError) {
  try requireNoLink(at: path)
  let temporary = path + ".tmp"
  let descriptor = try openPrivate(temporary)
  defer { close(descriptor) }
  do throws(StorageError) {
    try write(bytes, to: descriptor, named: temporary)
    guard fsync(descriptor) == 0 else { throw failure("fsync \(temporary)") }
    try renameDurably(temporary, to: path)
  } catch {
    unsafe unlink(temporary)
    throw error
  }
}

/// Begins a file that only its owner can read, and through no link.
///
/// One of that name that a crash left behind may be open to others, or be a link: it goes first.
///
/// - Returns: A descriptor to write to.
package func openPrivate(_ path: String) throws(StorageError) -> CInt {
  guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("unlink \(path)") }
  return try createPrivate(path)
}

/// Makes a file that only its owner can read, where there is none.
func createPrivate(_ path: String) throws(StorageError) -> CInt {
  let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
  let descriptor = unsafe open(path, flags, 0o600)
  guard descriptor >= 0 else { throw failure("open \(path)") }
  return descriptor
}

/// Refuses a link in the place of a file that is to be written.
///
/// - Throws: `StorageError` `.link`.
package func requireNoLink(at path: String) throws(StorageError) {
  var status = stat()
  guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return }
  throw StorageError(.link, during: "open \(path)")
}

/// Gives a file, which is on disk already, another name; that is on disk when this returns.
///
/// - Throws: `StorageError`.
package func renameDurably(_ old: String, to new: String) throws(StorageError) {
  guard unsafe rename(old, new) == 0 else { throw failure("rename \(old)") }
  try flush(file: parent(of: new))
}

/// Writes all bytes; a device may take them in pieces.
private func write(
  _ bytes: [UInt8],
  to descriptor: CInt,
  named path: String,
) throws(StorageError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    // Safety: the buffer outlives the call.
    let count = unsafe rest.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw failure("write \(path)") }
    rest = rest.dropFirst(count)
  }
}

private func failure(_ operation: String) -> StorageError {
  StorageError(StorageError.Code(rawValue: errno), during: operation)
}
