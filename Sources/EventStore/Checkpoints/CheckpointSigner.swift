import LMDB
package import TransparencyLog

/// Signs what the log is, and remembers what it signed.
///
/// In one folder a key never signs two trees of which one does not continue the other: each
/// signature is written and flushed before it is given out, and the next one is refused unless the
/// log continues it. Two copies of a folder remember apart. So whoever has two checkpoints of one
/// key that do not fit together has proof of a forgery, or of a copy that was written.
package struct CheckpointSigner: Sendable {
  let files: CheckpointFiles

  /// Takes the folder of the keys.
  package init(keysAt folder: String) { files = CheckpointFiles(folder: folder) }

  /// Makes the signing key if there is none.
  ///
  /// - Parameter origin: The name of the log and of its key; drawn at random if `nil`.
  /// - Throws: `CheckpointError` if the key is gone or has another name, or the name cannot be one.
  package func makeKey(origin: String?) throws {
    if let key = try files.readKey() {
      let name = key.verificationKey.name.description
      guard origin == nil || origin == name else { throw CheckpointError.otherOrigin(name) }
      return
    }
    guard !files.hasLatest else { throw CheckpointError.noKey(path: files.key) }
    try files.whileLocked {
      guard try files.readKey() == nil else { return }
      try writeDurably(Array((try Self.freshKey(origin).text + "\n").utf8), to: files.key)
    }
  }

  private static func freshKey(_ origin: String?) throws -> SigningKey {
    guard let name = NoteLine(origin ?? randomOrigin()), name.isKeyName else {
      throw CheckpointError.malformedOrigin(origin ?? "")
    }
    return try SigningKey(name: name)
  }

  /// A name that no other log has: 128 random bits.
  private static func randomOrigin() -> String {
    let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    return "conversation-ledger/" + bytes.hexadecimal
  }

  /// The public key, whose name is the log's.
  package func verificationKey() throws -> VerificationKey { try key().verificationKey }

  /// The last checkpoint that was signed; `nil` if there is none.
  package func latest() throws -> (note: SignedNote, tree: Checkpoint)? {
    guard let key = try files.readKey() else {
      guard files.hasLatest else { return nil }
      throw CheckpointError.noKey(path: files.key)
    }
    return try files.readLatest(signedBy: key.verificationKey)
  }

  private func key() throws -> SigningKey {
    guard let key = try files.readKey() else { throw CheckpointError.noKey(path: files.key) }
    return key
  }
}

extension CheckpointSigner {
  /// How a log differs from the last checkpoint; `nil` if it continues it, or there is none.
  package func conflict(with log: EventLog) throws -> CheckpointConflict? {
    guard let signed = try latest()?.tree else { return nil }
    return try CheckpointConflict(between: signed, and: log)
  }

  /// Signs what the log is now.
  ///
  /// What was signed already is given out again, with the signatures of others that it bears.
  ///
  /// - Returns: The signed checkpoint, which is on disk.
  /// - Throws: `CheckpointError` if the log does not continue what was signed last;
  ///   `DamagedRecord` if its tree is not what was committed.
  package func sign(_ log: EventLog) throws -> SignedNote {
    try files.whileLocked {
      let key = try key()
      let head = try log.head()
      if let last = try files.readLatest(signedBy: key.verificationKey) {
        if let conflict = try CheckpointConflict(between: last.tree, and: log) {
          throw CheckpointError.conflict(conflict)
        }
        if last.tree.size == head.position { return last.note }
      }
      return try sign(head, of: log, with: key)
    }
  }

  /// Signs what the log says beside its checkpoints; nothing in it binds the log.
  package func sign(_ statement: LogStatement) throws -> SignedNote {
    try statement.signed(with: key())
  }

  private func sign(_ head: LogHead, of log: EventLog, with key: SigningKey) throws -> SignedNote {
    let root = try TreeHasher.root(ofSize: head.position, from: StoredNodes(of: log))
    guard root == head.root else {
      throw DamagedRecord(at: head.position, "the tree's root is not the one committed")
    }
    let name = key.verificationKey.name
    let note = try Checkpoint(origin: name, size: head.position, root: root).signed(with: key)
    try writeDurably(note.bytes, to: files.latest)
    return note
  }

  /// Goes on with a log that does not continue what was signed: as another log, with a key and a
  /// name of its own.
  ///
  /// The old key is gone then, so it has never signed two courses of one log; its last checkpoint
  /// and its public key stay beside.
  ///
  /// - Parameters:
  ///   - log: The log to go on with.
  ///   - origin: Its name; drawn at random if `nil`.
  /// - Returns: Its first signed checkpoint.
  /// - Throws: `CheckpointError.noConflict` if the log continues what was signed.
  package func accept(_ log: EventLog, as origin: String?) throws -> SignedNote {
    try files.whileLocked {
      let old = try key().verificationKey
      guard let last = try files.readLatest(signedBy: old),
        try CheckpointConflict(between: last.tree, and: log) != nil
      else { throw CheckpointError.noConflict }
      let fresh = try Self.freshKey(origin)
      guard fresh.verificationKey.name != old.name else {
        throw CheckpointError.otherOrigin(old.name.description)
      }
      let place = files.superseded(last.tree.size, keyID: old.id)
      try writeDurably(Array((old.text + "\n").utf8), to: place + ".vkey")
      try writeDurably(last.note.bytes, to: place)
      try writeDurably(Array((fresh.text + "\n").utf8), to: files.key)
      return try sign(try log.head(), of: log, with: fresh)
    }
  }
}
