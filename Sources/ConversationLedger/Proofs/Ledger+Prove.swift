import EventStore
import TransparencyLog

/// A proof that others check without the ledger.
public struct LedgerProof: Codable, Hashable, Sendable {
  /// The name of the log.
  public var origin: String
  /// How many records the checkpoint is over.
  public var size: UInt64
  /// The root of the tree over them, in hexadecimal.
  public var root: String
  /// The key the checkpoint is verified with.
  public var vkey: String
  /// The proof as it is stored and sent: of a record a C2SP `tlog-proof`, of growth the request of
  /// a C2SP `tlog-witness`.
  public var proof: String

  fileprivate init(_ checkpoint: SignedCheckpoint, _ proof: [UInt8]) {
    origin = checkpoint.origin
    size = checkpoint.size
    root = checkpoint.root
    vkey = checkpoint.vkey
    self.proof = String(decoding: proof, as: UTF8.self)
  }
}

extension Ledger {
  /// Proves that a record is in the log, under a checkpoint that is signed now.
  ///
  /// The proof carries the record itself as its extra data, so one file says everything: what was
  /// recorded, as it is stored, and that it is there. Its words stay sealed.
  ///
  /// - Parameter position: The record's log position.
  /// - Returns: The proof.
  /// - Throws: `LedgerError` `.notFound` if there is no such position; `.behindCheckpoint` if the
  ///   log is not the one that was signed.
  public func proof(of position: UInt64) throws -> LedgerProof {
    try LedgerError.wrapping {
      let (checkpoint, note) = try signed(atLeast: position)
      guard position > 0 else { throw LedgerError(.notFound, "positions begin at 1") }
      let inclusion = try InclusionProof(
        index: position - 1,
        treeSize: checkpoint.size,
        from: StoredNodes(of: log),
      )
      let record = try log.record(at: position)
      let proof = LogProof(extra: record.bytes, inclusion: inclusion, note: note)
      return LedgerProof(checkpoint, proof.bytes)
    }
  }

  /// Proves that the log has only grown since it had a number of records.
  ///
  /// - Parameter size: The earlier number of records; at least one.
  /// - Returns: The proof.
  /// - Throws: `LedgerError` `.notFound` if the log never had that size.
  public func proofOfGrowth(since size: UInt64) throws -> LedgerProof {
    try LedgerError.wrapping {
      let (checkpoint, note) = try signed(atLeast: size)
      guard size > 0 else {
        throw LedgerError(.malformedQuery, "nothing is proved by growth from an empty log")
      }
      let growth = try ConsistencyProof(
        oldSize: size,
        newSize: checkpoint.size,
        from: StoredNodes(of: log),
      )
      let request = AddCheckpoint(oldSize: size, path: growth.path, note: note)
      return LedgerProof(checkpoint, request.bytes)
    }
  }

  private func signed(
    atLeast position: UInt64
  ) throws -> (checkpoint: SignedCheckpoint, note: SignedNote) {
    let head = try log.head().position
    guard position <= head else {
      throw LedgerError(.notFound, "the log ends at position \(head), before \(position)")
    }
    let checkpoint = try signCheckpoint()
    do {
      return (checkpoint, try SignedNote(parsing: Array(checkpoint.note.utf8)))
    } catch {
      throw LedgerError(.damaged, "the checkpoint cannot be read: \(error)")
    }
  }
}
