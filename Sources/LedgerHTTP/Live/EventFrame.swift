import ConversationLedger
import NIOCore
import Synchronization

/// An event on its way to its followers, encoded once, when the first of them is there for it.
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
  /// - Parameter source: The name of the log.
  /// - Returns: The bytes.
  /// - Throws: What encoding throws.
  func bytes(from source: String) throws -> ByteBuffer {
    try encoded.withLock { encoded in
      if let encoded { return encoded }
      let bytes = try Self.encode(event, from: source)
      encoded = bytes
      return bytes
    }
  }

  /// An event as a block of a stream.
  static func encode(_ event: PlacedEvent, from source: String) throws -> ByteBuffer {
    let json = try JSONText.bytes(of: CloudEvent(event, source: source))
    // This JSON has no line breaks, so it is one line of data.
    let block = ServerSentEvent(
      id: event.recorded.position,
      data: String(decoding: json, as: UTF8.self),
    )
    return block.bytes
  }
}
