import Conversations
import EventStore
import TransparencyLog

/// What came of checking a proof, without any ledger.
public struct ProofCheck: Codable, Hashable, Sendable {
  /// Whether everything that was checked holds.
  public var holds: Bool
  /// The name of the log the proof is of.
  public var origin: String
  /// The log position of the record; `null` for a proof of something else.
  @ExplicitNull public var position: UInt64?
  /// The earlier number of records of a proof of growth.
  @ExplicitNull public var oldSize: UInt64?
  /// The conversation that is proved.
  @ExplicitNull public var conversationId: String?
  /// How many events the conversation has.
  @ExplicitNull public var count: Int?
  /// The log position of the conversation's first event.
  @ExplicitNull public var firstPosition: UInt64?
  /// The log position of the conversation's last event.
  @ExplicitNull public var lastPosition: UInt64?
  /// How many records the checkpoint is over.
  public var size: UInt64
  /// The root the checkpoint names, in hexadecimal.
  public var root: String
  /// What was checked and holds, in sentences.
  public var checked: [String]
  /// What could not be checked, in sentences.
  public var unchecked: [String]
  /// Why it does not hold; `null` if it does.
  @ExplicitNull public var reason: String?
  /// What was said in the conversation that is proved, if the proof has its key and holds.
  @ExplicitNull public var transcript: Transcript?
}

/// A proof that cannot be read, or what it is checked with cannot: no verdict is given.
public struct MalformedProof: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, and what was expected.
  public let description: String
}

/// What a proof is checked with; all of it comes from elsewhere than the proof.
public struct ProofEvidence: Hashable, Sendable {
  /// The log's public key, in the text form of c2sp.org/signed-note; without it nobody vouches for
  /// the checkpoint.
  public var vkey: String?
  /// The public keys of witnesses that must have signed the checkpoint too.
  public var witnesses: [String] = []
  /// The record the proof must be of, as it is stored.
  public var record: [UInt8]?
  /// An earlier checkpoint that a proof of growth must begin with.
  public var oldCheckpoint: [UInt8]?

  /// No evidence.
  public init() {}
}

extension ProofCheck {
  /// Checks a proof of a record, of growth, or of a conversation.
  ///
  /// - Parameters:
  ///   - bytes: The proof.
  ///   - evidence: What it is checked with.
  /// - Returns: What came of it.
  /// - Throws: `MalformedProof`.
  public static func check(_ bytes: [UInt8], with evidence: ProofEvidence) throws -> ProofCheck {
    do {
      if bytes.first == UInt8(ascii: "{") { return try conversation(bytes, evidence) }
      if bytes.starts(with: "old ".utf8) {
        return try growth(try AddCheckpoint(parsing: bytes), evidence)
      }
      return try inclusion(try LogProof(parsing: bytes), evidence)
    } catch let error as FormatError {
      throw MalformedProof(description: error.description)
    }
  }

  init(_ tree: Checkpoint) {
    self.init(
      holds: true,
      origin: tree.origin.description,
      size: tree.size,
      root: tree.root.description,
      checked: [],
      unchecked: ["that what was recorded is true, and that nothing was recorded after it"],
    )
  }

  private static func inclusion(
    _ proof: LogProof,
    _ evidence: ProofEvidence,
  ) throws -> ProofCheck {
    let tree = try Checkpoint(parsing: proof.note.text)
    var check = ProofCheck(tree)
    check.position = proof.index == .max ? nil : proof.index + 1
    try check.verify(proof.note, tree, evidence.vkey)
    try check.verifyWitnesses(proof.note, evidence)
    if let record = evidence.record, record != proof.extra {
      check.fail("the record given is not the one in the proof")
    }
    check.requireRecord(proof)
    let path = InclusionProof(index: proof.index, treeSize: tree.size, path: proof.path)
    check.try("the record is in the tree of the checkpoint, at its position") {
      try path.verify(leaf: TreeHasher.leafHash(of: proof.extra), root: tree.root)
    }
    return check
  }

  /// Refuses a proof whose record does not say itself that it is the one at its position.
  private mutating func requireRecord(_ proof: LogProof) {
    do {
      let header = try RecordHeader(parsing: proof.extra.span, at: proof.index &+ 1)
      checked.append("the record in the proof is whole and names position \(header.position)")
    } catch {
      fail("the record in the proof is not one of a ledger at this position: \(error.reason)")
    }
  }

  private static func growth(
    _ request: AddCheckpoint,
    _ evidence: ProofEvidence,
  ) throws -> ProofCheck {
    let tree = try Checkpoint(parsing: request.note.text)
    var check = ProofCheck(tree)
    check.oldSize = request.oldSize
    try check.verify(request.note, tree, evidence.vkey)
    try check.verifyWitnesses(request.note, evidence)
    guard let bytes = evidence.oldCheckpoint else {
      check.unchecked.append("the growth itself: give the earlier checkpoint with --old")
      return check
    }
    let note = try SignedNote(parsing: bytes)
    let old = try Checkpoint(parsing: note.text)
    try check.verify(note, old, evidence.vkey)
    guard old.origin == tree.origin, old.size == request.oldSize else {
      check.fail("the earlier checkpoint is of \(old.origin) at \(old.size), not what is proved")
      return check
    }
    check.try("the log has only grown since the earlier checkpoint") {
      try request.verify(tree, oldRoot: old.root)
    }
    return check
  }

  /// Checks that each witness has signed a checkpoint.
  mutating func verifyWitnesses(_ note: SignedNote, _ evidence: ProofEvidence) throws {
    for text in evidence.witnesses {
      let key = try VerificationKey(parsing: text)
      do {
        let time = try note.verify(with: [key]).compactMap(\.time).max() ?? 0
        let signedAt = Timestamp(microseconds: Int64(clamping: time) &* 1_000_000).text
        checked.append("witness \(key.name) has signed it at \(signedAt)")
      } catch {
        fail("witness \(key.name): \(error)")
      }
    }
  }

  /// Checks a checkpoint's signature, if there is a key.
  mutating func verify(_ note: SignedNote, _ tree: Checkpoint, _ vkey: String?) throws {
    guard let vkey else {
      unchecked.append("who signed the checkpoint of \(tree.size) records: give --vkey")
      return
    }
    let key = try VerificationKey(parsing: vkey)
    self.try("the checkpoint of \(tree.size) records is signed by \(key.name)") {
      _ = try Checkpoint(opening: note, of: tree.origin, with: key)
      guard key.name == tree.origin else {
        throw SignatureError.otherOrigin(expected: key.name, found: tree.origin)
      }
    }
  }

  mutating func `try`(_ sentence: String, _ body: () throws -> Void) {
    do {
      try body()
      checked.append(sentence)
    } catch {
      fail("\(error)")
    }
  }

  mutating func fail(_ reason: String) {
    holds = false
    self.reason = self.reason ?? reason
  }
}
