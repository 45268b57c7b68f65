import Glibc

/// Writes a file only its owner can read, and flushes it before it gets its name.
///
/// Whoever dies meanwhile leaves the file as it was, or none.
///
/// - Throws: `StorageError`.
package func writeDurably(_ bytes: [UInt8], to path: String) throws(StorageError) {
  let temporary = path + ".tmp"
  let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw failure("open \(temporary)") }
  defer { close(descriptor) }
  // A file of that name that a crash left behind may have been open to others.
  guard fchmod(descriptor, 0o600) == 0 else { throw failure("fchmod \(temporary)") }
  try write(bytes, to: descriptor, named: temporary)
  guard fsync(descriptor) == 0 else { throw failure("fsync \(temporary)") }
  try renameDurably(temporary, to: path)
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
