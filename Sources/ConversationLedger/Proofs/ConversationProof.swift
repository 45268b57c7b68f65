public import Conversations
import EventStore
import Foundation
import Projections
import TransparencyLog

/// A whole conversation that others check without the ledger: docs/proofs.md.
///
/// It has every event of the conversation as it is stored, the proof that each is in the log, and a
/// signed statement of how many there are.
public struct ConversationProof: Codable, Hashable, Sendable {
  /// The form of the file.
  public static let form = "conversation-ledger/conversation-proof/1"

  /// The form of the file.
  public var format: String
  /// The conversation.
  public var conversationId: String
  /// How many events it has.
  public var count: Int
  /// The log position of its first event.
  public var firstPosition: UInt64
  /// The log position of its last event.
  public var lastPosition: UInt64
  /// The checkpoint that was signed when the proof was made, a signed note.
  public var checkpoint: String
  /// The log's statement that these are all events of the conversation under that checkpoint, a
  /// signed note.
  public var statement: String
  /// The key of the conversation in base64, which opens the words; `null` if it was not asked for,
  /// or was destroyed.
  @ExplicitNull public var key: String?
  /// The events.
  public var records: [ProvedRecord]

  /// An event as it is stored, and the way from it to the root.
  public struct ProvedRecord: Codable, Hashable, Sendable {
    /// Its log position.
    public var position: UInt64
    /// The record in base64.
    public var record: String
    /// The hashes from the leaf's neighbour up to the root in base64, the lowest first.
    public var path: [String]
  }
}

extension Ledger {
  /// Proves a whole conversation.
  ///
  /// - Parameters:
  ///   - conversation: Which one.
  ///   - withWords: Whether the conversation's key is given away too, so that its words can be read
  ///     and compared. Whoever has it reads them also after an erasure, as with any export.
  /// - Returns: The proof.
  /// - Throws: `LedgerError` `.notFound` if it is not there; `.behindCheckpoint` if the log is not
  ///   the one that was signed.
  public func proof(
    of conversation: ConversationID,
    withWords: Bool = false,
  ) throws -> ConversationProof {
    try LedgerError.wrapping {
      // Signed first: what is appended meanwhile is neither under the checkpoint nor counted.
      let note = try signer.sign(log)
      let tree = try Checkpoint(parsing: note.text)
      let head = try answering { snapshot in
        guard let head = try snapshot.head(of: conversation), head.start <= tree.size else {
          throw LedgerError(.notFound, "there is no conversation \(conversation)")
        }
        if withWords { try requireOwnKey(head, snapshot) }
        return head
      }
      let records = try log.records(ofStreamEndingAt: head.lastPosition, through: tree.size)
      let ends = (records.first?.header.position ?? 0, records.last?.header.position ?? 0)
      let statement = try signer.sign(
        .conversation("\(conversation)", count: records.count, ends: ends, under: tree)
      )
      let key = withWords ? try keys.plainKey(inSlot: head.keySlot) : nil
      return ConversationProof(
        format: ConversationProof.form,
        conversationId: conversation.description,
        count: records.count,
        firstPosition: ends.0,
        lastPosition: ends.1,
        checkpoint: String(decoding: note.bytes, as: UTF8.self),
        statement: String(decoding: statement.bytes, as: UTF8.self),
        key: key.map { Data($0).base64EncodedString() },
        records: try records.map { try proved($0, tree.size) },
      )
    }
  }

  /// Refuses to give a key away that opens other conversations too.
  private func requireOwnKey(_ head: Head, _ snapshot: ViewSnapshot) throws {
    let others = try snapshot.heads(of: head.state.visitor)
      .filter { $0.keySlot == head.keySlot && $0.start != head.start }
    guard others.isEmpty else {
      throw LedgerError(
        .malformedQuery,
        "conversation \(head.conversation) shares its key with \(others.count) others of its "
          + "visitor, because it was written by an earlier version; prove it without its words",
      )
    }
  }

  private func proved(
    _ record: Record,
    _ size: UInt64,
  ) throws -> ConversationProof.ProvedRecord {
    let index = record.header.position - 1
    let nodes = StoredNodes(of: log)
    let inclusion = try InclusionProof(index: index, treeSize: size, from: nodes)
    return ConversationProof.ProvedRecord(
      position: record.header.position,
      record: Data(record.bytes).base64EncodedString(),
      path: inclusion.path.map(\.base64),
    )
  }
}
