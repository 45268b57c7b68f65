import Conversations
import Foundation
import Glibc
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `A reader that takes in nothing` {
  private static let settings = [
    "HANDOVER_LIVE_HEARTBEAT_SECONDS": "1", "HANDOVER_LIVE_PATIENCE_SECONDS": "1",
  ]

  @Test
  func `is dropped, is counted, and can go on where it was`() async throws {
    try await Scene.with(environment: Self.settings) { scene in
      let (conversation, start) = try await scene.openConversation()
      let token = try scene.token(.airline)
      let reader = try await onThread {
        try SlowReader(port: scene.server.port, path: "/v1/events?after=\(start)", token)
      }
      // More than the buffers of both ends hold.
      let text = String(repeating: "slow ", count: 50_000)
      let numbers = 0..<40
      for _ in numbers { try await scene.visitorSays(text, in: conversation) }
      let name = #"handover_followers_dropped_total{reason="slow_reader"}"#
      while try await scene.metric(name) != 1 { try await Task.sleep(for: .milliseconds(50)) }
      let seen = try await onThread { try reader.positions() }
      #expect(seen == Array(start + 1..<start + 1 + UInt64(seen.count)))
      #expect(seen.count < numbers.count)
      var last = seen.last ?? start
      let end = start + UInt64(numbers.count)
      // A busy machine may make this reader slow too; then it comes back again.
      while last < end {
        var stream = try await EventStream(scene, "/v1/events", as: .airline, lastEventID: last)
        while last < end, let block = try? await stream.next(), block.name == "message" {
          guard block.data != nil else { continue }
          #expect(block.lastEventID == last + 1)
          last = block.lastEventID ?? end
        }
      }
    }
  }
}

/// A bare socket that asks for a stream and leaves it unread until it is told to read.
private final class SlowReader: Sendable {
  private let descriptor: Int32

  struct CannotConnect: Error {}

  init(port: Int, path: String, _ token: String) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var size: Int32 = 4_096
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, length)
      }
    }
    guard result == 0 else { throw CannotConnect() }
    let request =
      "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
    let bytes = Array(request.utf8)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
      throw CannotConnect()
    }
  }

  deinit { close(descriptor) }

  /// Reads what is left to read, and says which events came whole.
  func positions() throws -> [UInt64] {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      text += chunk[..<count]
    }
    let blocks = String(decoding: text, as: UTF8.self).components(separatedBy: "\n\n").dropLast()
    return blocks.compactMap { block in
      guard block.contains("data: {"), !block.contains("event: dropped") else { return nil }
      let line = block.split(separator: "\n").first { $0.hasPrefix("id: ") }
      return line.flatMap { UInt64($0.dropFirst(4).filter(\.isNumber)) }
    }
  }
}
