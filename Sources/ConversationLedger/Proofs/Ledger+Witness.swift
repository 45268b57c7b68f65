import EventStore
import TransparencyLog

/// Somebody who looks after logs: signs a checkpoint only if it continues the one signed before
/// (c2sp.org/tlog-witness).
public struct Witness: Sendable {
  /// What a witness answers to a request.
  public struct Answer: Hashable, Sendable {
    /// The HTTP status.
    public var status: Int
    /// The body.
    public var body: [UInt8]

    /// Takes an answer.
    public init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }
  }

  /// The key it signs with, in the text form of c2sp.org/signed-note.
  public var vkey: String
  /// Sends the body of `add-checkpoint` to it.
  public var addCheckpoint: @Sendable ([UInt8]) async throws -> Answer

  /// Takes a witness.
  public init(
    vkey: String,
    addCheckpoint: @escaping @Sendable ([UInt8]) async throws -> Answer,
  ) {
    (self.vkey, self.addCheckpoint) = (vkey, addCheckpoint)
  }
}

extension Ledger {
  /// How often a witness may say that it has seen another size meanwhile.
  private static let witnessAttempts = 4

  /// Signs what the log is now, has a witness sign it too, and keeps that signature with it.
  ///
  /// From then on checkpoint and proofs bear it, until the log has grown and is signed anew.
  ///
  /// - Parameter witness: Who signs.
  /// - Returns: The checkpoint with the witness's signature.
  /// - Throws: `LedgerError` `.behindCheckpoint` if the witness knows a longer log or another
  ///   course of this one; `.malformedQuery` if the key is none; `.unavailable` if it does not
  ///   sign for another reason.
  public func signCheckpoint(witnessedBy witness: Witness) async throws -> SignedCheckpoint {
    let key = try LedgerError.wrapping { try witnessKey(witness.vkey) }
    let note = try LedgerError.wrapping { try signer.sign(log) }
    var oldSize: UInt64 = 0
    for _ in 0..<Self.witnessAttempts {
      let request = try LedgerError.wrapping { try addCheckpoint(note, since: oldSize) }
      let answer = try await witness.addCheckpoint(request.bytes)
      switch answer.status {
      case 200: return try LedgerError.wrapping { try keep(answer.body, by: key, under: note) }
      case 409: oldSize = try size(in: answer, of: key, under: request)
      default: throw Self.refusal(of: key, answer)
      }
    }
    throw LedgerError(
      .unavailable,
      "witness \(key.name) goes on to other sizes meanwhile; try again",
    )
  }

  private func witnessKey(_ text: String) throws -> VerificationKey {
    do {
      return try VerificationKey(parsing: text)
    } catch {
      throw LedgerError(.malformedQuery, "the witness's key: \(error)")
    }
  }

  private func addCheckpoint(_ note: SignedNote, since oldSize: UInt64) throws -> AddCheckpoint {
    let size = try Checkpoint(parsing: note.text).size
    guard oldSize > 0, size > 0 else { return AddCheckpoint(oldSize: 0, path: [], note: note) }
    let nodes = StoredNodes(of: log)
    let growth = try ConsistencyProof(oldSize: oldSize, newSize: size, from: nodes)
    return AddCheckpoint(oldSize: oldSize, path: growth.path, note: note)
  }

  /// The size a witness has signed last; refuses one that is not a beginning of this log.
  private func size(
    in answer: Witness.Answer,
    of key: VerificationKey,
    under request: AddCheckpoint,
  ) throws -> UInt64 {
    guard let size = AddCheckpoint.sizeInConflict(answer.body) else {
      throw LedgerError(.unavailable, "witness \(key.name) answered 409 without a size")
    }
    let signed = try LedgerError.wrapping { try Checkpoint(parsing: request.note.text).size }
    guard size <= signed else {
      throw LedgerError(
        .behindCheckpoint,
        "witness \(key.name) has signed \(size) records of this log, which has \(signed): it is an "
          + "older copy, or its end was cut off",
      )
    }
    guard size != request.oldSize else {
      throw LedgerError(
        .behindCheckpoint,
        "witness \(key.name) has signed another log of \(size) records under this name",
      )
    }
    return size
  }

  private static func refusal(of key: VerificationKey, _ answer: Witness.Answer) -> LedgerError {
    switch answer.status {
    case 403: LedgerError(.unavailable, "witness \(key.name) does not know this log's key (403)")
    case 404: LedgerError(.unavailable, "witness \(key.name) does not know this log (404)")
    case 422:
      LedgerError(
        .behindCheckpoint,
        "witness \(key.name) has signed another course of this log: what it knows is not its "
          + "beginning (422)",
      )
    default: LedgerError(.unavailable, "witness \(key.name) answered \(answer.status)")
    }
  }

  /// Adds the signature that a witness answered.
  private func keep(
    _ lines: [UInt8],
    by key: VerificationKey,
    under note: SignedNote,
  ) throws -> SignedCheckpoint {
    do {
      let witnessed = try signer.keep(lines, by: key, under: note)
      let own = try signer.verificationKey()
      return SignedCheckpoint(witnessed, try Checkpoint(parsing: note.text), own)
    } catch let error as FormatError {
      throw LedgerError(.unavailable, "witness \(key.name) answered no signature: \(error)")
    } catch let error as SignatureError {
      throw LedgerError(.unavailable, "witness \(key.name): \(error)")
    }
  }
}
