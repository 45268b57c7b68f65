import TransparencyLog

/// The records of one commit, laid out and sealed while they are decided, hashed when they are
/// committed.
///
/// Both halves of the processor time overlap with the flush of the batch before or after.
package final class PendingBatch {
  /// The position the next event gets.
  package private(set) var nextPosition: UInt64 = 1
  /// The time of the command being applied, in microseconds since 1970.
  package internal(set) var time: Int64 = .min

  private(set) var first: UInt64 = 1
  /// The tree; behind the batch's records once they are hashed.
  private(set) var tree = IncrementalTree()
  private(set) var rows: [Range<Int>] = []
  private(set) var nodes: [(key: [UInt8], hash: TreeHash)] = []
  private let arena = RecordArena()
  private let keys: KeyRing

  init(keys: KeyRing) { self.keys = keys }

  /// How many records wait.
  package var count: Int { rows.count }

  /// The bytes of the rows that wait.
  var byteCount: Int { arena.count }

  /// The head the log has once the batch is written; known when the batch is hashed.
  var head: LogHead {
    LogHead(position: tree.size, root: tree.root, recordedAt: time)
  }

  /// Begins again behind a position.
  func begin(after position: UInt64, time: Int64) {
    self.time = time
    first = position + 1
    nextPosition = first
    rows.removeAll(keepingCapacity: true)
    nodes.removeAll(keepingCapacity: true)
    arena.rewind()
  }

  /// Hashes the records into a tree: each leaf hash goes before its record, completed nodes are
  /// gathered.
  func hash(into tree: IncrementalTree) {
    precondition(tree.size + 1 == first, "A batch goes behind the tree it is hashed into")
    self.tree = tree
    for row in rows {
      let leaf = unsafe arena.withMutableBytes(row) { bytes in
        let record = unsafe UnsafeRawBufferPointer(rebasing: bytes[RecordLayout.leafLength...])
        let leaf = unsafe TreeHasher.leafHash(of: record)
        unsafe bytes.storeBytes(of: leaf, as: TreeHash.self)
        return leaf
      }
      self.tree.append(leaf) { level, index, hash in
        guard level >= EventLog.lowestStoredLevel else { return }
        nodes.append((nodeKey(level, index), hash))
      }
    }
  }

  /// Where the batch stands, to come back to.
  struct Mark {
    fileprivate let position: UInt64
    fileprivate let rows: Int
    fileprivate let bytes: Int
  }

  /// Where the batch stands.
  var mark: Mark { Mark(position: nextPosition, rows: rows.count, bytes: arena.count) }

  /// Forgets what was appended since.
  func rewind(to mark: Mark) {
    nextPosition = mark.position
    rows.removeLast(rows.count - mark.rows)
    arena.rewind(to: mark.bytes)
  }

  /// Lays a record out and seals its body.
  ///
  /// - Returns: The header as it is stored.
  /// - Throws: If the event's key was destroyed, or a length passes its limit.
  @discardableResult
  package func append(_ event: ProposedEvent) throws -> RecordHeader {
    precondition(event.body.count <= bodyByteCountLimit, "A body is at most 4 MiB")
    precondition(
      event.idempotencyKey.count <= RecordLayout.idempotencyKeyLimit,
      "An idempotency key is at most 255 bytes",
    )
    var header = event.header
    header.position = nextPosition
    header.recordedAt = time
    header.idempotencyKeyLength = UInt8(event.idempotencyKey.count)
    if header.streamStart == 0, header.streamPosition == 1 { header.streamStart = nextPosition }
    let tag = event.body.isEmpty ? 0 : RecordLayout.tagLength
    header.sealedLength = UInt32(event.body.count + tag)
    let start = arena.count
    try layOut(header, event)
    rows.append(start..<arena.count)
    nextPosition += 1
    return header
  }

  /// Lends each row with its position.
  func forEachRow(_ body: (UInt64, Span<UInt8>) throws -> Void) rethrows {
    for (offset, range) in rows.enumerated() {
      try arena.withBytes(range) { try body(first + UInt64(offset), $0) }
    }
  }

  /// Writes header, identifiers, idempotency key and sealed body behind room for the leaf hash.
  private func layOut(_ header: RecordHeader, _ event: ProposedEvent) throws {
    let start = arena.count
    let clearLength = header.clearLength
    let length = RecordLayout.leafLength + clearLength + Int(header.sealedLength)
    let row = unsafe arena.take(length)
    let record = unsafe UnsafeMutableRawBufferPointer(rebasing: row[RecordLayout.leafLength...])
    guard let base = record.baseAddress else { return }
    unsafe header.store(to: base)
    let keyStart = clearLength - event.idempotencyKey.count
    unsafe record[keyStart..<clearLength].copyBytes(from: event.idempotencyKey)
    do {
      if header.sealedLength > 0 { unsafe try seal(event.body, header, into: record) }
    } catch {
      arena.rewind(to: start)
      throw error
    }
  }

  @unsafe
  private func seal(
    _ body: [UInt8],
    _ header: RecordHeader,
    into record: UnsafeMutableRawBufferPointer,
  ) throws {
    guard let key = try keys.key(inSlot: header.keySlot) else {
      throw DestroyedKey(slot: header.keySlot)
    }
    let clearLength = header.clearLength
    let clear = unsafe UnsafeRawBufferPointer(rebasing: record[..<clearLength])
    let output = unsafe UnsafeMutableRawBufferPointer(rebasing: record[clearLength...])
    unsafe try body.withUnsafeBytes { body in
      unsafe try BodySeal.seal(body, behind: clear, of: header, with: key, into: output)
    }
  }
}

/// The key an event would be sealed with was destroyed: its visitor was erased.
package struct DestroyedKey: Error, Hashable, Sendable {
  /// The empty slot.
  package let slot: UInt64
}
