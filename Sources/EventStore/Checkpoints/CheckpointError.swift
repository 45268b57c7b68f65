package import TransparencyLog

/// Why nothing is signed, or a log is not taken for the one that was signed.
package enum CheckpointError: Error, Hashable, Sendable {
  /// There is no signing key, though a checkpoint was signed or none was ever made.
  case noKey(path: String)
  /// A file is not what was written.
  case damaged(path: String, reason: String)
  /// The log is not the one that was signed.
  case conflict(CheckpointConflict)
  /// The log continues what was signed, so there is nothing to accept.
  case noConflict
  /// The name cannot be that of a log.
  case malformedOrigin(String)
  /// The ledger has a name already.
  case otherOrigin(String)
  /// Another process holds the lock for longer than a signature takes.
  case busy(path: String)
}

/// How a log differs from the last checkpoint that was signed of it.
package struct CheckpointConflict: Hashable, Sendable {
  /// What was signed.
  package let signed: Checkpoint
  /// How far the log has come.
  package let position: UInt64

  package init(signed: Checkpoint, position: UInt64) {
    self.signed = signed
    self.position = position
  }

  /// Compares a log with what was signed of it; `nil` if it continues that.
  ///
  /// - Parameters:
  ///   - signed: What was signed.
  ///   - log: The log.
  ///   - position: How far the log has come; its head's position if `nil`.
  /// - Throws: `DamagedRecord` if the tree cannot be read at that size.
  package init?(between signed: Checkpoint, and log: EventLog, at position: UInt64? = nil) throws {
    self.init(signed: signed, position: try position ?? log.head().position)
    guard !isShorter else { return }
    let root = try TreeHasher.root(ofSize: signed.size, from: StoredNodes(of: log))
    guard root != signed.root else { return nil }
  }

  /// Whether the log is shorter than what was signed; if not, it took another course.
  package var isShorter: Bool { position < signed.size }
}

extension CheckpointConflict: CustomStringConvertible {
  /// What differs.
  package var description: String {
    if isShorter {
      return "this log ends at position \(position), but a checkpoint of position \(signed.size) "
        + "was signed: it is an older copy, or its end was cut off"
    }
    return "this log is not the one whose position \(signed.size) was signed: its first "
      + "\(signed.size) records have another root"
  }
}

extension CheckpointError: CustomStringConvertible {
  /// What is wrong and what to do.
  package var description: String {
    switch self {
    case .noKey(let path):
      "there is no signing key at \(path); restore it from where you keep it, or if there never "
        + "was one, make it with: handover init"
    case .damaged(let path, let reason):
      "\(path) is not what was written: \(reason); restore it from where you keep it"
    case .conflict(let conflict):
      "\(conflict); restore the newer log, or go on with this one as a log of another name with: "
        + "handover checkpoint --accept-older"
    case .noConflict: "the log continues the last signed checkpoint; there is nothing to accept"
    case .malformedOrigin(let name):
      "\(name.debugDescription) cannot name a log; expected a name without spaces and plus signs, "
        + "such as example.com/ledger"
    case .otherOrigin(let name): "this log is called \(name); the name of a log never changes"
    case .busy(let path): "another process holds \(path); try again"
    }
  }
}
