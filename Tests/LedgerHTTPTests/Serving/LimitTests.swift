import Conversations
import Foundation
import Glibc
import Testing

@Suite
struct `A limit of the server` {
  @Test
  func `on the body is answered with 413`() async throws {
    try await Scene.with(arguments: ["--set", "limits.body-bytes=1000"]) { scene async throws in
      let conversation = try await scene.begin()
      let path = "/v1/conversations/\(conversation)/messages"
      let long = #"{"text":"\#(String(repeating: "x", count: 1_000))"}"#
      let answer = try await scene.post(path, long, as: .anna)
      #expect(answer.status == 413)
      #expect(answer.code == "too_large")
      #expect(try await scene.write("short", in: conversation).status == 201)
      // In pieces, with no length named before.
      let chunks = String(repeating: "64\r\n\(String(repeating: "x", count: 100))\r\n", count: 20)
      let raw = try await scene.raw(
        "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(try scene.token(.anna))\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
      )
      #expect(raw.hasPrefix("HTTP/1.1 413 "))
      #expect(raw.contains("too_large"))
    }
  }

  @Test
  func `on the header is answered with 431`() async throws {
    try await Scene.with(arguments: ["--set", "limits.header-bytes=2000"]) { scene async throws in
      let long = String(repeating: "x", count: 3_000)
      let one = try await scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n")
      #expect(one.hasPrefix("HTTP/1.1 431 "))
      #expect(one.contains("header_too_large"))
      let many = (0..<100).map { "X-\($0): 01234567890123456789\r\n" }.joined()
      let all = try await scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\(many)\r\n")
      #expect(all.hasPrefix("HTTP/1.1 431 "))
      #expect(try await scene.get("/healthz", as: nil).status == 200)
    }
  }

  @Test
  func `on the time of a request is answered with 408`() async throws {
    try await Scene.with(arguments: ["--set", "limits.request-seconds=1"]) { scene async throws in
      let conversation = try await scene.begin()
      let head =
        "POST /v1/conversations/\(conversation)/messages HTTP/1.1\r\nHost: x\r\n"
        + "Authorization: Bearer \(try scene.token(.anna))\r\nContent-Length: 100\r\n\r\n"
      async let noBody = scene.raw(head + #"{"text":"#)
      async let noEnd = scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n")
      async let nothing = scene.raw("")
      for answer in try await [noBody, noEnd, nothing] {
        #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
        #expect(answer.contains("request_timeout"))
      }
    }
  }

  @Test
  func `on connections is answered with 429`() async throws {
    try await Scene.with(arguments: ["--set", "limits.connections=3"]) { scene async throws in
      let held = try (0..<3).map { _ in try Connection(port: scene.server.port) }
      for connection in held {
        try connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await onThread { try connection.receive() }.hasPrefix("HTTP/1.1 200 "))
      }
      let answer = try await scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 429 "))
      #expect(answer.contains("too_many_connections"))
      #expect(answer.lowercased().contains("retry-after: 1"))
      for connection in held { connection.close() }
    }
  }

  @Test
  func `on the rate is answered with 429, each user apart`() async throws {
    try await Scene.with(arguments: ["--set", "limits.requests-per-second=1"]) {
      scene async throws in
      var codes: [String?] = []
      for _ in 0..<40 { codes.append(try await scene.get("/v1/bots", as: .airline).code) }
      #expect(codes.first == .some(nil))
      #expect(codes.contains("too_many_requests"))
      #expect(try await scene.get("/v1/bots", as: .rival).status == 200)
      var open: [String?] = []
      for _ in 0..<40 { open.append(try await scene.get("/v1/bots", as: nil).code) }
      #expect(open.first == "token_missing")
      #expect(open.contains("too_many_requests"))
    }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
    "POST /v1/bots HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    "POST /v1/bots HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
  ])
  func `of HTTP itself is answered with 400`(request: String) async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.raw(request)
      #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      #expect(answer.contains("malformed_request"))
      #expect(try await scene.get("/healthz", as: nil).status == 200)
    }
  }
}

extension Scene {
  /// Sends bytes on a connection of their own and returns all that comes back until the server
  /// closes it, or a whole answer has come.
  func raw(_ text: String) async throws -> String {
    let connection = try Connection(port: server.port)
    defer { connection.close() }
    try connection.send(text)
    return try await onThread { try connection.receive() }
  }
}

/// A bare connection, for what no client library would send.
final class Connection: Sendable {
  private let descriptor: CInt

  struct Failed: Error {
    let call: String
    let code: CInt
  }

  init(port: Int) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    // Safety: the address outlives the call.
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, size)
      }
    }
    guard code == 0 else { throw Failed(call: "connect", code: errno) }
    // A test that waits for ever says less than one that fails.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    unsafe setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_RCVTIMEO,
      &limit,
      socklen_t(MemoryLayout<timeval>.size),
    )
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    // Safety: the buffer outlives the call; a server that has closed is no reason to end the tests.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
    }
    guard count == bytes.count else { throw Failed(call: "send", code: errno) }
  }

  /// Reads until the other side closes, or one answer with a known length is whole.
  func receive() throws -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let descriptor = descriptor
      // Safety: the buffer outlives the call.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
      }
      guard count > 0 else { break }
      all += buffer[..<count]
      if isWhole(String(decoding: all, as: UTF8.self)) { break }
    }
    return String(decoding: all, as: UTF8.self)
  }

  private func isWhole(_ text: String) -> Bool {
    guard let end = text.firstRange(of: "\r\n\r\n"),
      let length = text.lowercased().firstMatch(of: #/content-length: ([0-9]+)/#),
      let count = Int(length.1)
    else { return false }
    return text[end.upperBound...].utf8.count >= count
  }

  func close() { _ = Glibc.close(descriptor) }
}
