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
  func `on the connections of one address leaves those of a proxy out`() async throws {
    let flag = ["--set", "limits.connections-per-address=2"]
    for (flags, isRefused) in [(flag, true), (flag + ["--set", "proxies=127.0.0.1"], false)] {
      try await Scene.with(arguments: flags) { scene async throws in
        let held = try (0..<2).map { _ in try Connection(port: scene.server.port) }
        for connection in held {
          try connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
          #expect(try await onThread { try connection.receive() }.hasPrefix("HTTP/1.1 200 "))
        }
        let answer = try await scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.contains("too_many_connections") == isRefused, "\(answer)")
        for connection in held { connection.close() }
      }
    }
  }

  @Test
  func `on an answer is answered with 413`() async throws {
    try await Scene.with(arguments: ["--set", "limits.answer-bytes=100000"]) {
      scene async throws in
      let conversation = try await scene.begin()
      let text = String(repeating: "x", count: 60_000)
      try await scene.write(text, in: conversation)
      let path = "/v1/conversations/\(conversation)/transcript"
      #expect(try await scene.get(path).status == 200)
      try await scene.write(text, in: conversation)
      let answer = try await scene.get(path)
      #expect(answer.status == 413)
      #expect(answer.code == "answer_too_large")
    }
  }

  @Test
  func `on the rate is answered with 429, each user apart`() async throws {
    let flags = [
      "--set", "limits.requests-per-second=1", "--set", "limits.open-requests-per-second=1",
    ]
    try await Scene.with(arguments: flags) { scene async throws in
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
