import Glibc
import LMDB

/// The lock that one writer process holds on a ledger for its life.
///
/// The operating system drops it when the process ends, however it ends.
package final class WriterLock: Sendable {
  private let descriptor: CInt

  /// Commands of `fcntl` for locks of an open file, as Linux numbers them (`asm-generic/fcntl.h`).
  private enum OpenFileLock {
    static let ask: CInt = 36
    static let take: CInt = 37
  }

  /// Takes the lock.
  ///
  /// - Parameter path: The lock's file; made if it does not exist.
  /// - Throws: `AnotherWriter` with the process that holds it.
  package init(at path: String) throws {
    descriptor = try Self.locked(path)
    let text = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    unsafe pwrite(descriptor, text, text.count, 0)
  }

  /// Opens and locks the file.
  ///
  /// A process that the last writer has just started has copies of its files, and so of the lock,
  /// until it becomes another program; so it is tried for 20 milliseconds.
  private static func locked(_ path: String) throws -> CInt {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw AnotherWriter(process: nil, path: path, code: errno) }
    for _ in 0..<20 {
      var claim = Self.claim
      if unsafe fcntl(descriptor, OpenFileLock.take, &claim) == 0 { return descriptor }
      guard errno == EAGAIN || errno == EACCES else { break }
      usleep(1_000)
    }
    let code = errno == EACCES ? EAGAIN : errno
    let holder = readProcess(from: descriptor)
    close(descriptor)
    throw AnotherWriter(process: holder, path: path, code: code)
  }

  deinit { close(descriptor) }

  /// The lock on the whole file for one holder; it belongs to the open file, not to the process.
  private static var claim: flock {
    var claim = flock()
    claim.l_type = Int16(F_WRLCK)
    claim.l_whence = Int16(SEEK_SET)
    return claim
  }

  /// The process that holds the lock, if one does.
  ///
  /// Only asks, so that a writer who comes meanwhile gets the lock.
  package static func holder(of path: String) -> Int? {
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var claim = Self.claim
    guard unsafe fcntl(descriptor, OpenFileLock.ask, &claim) == 0, claim.l_type != F_UNLCK else {
      return nil
    }
    return readProcess(from: descriptor)
  }

  private static func readProcess(from descriptor: CInt) -> Int? {
    var buffer = [UInt8](repeating: 0, count: 32)
    let count = unsafe pread(descriptor, &buffer, buffer.count, 0)
    return Int(String(decoding: buffer.prefix(max(count, 0)).prefix { $0 > 32 }, as: UTF8.self))
  }
}

extension AnotherWriter {
  /// Whether another process has the lock; if not, it could not be made.
  package var isThere: Bool { code == EWOULDBLOCK }
}

/// The ledger is being written by another process, or its lock cannot be made.
package struct AnotherWriter: Error, Hashable, Sendable {
  /// The process that holds the lock, if it could be read.
  package let process: Int?
  /// The lock's file.
  package let path: String
  /// What the operating system answered.
  package let code: Int32
}

extension AnotherWriter: CustomStringConvertible {
  /// Who writes, and what to do.
  package var description: String {
    guard isThere else {
      return "the lock \(path) cannot be taken: \(StorageError.Code(rawValue: code).sentence)"
    }
    let holder = process.map { "process \($0)" } ?? "another process"
    return "\(holder) is writing this ledger; one process writes at a time, so end it or use it"
  }
}
