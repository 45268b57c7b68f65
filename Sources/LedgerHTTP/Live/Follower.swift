import ConversationLedger
import Foundation
import NIOCore
import Synchronization

/// About the most bytes written to a follower at once: what a slow one holds in memory.
private let pageByteCount = 128 << 10
/// The most events read from the log for a follower at once.
private let pageLength = 256

/// One stream of events to one reader: a position that moves along the log.
struct Follower: Sendable {
  /// Sends bytes; comes back when the reader can take more.
  typealias Write = @concurrent (ByteBuffer) async throws -> Void

  /// Who follows what, and by which connection.
  struct Place: Sendable {
    /// The feed.
    let feed: EventFeed
    /// Who follows what.
    let viewer: Viewer
    /// The name of the log.
    let source: String
    /// Closes the reader's connection.
    let close: @Sendable () -> Void

    init(
      _ feed: EventFeed,
      _ viewer: Viewer,
      source: String,
      close: @escaping @Sendable () -> Void,
    ) {
      (self.feed, self.viewer, self.source, self.close) = (feed, viewer, source, close)
    }
  }

  private let feed: EventFeed
  private let viewer: Viewer
  private let source: String
  private let number: UInt64
  private let close: @Sendable () -> Void
  private var position: UInt64

  /// Takes a place in a feed; `nil` if it has too many followers.
  ///
  /// - Parameters:
  ///   - place: Who follows what.
  ///   - position: Behind which position.
  init?(_ place: Place, after position: UInt64) {
    guard let number = place.feed.join(place.viewer.person) else { return nil }
    (feed, viewer, source, close) = (place.feed, place.viewer, place.source, place.close)
    self.number = number
    self.position = position
  }

  /// Writes events until the reader goes, is dropped, or the server stops.
  ///
  /// - Parameter write: Sends bytes; comes back when the reader can take more.
  /// - Throws: What `write` throws.
  @concurrent
  mutating func run(_ write: Write) async throws {
    defer { feed.state.withLock { [number, viewer] in $0.leave(number, viewer.person) } }
    do {
      try await send(ServerSentEvent.opening(retryingAfter: 1_000), write)
      try await follow(write)
    } catch let reason as DropReason {
      try await drop(reason, write)
    } catch is LedgerError {
      try await drop(.fault, write)
    }
  }

  @concurrent
  private mutating func follow(_ write: Write) async throws {
    while !Task.isCancelled {
      try requireTime()
      let next = feed.state.withLock { [position, viewer] in
        $0.next(after: position, for: viewer, limit: pageByteCount)
      }
      switch next {
      case .frames(let frames, let end): try await send(frames, through: end, write)
      case .readLog: try await readLog(write)
      case .wait: try await wait(write)
      case .drop(let reason): return try await drop(reason, write)
      }
    }
  }

  /// Ends the stream of somebody whose token counts no more.
  private func requireTime() throws(DropReason) {
    guard Int64(Date().timeIntervalSince1970) < viewer.expiry else { throw .tokenExpired }
  }

  @concurrent
  private mutating func send(
    _ frames: [EventFrame],
    through end: UInt64,
    _ write: Write,
  ) async throws {
    position = end
    guard !frames.isEmpty else { return }
    var buffer = ByteBuffer()
    for frame in frames {
      buffer.writeImmutableBuffer(try frame.bytes(from: source, for: viewer))
    }
    try await send(buffer, write)
  }

  /// Reads from the log what the feed no longer has.
  @concurrent
  private mutating func readLog(_ write: Write) async throws {
    var walk = LogWalk(feed.ledger, after: position)
    while feed.state.withLock({ [position] in $0.lacks(position) }) {
      try Task.checkCancellation()
      try requireTime()
      let buffer: ByteBuffer
      (walk, buffer) = try await feed.gate.read { [walk, viewer, source] _ in
        try Self.page(walk, for: viewer, from: source)
      }
      guard walk.position > position else { return }
      position = walk.position
      if buffer.readableBytes > 0 { try await send(buffer, write) }
    }
  }

  /// The next events of a walk that are for a viewer.
  private static func page(
    _ walk: LogWalk,
    for viewer: Viewer,
    from source: String,
  ) throws -> (LogWalk, ByteBuffer) {
    var (walk, buffer) = (walk, ByteBuffer())
    for event in try walk.next(pageLength) where viewer.sees(event) {
      buffer.writeImmutableBuffer(try EventFrame.encode(event, from: source, for: viewer))
    }
    return (walk, buffer)
  }

  @concurrent
  private mutating func wait(_ write: Write) async throws {
    switch await wake() {
    case .events(let before): position = max(position, before)
    case .heartbeat(let reached):
      position = max(position, reached)
      try await send(ServerSentEvent.heartbeat(at: position).bytes, write)
    case .wakeUp: break
    }
  }

  private func wake() async -> EventFeedState.Wake {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = feed.state.withLock { [number, position, viewer] state in
          guard !Task.isCancelled else { return false }
          return state.wait(number, after: position, viewer) { continuation.resume(returning: $0) }
        }
        if !waits { continuation.resume(returning: .wakeUp) }
      }
    } onCancel: {
      feed.state.withLock { [number] in $0.takeWaiting(number) }?(.wakeUp)
    }
  }

  /// Sends bytes, and ends the stream with the reason if that took too long.
  @concurrent
  private func send(
    _ buffer: ByteBuffer,
    _ write: Write,
  ) async throws {
    guard let room = feed.connections.room(for: buffer.readableBytes) else {
      throw DropReason.slowReader
    }
    defer { withExtendedLifetime(room) {} }
    feed.state.withLock { [number, close] in $0.beginWrite(number, close: close) }
    do {
      try await write(buffer)
    } catch {
      if feed.state.withLock({ [number] in $0.endWrite(number) }) { note(.slowReader) }
      throw error
    }
    if feed.state.withLock({ [number] in $0.endWrite(number) }) { throw DropReason.slowReader }
  }

  /// Says why the stream ends.
  @concurrent
  private func drop(
    _ reason: DropReason,
    _ write: Write,
  ) async throws {
    note(reason)
    try await write(ServerSentEvent.dropped(reason, behind: position).bytes)
  }

  private func note(_ reason: DropReason) { feed.state.withLock { $0.drop(reason) } }
}
