import EventStore
import Foundation
import LMDB

/// How the keys of a ledger stand; nothing in it is secret.
public struct KeyStatus: Codable, Hashable, Sendable {
  /// Where the master key comes from.
  public var masterKey: String
  /// What the master key is known by: sixteen bytes of a hash, in hexadecimal.
  public var fingerprint: String
  /// How many slots were ever given a key; those of conversations to come are among them.
  public var made: UInt64
  /// How many of their keys are not there: an older copy of the keys was taken, or none.
  public var missing: UInt64
  /// How many of them were destroyed.
  public var destroyed: UInt64
}

extension Ledger {
  /// How the keys stand.
  public func keyStatus() throws -> KeyStatus {
    try LedgerError.wrapping {
      let source = try LedgerFiles(path).masterKeySource()
      return try KeyStatus(source, keys)
    }
  }

  /// Puts another master key in the place of the one there is, and wraps all data keys under it.
  ///
  /// Bodies, records and proofs stay as they are. The environment names the new key, by
  /// `HANDOVER_MASTER_KEY_NEW`, `…_NEW_FILE` or `…_NEW_COMMAND`; if it does not, one is drawn at
  /// random and takes the old one's place in its file. Copies of the data keys from before open
  /// with the old master key only: whoever destroys it destroys them.
  ///
  /// - Parameter path: The ledger's folder; no process may write it.
  /// - Returns: How the keys stand then.
  /// - Throws: `LedgerError` `.malformedQuery` if no place for a new key is known;
  ///   `.anotherWriter`.
  public static func rotateMasterKey(at path: String) throws -> KeyStatus {
    try LedgerError.wrapping {
      let files = LedgerFiles(path)
      guard files.exist else { throw LedgerError.noLedger(at: path) }
      let lock = try WriterLock(at: files.lock)
      defer { withExtendedLifetime(lock) {} }
      let old = try files.masterKeySource()
      let ring = try files.openKeys(for: .writing, creating: false, Options())
      let variables = ProcessInfo.processInfo.environment
      let name = LedgerFiles.masterKeyVariable + "_NEW"
      guard let new = try MasterKeySource(in: variables, named: name) else {
        try replace(old, of: ring)
        return try KeyStatus(old, ring)
      }
      let isFresh = !new.isFileThere
      let key = try new.key(creating: true)
      do {
        try ring.rewrap(under: key)
      } catch {
        if isFresh, ring.masterKeyFingerprint != key.fingerprint { new.removeFile() }
        throw error
      }
      return try KeyStatus(new, ring)
    }
  }

  /// Puts a fresh key into the file of the old one.
  private static func replace(_ old: MasterKeySource, of ring: KeyRing) throws {
    guard case .file(let path) = old else {
      let name = LedgerFiles.masterKeyVariable + "_NEW"
      throw LedgerError(
        .malformedQuery,
        "the master key is \(old), where no other can be put; name the new one with \(name), "
          + "\(name)_FILE or \(name)_COMMAND",
      )
    }
    let (fresh, next) = (MasterKey(), LedgerFiles.next(path))
    do {
      try ring.rewrap(under: fresh) { try fresh.write(to: next) }
    } catch {
      // Nothing is wrapped under it, unless the new ring is in place.
      if ring.masterKeyFingerprint != fresh.fingerprint {
        try? FileManager.default.removeItem(atPath: next)
      }
      throw error
    }
    try requireNoLink(at: path)
    try renameDurably(next, to: path)
  }
}

extension KeyStatus {
  fileprivate init(_ source: MasterKeySource, _ ring: KeyRing) throws {
    let usage = try ring.usage()
    masterKey = source.description
    fingerprint = ring.masterKeyFingerprint
    made = usage.filled
    missing = usage.missing
    destroyed = usage.destroyed
  }
}
