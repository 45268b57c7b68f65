import ConversationLedger
import NIOCore
import Synchronization

/// An event on its way to its followers, encoded once for staff, when the first of them is there
/// for it.
final class EventFrame: Sendable {
  /// The event, and whose it is.
  let event: PlacedEvent
  private let encoded = Mutex<ByteBuffer?>(nil)

  init(_ event: PlacedEvent) { self.event = event }

  /// Its log position.
  var position: UInt64 { event.recorded.position }

  /// About how many bytes it takes in memory and on the wire.
  var byteCount: Int { 512 + event.recorded.bytes.count }

  /// The event as a block of a stream.
  ///
  /// - Parameters:
  ///   - source: The name of the log.
  ///   - viewer: Who is shown it.
  /// - Returns: The bytes.
  /// - Throws: What encoding throws.
  func bytes(from source: String, for viewer: Viewer) throws -> ByteBuffer {
    // A visitor's events have one reader, the visitor, so what that one is shown is not kept.
    guard viewer.sight == .whole else {
      return try Self.encode(event, from: source, for: viewer)
    }
    return try encoded.withLock { encoded in
      if let encoded { return encoded }
      let bytes = try Self.encode(event, from: source, for: viewer)
      encoded = bytes
      return bytes
    }
  }

  /// An event as a block of a stream.
  static func encode(
    _ event: PlacedEvent,
    from source: String,
    for viewer: Viewer,
  ) throws -> ByteBuffer {
    let position = event.recorded.position
    guard viewer.sight != .position else {
      return ServerSentEvent(id: position, data: "{}").bytes
    }
    let shown = CloudEvent(event, source: source, seenBy: viewer.caller)
    // This JSON has no line breaks, so it is one line of data.
    let json = try JSONText.bytes(of: shown)
    return ServerSentEvent(id: position, data: String(decoding: json, as: UTF8.self)).bytes
  }
}
