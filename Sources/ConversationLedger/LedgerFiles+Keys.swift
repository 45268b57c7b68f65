import EventStore
import Foundation
import LMDB

extension LedgerFiles {
  /// The variable that holds the master key; with `_FILE` or `_COMMAND` behind it, where it is.
  static let masterKeyVariable = "HANDOVER_MASTER_KEY"

  /// Where the master key comes from: what the environment names, else a file beside the keys.
  ///
  /// - Throws: `KeyError` if the environment names several.
  func masterKeySource() throws -> MasterKeySource {
    let variables = ProcessInfo.processInfo.environment
    return try MasterKeySource(in: variables, named: Self.masterKeyVariable) ?? .file(masterKey)
  }

  /// Where a rotation keeps the new master key until the data keys are wrapped under it.
  static func next(_ masterKey: String) -> String { masterKey + ".next" }

  /// Opens the data keys under the master key.
  ///
  /// A rotation that ended after the data keys were wrapped, and before the new master key was in
  /// its place, is finished.
  ///
  /// - Parameters:
  ///   - access: Whether slots may be filled.
  ///   - creating: Whether keys and master key are made if there are none.
  ///   - options: What makes keys, and whether older ones are taken.
  /// - Returns: The keys.
  /// - Throws: `LedgerError` `.noLedger` if there are no keys; `KeyError` if there is no master key
  ///   or it is another one; `StorageError`.
  func openKeys(
    for access: Environment.Access,
    creating: Bool,
    _ options: Ledger.Options,
  ) throws -> KeyRing {
    guard creating || KeyRing.isThere(at: keys) else { throw LedgerError.noKeys(in: keys) }
    let source = try masterKeySource()
    do {
      let ring = try ring(under: source.key(creating: creating), for: access, options)
      if access == .writing, case .file(let path) = source {
        try? FileManager.default.removeItem(atPath: Self.next(path))
      }
      return ring
    } catch KeyError.wrongMasterKey {
      guard case .file(let path) = source,
        FileManager.default.fileExists(atPath: Self.next(path))
      else { throw KeyError.wrongMasterKey }
      let next = try MasterKey(atPath: Self.next(path), creating: false)
      let ring = try ring(under: next, for: access, options)
      if access == .writing { try renameDurably(Self.next(path), to: path) }
      return ring
    }
  }

  private func ring(
    under masterKey: MasterKey,
    for access: Environment.Access,
    _ options: Ledger.Options,
  ) throws -> KeyRing {
    let orphaned: KeyRing.Orphan = options.takesOlderKeys ? .accepted : .refused
    guard let makeKey = options.makeKey, access == .writing else {
      return try KeyRing(at: keys, for: access, masterKey: masterKey, orphaned: orphaned)
    }
    return try KeyRing(
      at: keys,
      for: access,
      masterKey: masterKey,
      makeKey: makeKey,
      orphaned: orphaned,
    )
  }
}
