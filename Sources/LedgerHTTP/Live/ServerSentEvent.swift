import NIOCore

/// A block of a stream of server-sent events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
///
/// A block without data still moves the reader's `Last-Event-ID`, so a heartbeat carries the
/// position up to which nothing was for the reader.
struct ServerSentEvent: Sendable {
  /// What the reader resumes behind.
  var id: UInt64?
  /// The name; a reader's `message` if `nil`.
  var name: String?
  /// One line of text.
  var data: String?
  /// Words no reader acts on.
  var comment: String?

  /// The block's bytes.
  func write(to buffer: inout ByteBuffer) {
    if let comment { buffer.writeString(": \(comment)\n") }
    if let id { buffer.writeString("id: \(id)\n") }
    if let name { buffer.writeString("event: \(name)\n") }
    if let data { buffer.writeString("data: \(data)\n") }
    buffer.writeString("\n")
  }

  /// The block's bytes.
  var bytes: ByteBuffer {
    var buffer = ByteBuffer()
    write(to: &buffer)
    return buffer
  }

  /// The first block of a stream: how long to wait before coming back, in milliseconds.
  static func opening(retryingAfter milliseconds: Int) -> ByteBuffer {
    ByteBuffer(string: "retry: \(milliseconds)\n\n")
  }

  /// Nothing happened up to a position that is for the reader.
  static func heartbeat(at position: UInt64) -> ServerSentEvent {
    ServerSentEvent(id: position, comment: "heartbeat")
  }

  /// The last block of a stream the server ends, and why.
  static func dropped(_ reason: DropReason, behind position: UInt64) -> ServerSentEvent {
    ServerSentEvent(
      name: "dropped",
      data: #"{"reason":"\#(reason.rawValue)","position":\#(position)}"#,
    )
  }
}

/// Why the server ends a stream; the reader can come back behind the last event it has.
enum DropReason: String, Error, Sendable, CaseIterable {
  /// The reader took in nothing for too long.
  case slowReader = "slow_reader"
  /// The server stops.
  case serverStopping = "server_stopping"
  /// The log cannot be read.
  case fault
  /// There are too many followers.
  case tooMany = "too_many_followers"
  /// The reader has as many streams as one person may have.
  case tooManyOfOne = "too_many_streams"
  /// The token of the reader counts no more.
  case tokenExpired = "token_expired"
}
