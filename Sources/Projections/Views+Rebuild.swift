import ConversationCoding
import Conversations
import Crypto
package import EventStore
import LMDB
import TransparencyLog

/// The most events folded in memory before the views are written.
///
/// An event takes at most about 300 bytes there; this many stay far below the 200 MB of our own
/// memory that the design allows.
private let foldLength: UInt64 = 262_144

extension Views {
  /// Brings the views up to a position of the log.
  ///
  /// - Parameters:
  ///   - log: The log the views are of.
  ///   - position: The position to stop at.
  ///   - progress: Hears the position reached.
  /// - Throws: What reading the log throws, or what writing the views throws.
  package func catchUp(
    with log: EventLog,
    through position: UInt64,
    progress: (UInt64) -> Void = { _ in },
  ) throws {
    var checkpoint = try checkpoint()
    while checkpoint.position < position {
      var overlay = Overlay(base: checkpoint.position, totals: checkpoint.totals)
      let end = min(position, checkpoint.position + foldLength)
      try overlay.fold(log, through: end, over: self)
      let root = try TreeHasher.root(ofSize: end, from: StoredNodes(of: log))
      try write(overlay, root: root.bytes)
      checkpoint = try self.checkpoint()
      progress(end)
    }
  }

  /// Copies the views into an empty folder, to be brought up there.
  package func copy(to folder: String) throws -> Views {
    try environment.copyCompacted(to: folder)
    return try Views(at: folder, for: .writing)
  }

  /// A fingerprint of every row of every table, and of the checkpoint: SHA-256 over names, keys and
  /// values, each behind its length.
  ///
  /// Equal at equal positions, however the views got there.
  package func digest() throws -> [UInt8] {
    try environment.read { transaction in
      var hasher = SHA256()
      let all = [
        tables.counts, tables.heads, tables.inboxes, tables.keys, tables.starts,
        tables.tookPart, tables.visitors, tables.visits,
      ]
      for (name, table) in zip(ViewTables.names, all) {
        hasher.update(counted: Array(name.utf8).span)
        try transaction.walk(table) { key, value in
          hasher.update(counted: key)
          hasher.update(counted: value)
          return .next
        }
      }
      hasher.update(counted: try tables.checkpoint(in: transaction).bytes.span)
      return Array(hasher.finalize())
    }
  }
}

extension Overlay {
  /// Takes in the events of the log up to a position.
  ///
  /// - Parameters:
  ///   - log: The log.
  ///   - end: The position to stop at.
  ///   - views: Where the heads of conversations that started before lie; `nil` if the overlay
  ///     begins at zero.
  /// - Throws: What reading the log or the views throws.
  package mutating func fold(
    _ log: EventLog,
    through end: UInt64,
    over views: Views?,
  ) throws {
    guard position < end else { return }
    try log.forEachKeyedHeader(from: position + 1, through: end) { header, key in
      try fold(header, idempotencyKey: key) { try views?.head(start: $0) }
    }
  }
}

extension SHA256 {
  /// Hashes a length in eight bytes, then the bytes.
  fileprivate mutating func update(counted bytes: Span<UInt8>) {
    update(data: numberBytes(UInt64(bytes.count)))
    // Safety: the hasher reads the buffer before the closure returns.
    unsafe bytes.withUnsafeBytes { unsafe update(bufferPointer: $0) }
  }
}
