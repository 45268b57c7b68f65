import TransparencyLog

/// A witness by the letter of c2sp.org/tlog-witness, in memory.
struct TestWitness {
  /// The witness's key.
  let key: SigningKey
  /// The logs it knows, by their keys.
  let logs: [VerificationKey]
  private var cosigned: [NoteLine: Checkpoint] = [:]

  init(key: SigningKey, logs: [VerificationKey]) {
    self.key = key
    self.logs = logs
  }

  /// Answers a request: the status and the body.
  mutating func answer(_ body: [UInt8], at time: UInt64) throws -> (status: Int, body: [UInt8]) {
    guard let request = try? AddCheckpoint(parsing: body) else {
      // A signature that cannot be read is answered like one that does not verify.
      return AddCheckpoint.hasReadableHead(body) ? (403, []) : (400, [])
    }
    guard let checkpoint = try? Checkpoint(parsing: request.note.text) else { return (400, []) }
    guard let log = logs.first(where: { $0.name == checkpoint.origin }) else { return (404, []) }
    guard (try? request.note.verify(with: [log])) != nil else { return (403, []) }
    guard request.oldSize <= checkpoint.size else { return (400, []) }
    let last = cosigned[checkpoint.origin]
    guard request.oldSize == last?.size ?? 0 else {
      return (409, AddCheckpoint.conflict(atSize: last?.size ?? 0))
    }
    let oldRoot = last?.root ?? TreeHasher.emptyRoot
    guard (try? request.verify(checkpoint, oldRoot: oldRoot)) != nil,
      checkpoint.size > 0 || checkpoint.root == TreeHasher.emptyRoot
    else { return (422, []) }
    cosigned[checkpoint.origin] = checkpoint
    let signature = try key.signature(of: request.note.text, at: time)
    return (200, NoteSignature.bytes(of: [signature]))
  }
}

extension AddCheckpoint {
  /// Whether a request can be read up to its checkpoint.
  fileprivate static func hasReadableHead(_ body: [UInt8]) -> Bool {
    body.starts(with: Array("old ".utf8)) && body.last == UInt8(ascii: "\n")
  }
}
