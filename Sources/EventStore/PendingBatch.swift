import Sealing
import TransparencyLog

/// The records of one commit: laid out while they are decided, then sealed and hashed, then
/// written.
package final class PendingBatch {
  /// The position the next event gets.
  package private(set) var nextPosition: UInt64 = 1
  /// The time of the command being applied, in microseconds since 1970.
  package internal(set) var time: Int64 = .min

  private(set) var first: UInt64 = 1
  /// Why ordinary commands can append nothing: the map or the disk is full.
  var fullness: (any Error)?
  /// Whether a record is of a command that may not use the reserve.
  private(set) var hasOrdinary = false
  private var isOrdinary = true
  /// Where the nonces of the proposal are counted from, and how many of its commands were begun.
  private var nonces = (base: NonceBase(0), commands: UInt64(0))
  /// The nonce of the next event; it never goes back within a proposal.
  private var nextNonce = BodyNonce(0)
  /// The tree behind the batch's records, once they are hashed.
  private var tree = IncrementalTree()
  /// How many records are sealed and hashed.
  private var sealedCount = 0
  /// Why the records could not be sealed; the batch must not be written then.
  private(set) var sealingFailure: (any Error)?
  private var rows: [Row] = []
  private(set) var nodes: [(key: [UInt8], hash: TreeHash)] = []
  private let arena = RecordArena()
  private let keys: KeyRing

  /// A row in the arena, and what seals its body.
  private struct Row {
    let range: Range<Int>
    /// The bytes of the record before its body.
    let clearLength: Int
    /// The key; none if there is no body.
    let key: SealingKey?
    let nonce: BodyNonce
  }

  init(keys: KeyRing) { self.keys = keys }

  /// How many records wait.
  package var count: Int { rows.count }

  /// The bytes of the rows that wait.
  var byteCount: Int { arena.count }

  /// The bytes of the pages they take, or some more.
  var pageByteCount: Int {
    rows.reduce(0) { $0 + EventLog.pageByteCount(ofRow: $1.range.count) }
  }

  /// The head the log has once the batch is written; known when the batch is hashed.
  var head: LogHead {
    LogHead(position: tree.size, root: tree.root, recordedAt: time)
  }

  /// Begins again behind a position.
  func begin(after position: UInt64, time: Int64) {
    self.time = time
    first = position + 1
    nextPosition = first
    sealedCount = 0
    sealingFailure = nil
    (fullness, hasOrdinary) = (nil, false)
    rows.removeAll(keepingCapacity: true)
    nodes.removeAll(keepingCapacity: true)
    arena.rewind()
  }

  /// Goes on with the next proposal.
  ///
  /// - Parameters:
  ///   - time: When it was ordered.
  ///   - base: Where its nonces are counted from.
  func beginProposal(at time: Int64, _ base: NonceBase) {
    self.time = max(self.time, time)
    nonces = (base, 0)
    nextNonce = base.firstNonce(ofCommand: 0)
  }

  /// Goes on with the proposal's next command, whose nonces follow from its place among them alone.
  ///
  /// - Parameter usingReserve: Whether it appends though the ledger is full.
  package func beginCommand(usingReserve: Bool) {
    isOrdinary = !usingReserve
    nextNonce = nonces.base.firstNonce(ofCommand: nonces.commands)
    nonces.commands += 1
  }

  /// Seals the bodies that are not sealed yet, then hashes their records into the tree: each leaf
  /// hash goes before its record, completed nodes are gathered.
  ///
  /// - Parameter tree: The tree behind the records before.
  func seal(behind tree: inout IncrementalTree) {
    precondition(tree.size + 1 == first + UInt64(sealedCount), "Batches are hashed in order")
    do {
      while sealedCount < rows.count {
        let leaf = try sealNext()
        tree.append(leaf) { level, index, hash in
          guard level >= EventLog.lowestStoredLevel else { return }
          nodes.append((nodeKey(level, index), hash))
        }
      }
    } catch {
      sealingFailure = error
    }
    self.tree = tree
  }

  private func sealNext() throws -> TreeHash {
    let row = rows[sealedCount]
    defer { sealedCount += 1 }
    return unsafe try arena.withMutableBytes(row.range) { bytes in
      unsafe try seal(row, bytes)
    }
  }

  /// Seals a row's body where it lies, and puts the leaf hash before the record.
  @unsafe
  private func seal(_ row: Row, _ bytes: UnsafeMutableRawBufferPointer) throws -> TreeHash {
    let record = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[RecordLayout.leafLength...])
    if let key = row.key {
      let clear = unsafe record[..<row.clearLength]
      let output = unsafe record[row.clearLength...]
      unsafe try BodySeal.seal(
        UnsafeRawBufferPointer(rebasing: output.dropLast(RecordLayout.tagLength)),
        behind: UnsafeRawBufferPointer(rebasing: clear),
        nonce: row.nonce,
        with: key,
        into: UnsafeMutableRawBufferPointer(rebasing: output),
      )
    }
    let leaf = unsafe TreeHasher.leafHash(of: UnsafeRawBufferPointer(record))
    unsafe bytes.storeBytes(of: leaf, as: TreeHash.self)
    return leaf
  }

  /// Where the batch stands, to come back to.
  package struct Mark {
    fileprivate let position: UInt64
    fileprivate let rows: Int
    fileprivate let bytes: Int
  }

  /// Where the batch stands.
  package var mark: Mark { Mark(position: nextPosition, rows: rows.count, bytes: arena.count) }

  /// Forgets what was appended since, but for its nonces, which do not come again.
  package func rewind(to mark: Mark) {
    nextPosition = mark.position
    rows.removeLast(rows.count - mark.rows)
    arena.rewind(to: mark.bytes)
  }

  /// Lays a record out behind those before it.
  ///
  /// - Returns: The header as it is stored.
  /// - Throws: If the event's key was destroyed, or cannot be read, or the ledger is full; the
  ///   batch is then as it was.
  @discardableResult
  package func append(_ event: ProposedEvent) throws -> RecordHeader {
    place(event, try key(for: event))
  }

  /// Lays the records of one command out behind those before them, all or none.
  ///
  /// Whatever can fail is done before the first of them is laid out, so a state that takes the
  /// events in behind this call never holds one that has no record. The first event gets
  /// `nextPosition`, the others the positions behind it.
  ///
  /// - Returns: The headers as they are stored.
  /// - Throws: If a key was destroyed, or cannot be read, or the ledger is full; the batch is then
  ///   as it was.
  @discardableResult
  package func append(_ events: [ProposedEvent]) throws -> [RecordHeader] {
    let keys = try events.map { try key(for: $0) }
    return zip(events, keys).map { place($0, $1) }
  }

  /// The key that seals an event, if it may be appended; none if it has no body.
  ///
  /// Looked up while the command can still be refused alone; sealing would fail the batch.
  private func key(for event: ProposedEvent) throws -> SealingKey? {
    if isOrdinary, let fullness { throw fullness }
    guard !event.body.isEmpty else { return nil }
    guard let key = try keys.key(inSlot: event.header.keySlot) else {
      throw DestroyedKey(slot: event.header.keySlot)
    }
    return key
  }

  private func place(_ event: ProposedEvent, _ key: SealingKey?) -> RecordHeader {
    precondition(event.body.count <= bodyByteCountLimit, "A body is at most 4 MiB")
    precondition(
      event.idempotencyKey.count <= RecordLayout.idempotencyKeyLimit,
      "An idempotency key is at most 255 bytes",
    )
    var header = event.header
    header.format = .current
    header.nonce = nextNonce
    header.position = nextPosition
    header.recordedAt = time
    header.idempotencyKeyLength = UInt8(event.idempotencyKey.count)
    if header.streamStart == 0, header.streamPosition == 1 { header.streamStart = nextPosition }
    header.sealedLength = key == nil ? 0 : UInt32(event.body.count + RecordLayout.tagLength)
    let start = arena.count
    layOut(header, event)
    rows.append(
      Row(
        range: start..<arena.count,
        clearLength: header.clearLength,
        key: key,
        nonce: header.nonce,
      )
    )
    hasOrdinary = hasOrdinary || isOrdinary
    nextPosition += 1
    nextNonce = nextNonce.next
    return header
  }

  /// Lends each row with its position.
  func forEachRow(_ body: (UInt64, Span<UInt8>) throws -> Void) rethrows {
    for (offset, row) in rows.enumerated() {
      try arena.withBytes(row.range) { try body(first + UInt64(offset), $0) }
    }
  }

  /// Writes header, identifiers, idempotency key and plain body between room for the leaf hash and
  /// room for the tag.
  private func layOut(_ header: RecordHeader, _ event: ProposedEvent) {
    let clearLength = header.clearLength
    let length = RecordLayout.leafLength + clearLength + Int(header.sealedLength)
    let row = unsafe arena.take(length)
    let record = unsafe UnsafeMutableRawBufferPointer(rebasing: row[RecordLayout.leafLength...])
    guard let base = record.baseAddress else { return }
    unsafe header.store(to: base)
    let keyStart = clearLength - event.idempotencyKey.count
    unsafe record[keyStart..<clearLength].copyBytes(from: event.idempotencyKey)
    let bodyEnd = clearLength + event.body.count
    unsafe record[clearLength..<bodyEnd].copyBytes(from: event.body)
  }
}

/// The key an event would be sealed with was destroyed: its visitor was erased.
package struct DestroyedKey: Error, Hashable, Sendable {
  /// The empty slot.
  package let slot: UInt64
}
