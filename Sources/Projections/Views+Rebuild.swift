import ConversationCoding
import Conversations
import Crypto
import Dispatch
package import EventStore
import Foundation
import LMDB
import Synchronization
import TransparencyLog

/// The events folded at a time, before it is seen how much memory the changes take.
///
/// Each takes at most about 700 bytes there.
private let foldLength: UInt64 = 131_072

/// The memory that changes may take before the views are written, in bytes.
///
/// The fewer writes, the fewer times a conversation that goes on is written; this stays below the
/// 200 MB of our own memory that the design allows.
private let changesByteCount = 64 << 20

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
    guard checkpoint.position < position else { return }
    try check()
    while checkpoint.position < position {
      let overlays = try fold(log, after: checkpoint, through: position, progress)
      let end = overlays.first?.position ?? position
      let root = try TreeHasher.root(ofSize: end, from: StoredNodes(of: log))
      try writeUnchecked(overlays, root: root.bytes)
      checkpoint = try self.checkpoint()
    }
  }

  /// Takes in the log behind a checkpoint, until the changes take much memory.
  private func fold(
    _ log: EventLog,
    after checkpoint: Checkpoint,
    through position: UInt64,
    _ progress: (UInt64) -> Void,
  ) throws -> [Overlay] {
    let shares = StreamShare.shares(ProcessInfo.processInfo.activeProcessorCount)
    let first = Overlay(base: checkpoint.position, totals: checkpoint.totals)
    let overlays = Mutex<[Overlay?]>(shares.map { _ in first })
    var end = checkpoint.position
    var byteCount = 0
    repeat {
      end = min(position, end + foldLength)
      try fold(log, through: end, shares, into: overlays)
      progress(end)
      byteCount = overlays.withLock { $0.reduce(0) { $0 + ($1?.byteCount ?? 0) } }
    } while end < position && byteCount < changesByteCount
    return overlays.withLock { $0.compactMap(\.self) }
  }

  /// Takes in a span of the log, a share of the streams on each processor.
  private func fold(
    _ log: EventLog,
    through end: UInt64,
    _ shares: [StreamShare],
    into overlays: borrowing Mutex<[Overlay?]>,
  ) throws {
    let failures = Mutex<[any Error]>([])
    DispatchQueue.concurrentPerform(iterations: shares.count) { index in
      // Taken out, so that it is changed in place and not copied.
      guard var overlay = overlays.withLock({ $0[index].take() }) else { return }
      do {
        try overlay.fold(log, through: end, of: shares[index], over: self)
        overlays.withLock { $0[index] = overlay }
      } catch {
        failures.withLock { $0.append(error) }
      }
    }
    if let failure = failures.withLock({ $0.first }) { throw failure }
  }

  /// Copies the views into an empty folder, to be brought up there.
  package func copy(to folder: String) throws -> Views {
    try check()
    try naming { try environment.copyCompacted(to: folder) }
    return try Views(at: folder, for: .writing)
  }

  /// A fingerprint of every row of every table, and of the checkpoint: SHA-256 over names, keys and
  /// values, each behind its length.
  ///
  /// Equal at equal positions, however the views got there.
  package func digest() throws -> [UInt8] {
    try read { transaction in
      var hasher = SHA256()
      for (name, table) in zip(ViewTables.names, tables.all) {
        hasher.update(counted: Array(name.utf8).span)
        try table.walk(in: transaction) { key, value in
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
  ///   - share: The streams to take in.
  ///   - views: Where the heads of conversations that started before lie; `nil` if the overlay
  ///     begins at zero.
  /// - Throws: What reading the log or the views throws.
  package mutating func fold(
    _ log: EventLog,
    through end: UInt64,
    of share: StreamShare = .all,
    over views: Views?,
  ) throws {
    guard position < end else { return }
    try log.forEachKeyedHeader(from: position + 1, through: end, of: share) { header, key in
      try fold(header, idempotencyKey: key) { try views?.head(startingAt: $0, in: log) }
    }
    position = end
  }
}

extension Views {
  /// The head of a conversation that goes on in the log; `nil` if the stream is none.
  ///
  /// - Throws: `DamagedViews` if the log says that it began and the views do not know it.
  fileprivate func head(startingAt start: UInt64, in log: EventLog) throws -> Head? {
    if let head = try head(start: start) { return head }
    guard try Head(startingWith: log.record(at: start).header) != nil else { return nil }
    return try naming { throw DamagedViews("the views lack a conversation of the log") }
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
