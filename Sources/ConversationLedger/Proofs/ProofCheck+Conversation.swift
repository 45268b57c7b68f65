import ConversationCoding
import Conversations
import EventStore
import Foundation
import Projections
import TransparencyLog

extension ProofCheck {
  /// Checks the proof of a conversation.
  ///
  /// - Throws: `MalformedProof` if it cannot be read.
  static func conversation(_ bytes: [UInt8], _ evidence: ProofEvidence) throws -> ProofCheck {
    let parts = try ConversationParts(parsing: bytes)
    var check = ProofCheck(parts.tree)
    check.conversationId = parts.proof.conversationId
    check.count = parts.proof.count
    check.firstPosition = parts.proof.firstPosition
    check.lastPosition = parts.proof.lastPosition
    try check.verify(parts.note, parts.tree, evidence.vkey)
    try check.verifyWitnesses(parts.note, evidence)
    try check.verifyStatement(parts, evidence.vkey)
    check.try("its \(parts.records.count) events follow one another, and none is left out") {
      try parts.requireChain()
    }
    check.try("each of them is in the tree of the checkpoint, at its position") {
      try parts.requireInclusion()
    }
    try check.open(parts)
    check.unchecked.append("that nothing was said in it after the checkpoint")
    return check
  }

  /// Checks that the log itself says how many events there are.
  private mutating func verifyStatement(_ parts: ConversationParts, _ vkey: String?) throws {
    let note = try SignedNote(parsing: Array(parts.proof.statement.utf8))
    let said = parts.statement
    guard let vkey else {
      if note.text != said.text { fail("the statement in the proof is about something else") }
      return
    }
    let key = try VerificationKey(parsing: vkey)
    self.try("\(key.name) says that there are \(parts.proof.count) events and no others") {
      try said.verify(note, with: key)
    }
  }

  /// Opens the words, if the proof has the key.
  private mutating func open(_ parts: ConversationParts) throws {
    guard let key = parts.key else {
      unchecked.append("what was said: the proof has no key; prove again with --words")
      return
    }
    var events: [RecordedEvent] = []
    self.try("what was said is what was recorded") {
      events = try parts.records.map { record in
        RecordedEvent(record, body: try EventBody(decoding: record.open(with: key)))
      }
    }
    guard holds else { return }
    let entries = TranscriptEntry.entries(of: events, registry: Registry())
    transcript = Transcript(
      conversationId: parts.proof.conversationId,
      position: parts.tree.size,
      lastPosition: parts.proof.lastPosition,
      complete: true,
      count: entries.count,
      entries: entries,
    )
  }
}

/// What the proof of a conversation consists of, read.
private struct ConversationParts {
  let proof: ConversationProof
  let conversation: ConversationID
  let note: SignedNote
  let tree: Checkpoint
  let key: [UInt8]?
  let records: [Record]
  private let paths: [[TreeHash]]

  init(parsing bytes: [UInt8]) throws {
    do {
      proof = try JSONDecoder().decode(ConversationProof.self, from: Data(bytes))
    } catch {
      throw MalformedProof(description: "it is no JSON of \(ConversationProof.form): \(error)")
    }
    guard proof.format == ConversationProof.form,
      let conversation = ConversationID(proof.conversationId)
    else { throw MalformedProof(description: "expected the form \(ConversationProof.form)") }
    self.conversation = conversation
    note = try SignedNote(parsing: Array(proof.checkpoint.utf8))
    tree = try Checkpoint(parsing: note.text)
    key = try proof.key.map { try Self.bytes($0, "key", count: 32) }
    paths = try proof.records.map { try $0.path.map(Self.hash) }
    records = try proof.records.map { proved in
      do {
        return try Record(Self.bytes(proved.record, "record"), at: proved.position)
      } catch let damage as DamagedRecord {
        throw MalformedProof(description: "position \(proved.position): \(damage.reason)")
      }
    }
  }

  private static func bytes(_ text: String, _ what: String, count: Int? = nil) throws -> [UInt8] {
    guard let data = Data(base64Encoded: text), count == nil || data.count == count else {
      throw MalformedProof(description: "a \(what) is not in base64, or not as long as it must be")
    }
    return Array(data)
  }

  private static func hash(_ text: String) throws -> TreeHash {
    guard let hash = TreeHash(base64: Array(text.utf8)[...]) else {
      throw MalformedProof(description: "a hash of a path is not 32 bytes in base64")
    }
    return hash
  }

  /// What the log must have said of the conversation.
  var statement: LogStatement {
    .conversation(
      proof.conversationId,
      count: proof.count,
      ends: (proof.firstPosition, proof.lastPosition),
      under: tree,
    )
  }

  /// Refuses events that are not one whole stream, from its first event on.
  func requireChain() throws {
    guard records.count == proof.count, records.first?.header.position == proof.firstPosition,
      records.last?.header.position == proof.lastPosition
    else { throw BrokenChain(what: "count, first or last position are not those of the events") }
    var previous: UInt64 = 0
    for (index, record) in records.enumerated() {
      let header = record.header
      guard header.stream == conversation.value, header.isOfConversation,
        header.streamPosition == index + 1, header.previous == previous,
        header.streamStart == proof.firstPosition
      else {
        throw BrokenChain(what: "the event at position \(header.position) is not the next one")
      }
      previous = header.position
    }
  }

  /// Refuses events that are not in the tree.
  func requireInclusion() throws {
    for (record, path) in zip(records, paths) {
      try InclusionProof(index: record.header.position - 1, treeSize: tree.size, path: path)
        .verify(leaf: record.leaf, root: tree.root)
    }
  }
}

/// The events of a conversation's proof are not all of it.
private struct BrokenChain: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}
