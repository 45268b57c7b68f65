import Foundation
import Glibc
import LMDB
import TransparencyLog

/// The files of the signer in the folder of the keys.
///
/// They lie beside the keys and not beside the log, so that an older log that is put back is told
/// by the checkpoint that was signed after it.
struct CheckpointFiles: Sendable {
  /// The folder of the keys.
  let folder: String
  /// The signing key, a secret.
  var key: String { folder + "/checkpoint.key" }
  /// The last checkpoint that was signed.
  var latest: String { folder + "/checkpoint.latest" }
  /// Held while something is signed.
  var lock: String { folder + "/checkpoint.lock" }

  /// Where a checkpoint goes that the log does not continue; its public key lies beside, `.vkey`.
  func superseded(_ size: UInt64, keyID: UInt32) -> String {
    folder + "/checkpoint.superseded-\(size)-\(String(keyID, radix: 16))"
  }

  /// The signing key; `nil` if there is none.
  func readKey() throws -> SigningKey? {
    guard let content = try read(key) else { return nil }
    return try undamaged(key) { try SigningKey(parsing: String(decoding: content, as: UTF8.self)) }
  }

  /// The last checkpoint that was signed, verified with the key that signed it.
  ///
  /// One that was superseded is none: the process ended between writing the new key and signing
  /// with it.
  func readLatest(signedBy key: VerificationKey) throws -> (note: SignedNote, tree: Checkpoint)? {
    guard let content = try read(latest) else { return nil }
    return try undamaged(latest) {
      let note = try SignedNote(parsing: content)
      let tree = try Checkpoint(parsing: note.text)
      guard try tree.origin == key.name || !isSuperseded(note, size: tree.size) else { return nil }
      return (note, try Checkpoint(opening: note, of: key.name, with: key))
    }
  }

  /// Whether a checkpoint lies among the superseded.
  private func isSuperseded(_ note: SignedNote, size: UInt64) throws -> Bool {
    try note.signatures.contains { signature in
      try read(superseded(size, keyID: signature.keyID)) == note.bytes
    }
  }

  /// Whether there is a last checkpoint.
  var hasLatest: Bool { FileManager.default.fileExists(atPath: latest) }

  /// The content of a file; `nil` if there is no such file.
  private func read(_ path: String) throws -> [UInt8]? {
    var content: [UInt8] = []
    do {
      try forEachPiece(ofFile: path) { content += $0 }
    } catch let error as StorageError where error.code == .noSuchFile {
      return nil
    }
    return content
  }

  /// What the system call that failed last reported.
  private static func failure(_ operation: String) -> StorageError {
    StorageError(StorageError.Code(rawValue: errno), during: operation)
  }

  /// Gives what cannot be read the file's name.
  private func undamaged<Content>(_ path: String, _ body: () throws -> Content) throws -> Content {
    do {
      return try body()
    } catch let error as FormatError {
      throw CheckpointError.damaged(path: path, reason: error.description)
    } catch let error as SignatureError {
      throw CheckpointError.damaged(path: path, reason: error.description)
    }
  }

  /// Runs a body that no other process runs at the same time.
  ///
  /// Signing takes milliseconds; who holds the lock for ten seconds hangs.
  func whileLocked<Result>(_ body: () throws -> Result) throws -> Result {
    let descriptor = unsafe open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure("open \(lock)") }
    defer { close(descriptor) }
    for _ in 0..<1_000 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return try body() }
      guard errno == EWOULDBLOCK || errno == EINTR else { throw Self.failure("flock \(lock)") }
      usleep(10_000)
    }
    throw CheckpointError.busy(path: lock)
  }
}
