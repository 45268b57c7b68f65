import Conversations
import EventStore
import Foundation
import LMDB
import Projections
import TransparencyLog

/// What says that words were made unreadable, and how that was checked: docs/erasure.md.
public struct ErasureReceipt: Codable, Hashable, Sendable {
  /// The form of the receipt.
  public var format = "conversation-ledger/erasure-receipt/1"
  /// `visitor`, `conversation` or `retention`.
  public var scope: String
  /// The visitor who was erased.
  @ExplicitNull public var visitorId: String?
  /// The conversation that was erased.
  @ExplicitNull public var conversationId: String?
  /// The bot in whose inbox a retention rule looked.
  @ExplicitNull public var botId: String?
  /// The moment before which the last activity lay, of a retention rule.
  @ExplicitNull public var inactiveSince: String?
  /// The account of who ordered it.
  @ExplicitNull public var orderedBy: String?
  /// Why.
  public var ground: String
  /// When it was ordered, by the ledger's clock.
  public var orderedAt: String
  /// The log position of the order: from there on nothing was added.
  public var orderPosition: UInt64
  /// How many conversations were erased.
  public var conversations: Int
  /// How many events they had before.
  public var events: Int
  /// How many keys were destroyed.
  public var keys: Int
  /// What the destroyed keys were known by; fewer than `keys` if another process had destroyed them
  /// before it died.
  public var keyFingerprints: [KeyPrint]
  /// The conversations.
  public var conversationIds: [String]
  /// Whether these are all conversations the order was about; a retention rule can fit more than
  /// one order takes.
  public var complete: Bool
  /// Whether a later process finished what one that died had begun.
  public var resumed: Bool
  /// What was found of the words; `null` if that process had destroyed the keys.
  @ExplicitNull public var hunt: HuntResult?
  /// The log's position when the words were gone.
  public var position: UInt64
  /// The root of the tree there, in hexadecimal.
  public var root: String

  /// A destroyed key.
  public struct KeyPrint: Codable, Hashable, Sendable {
    /// Its slot.
    public var slot: UInt64
    /// What it was known by: a hash that says nothing of it.
    public var fingerprint: String
  }
}

extension ErasureReceipt {
  fileprivate init(_ erasure: Erasure, _ prints: [KeyFingerprint], _ head: LogHead) {
    let order = erasure.order
    scope = order.subject.scope
    orderedBy = order.orderedBy
    ground = order.ground
    inactiveSince = order.inactiveSince?.text
    orderedAt = erasure.recordedAt.text
    orderPosition = erasure.position
    conversations = erasure.heads.count
    // What was written into the conversations about the erasure itself is not counted.
    events = erasure.heads.reduce(0) { $0 + Int($1.streamPosition) - ($1.state.isErased ? 1 : 0) }
    keys = erasure.slots.count
    keyFingerprints = prints.map { KeyPrint(slot: $0.slot, fingerprint: $0.text) }
    conversationIds = erasure.heads.map(\.conversation.description)
    complete = order.conversations.count < ErasureOrder.conversationLimit
    resumed = false
    position = head.position
    root = hexadecimal(head.root.bytes)
    switch order.subject {
    case .visitor(let visitor): visitorId = visitor.description
    case .conversation(let conversation): conversationId = conversation.description
    case .retention(let bot): botId = bot?.description
    }
  }
}

extension Ledger {
  /// Makes the receipt of an erasure that was carried out, and keeps it in the ledger's folder.
  ///
  /// Beside it lies a note about it, signed with the key of the checkpoints. The note is written
  /// first, so there is no receipt without one. One that a process gave before it died
  /// stays.
  func giveReceipt(
    for erasure: Erasure,
    _ prints: [KeyFingerprint],
    _ found: HuntResult?,
    isResumed: Bool,
  ) throws -> ErasureReceipt {
    var receipt = ErasureReceipt(erasure, prints, try log.head())
    (receipt.resumed, receipt.hunt) = (isResumed, found)
    let folder = LedgerFiles(path).receipts
    try identity.requireSame()
    try makeFolder(folder)
    let name = "erasure-\(erasure.position)"
    let file = "\(folder)/\(name).json"
    guard !isResumed || !FileManager.default.fileExists(atPath: file) else { return receipt }
    let bytes = try JSONText.bytes(of: receipt) + Array("\n".utf8)
    let note = try signer.sign(.receipt(named: name + ".json", bytes))
    try writeDurably(note.bytes, to: "\(folder)/\(name).note")
    try writeDurably(bytes, to: file)
    return receipt
  }
}
