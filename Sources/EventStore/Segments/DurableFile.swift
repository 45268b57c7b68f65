import Crypto
import Glibc
package import LMDB

/// A file that gets its name only when it is whole and on disk.
///
/// It is written under a temporary name, flushed, given its name, and the folder is flushed. So
/// whoever finds the name finds all of the content, whenever the process that wrote it ended. A
/// file that is not finished is deleted.
package final class DurableFile {
  /// How many bytes were written.
  package private(set) var byteCount = 0
  private let temporary: String
  private let descriptor: CInt
  private var hasher = SHA256()
  private var isFinished = false

  /// Begins a file that only its owner can read.
  ///
  /// - Parameter temporary: What it is called until it is whole; in the folder it will stay in.
  /// - Throws: `StorageError` with the path.
  package init(_ temporary: String) throws(StorageError) {
    self.temporary = temporary
    descriptor = try openPrivate(temporary)
  }

  deinit {
    close(descriptor)
    if !isFinished { unsafe unlink(temporary) }
  }

  /// The SHA-256 of what was written.
  package var digest: [UInt8] { Array(hasher.finalize()) }

  /// Writes bytes behind those before.
  package func write(_ bytes: [UInt8]) throws(StorageError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Safety: the buffer outlives the call.
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      guard count >= 0 || errno == EINTR else { throw fault("write", temporary) }
      rest = rest.dropFirst(max(count, 0))
    }
    hasher.update(data: bytes)
    byteCount += bytes.count
  }

  /// Flushes the file, gives it its name, and flushes the folder.
  ///
  /// The system is asked to forget the pages, so that who reads the file next reads the device.
  package func finish(as path: String) throws(StorageError) {
    try requireNoLink(at: path)
    guard fsync(descriptor) == 0 else { throw fault("fsync", temporary) }
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    guard unsafe rename(temporary, path) == 0 else { throw fault("rename", path) }
    isFinished = true
    try flush(file: parent(of: path))
  }

  /// Writes a whole file.
  package static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
    let file = try DurableFile(path + ".tmp")
    try file.write(bytes)
    try file.finish(as: path)
  }
}

/// Reads a file from its beginning to its end, in pieces of at most 1 MiB.
///
/// - Parameters:
///   - path: The file.
///   - body: Takes the next bytes.
/// - Throws: What `body` throws; or `StorageError` with the path.
package func forEachPiece(ofFile path: String, _ body: ([UInt8]) throws -> Void) throws {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw fault("open", path) }
  defer { close(descriptor) }
  _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let room = buffer.count
    let count = unsafe read(descriptor, &buffer, room)
    guard count >= 0 || errno == EINTR else { throw fault("read", path) }
    if count == 0 { return }
    if count > 0 { try body(count == room ? buffer : Array(buffer[..<count])) }
  }
}

/// The size in bytes and the SHA-256 of a file.
package func digest(ofFile path: String) throws -> (byteCount: Int, digest: [UInt8]) {
  var (hasher, byteCount) = (SHA256(), 0)
  try forEachPiece(ofFile: path) { piece in
    hasher.update(data: piece)
    byteCount += piece.count
  }
  return (byteCount, Array(hasher.finalize()))
}

/// What the system call that failed last reported.
private func fault(_ call: String, _ path: String) -> StorageError {
  StorageError(StorageError.Code(rawValue: errno), during: "\(call) \(path)")
}
