import EventStore
import Foundation
import LMDB
import TransparencyLog

/// A signed statement of what the log was at a size (c2sp.org/tlog-checkpoint).
public struct SignedCheckpoint: Codable, Hashable, Sendable {
  /// The name of the log, which is also the name of its key.
  public var origin: String
  /// How many records the log had: the position of the last one.
  public var size: UInt64
  /// The root of the RFC 6962 tree over them, in hexadecimal.
  public var root: String
  /// The checkpoint as a signed note (c2sp.org/signed-note), as others verify it.
  public var note: String
  /// The public key that verifies it, in the text form of that specification.
  public var vkey: String

  init(_ note: SignedNote, _ tree: Checkpoint, _ key: VerificationKey) {
    origin = tree.origin.description
    size = tree.size
    root = hexadecimal(tree.root.bytes)
    self.note = String(decoding: note.bytes, as: UTF8.self)
    vkey = key.text
  }
}

extension Ledger {
  /// Signs what this log is, and no other one that lies where the ledger lay.
  var signer: CheckpointSigner {
    get throws {
      try identity.requireSame()
      return CheckpointSigner(keysAt: LedgerFiles(path).keys)
    }
  }

  /// Signs what the log is now.
  ///
  /// Works beside a process that writes, for it reads the log only; two that sign wait for each
  /// other. What was signed already is given out again.
  ///
  /// - Returns: The signed checkpoint, which is on disk.
  /// - Throws: `LedgerError` `.behindCheckpoint` if the log does not continue what was signed last.
  public func signCheckpoint() throws -> SignedCheckpoint {
    try LedgerError.wrapping {
      let note = try signer.sign(log)
      return SignedCheckpoint(
        note,
        try Checkpoint(parsing: note.text),
        try signer.verificationKey(),
      )
    }
  }

  /// The last checkpoint that was signed; `nil` if there is none.
  public func latestCheckpoint() throws -> SignedCheckpoint? {
    try LedgerError.wrapping {
      guard let (note, tree) = try signer.latest() else { return nil }
      return SignedCheckpoint(note, tree, try signer.verificationKey())
    }
  }

  /// The public key of the log: `<name>+<key ID>+<key>` (c2sp.org/signed-note, "Verifier keys").
  public func verificationKey() throws -> String {
    try LedgerError.wrapping { try signer.verificationKey().text }
  }

  /// What speaks against taking this log for the one that was signed; `nil` if nothing does.
  ///
  /// A log that does not continue its last signed checkpoint can be read, and should be looked at.
  public func checkpointWarning() -> String? {
    do {
      return try LedgerError.wrapping { try signer.conflict(with: log)?.description }
        ?? laterViews()
    } catch {
      return "the last checkpoint cannot be read: \(error)"
    }
  }

  /// Goes on with a log that does not continue what was signed, under another name and key, or that
  /// is older than its views.
  ///
  /// The superseded checkpoint and its public key stay in the folder of the keys. Where nothing was
  /// signed that the log does not continue, it keeps its name, and only the views go.
  ///
  /// - Parameters:
  ///   - path: The ledger's folder; no process may write it.
  ///   - origin: The new name; drawn at random if `nil`.
  /// - Returns: The first checkpoint under the new name.
  /// - Throws: `LedgerError` `.notFound` if the log continues what was signed.
  public static func acceptOlderLog(
    at path: String,
    as origin: String? = nil,
  ) throws -> SignedCheckpoint {
    try LedgerError.wrapping {
      let files = LedgerFiles(path)
      guard files.exist else { throw LedgerError.noLedger(at: path) }
      let lock = try WriterLock(at: files.lock)
      defer { withExtendedLifetime(lock) {} }
      let signer = CheckpointSigner(keysAt: files.keys)
      let log = try EventLog(at: files.log, for: .reading)
      let isSigned = try signer.conflict(with: log) != nil
      let areViewsLater = try files.laterViews(than: log) != nil
      let note =
        try areViewsLater && !isSigned ? signer.sign(log) : signer.accept(log, as: origin)
      if areViewsLater { try FileManager.default.removeItem(atPath: files.views) }
      return SignedCheckpoint(
        note,
        try Checkpoint(parsing: note.text),
        try signer.verificationKey(),
      )
    }
  }
}
