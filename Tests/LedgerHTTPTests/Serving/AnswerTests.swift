import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `A request that is no good` {
  private static let head = "POST /v1/conversations/1/messages HTTP/1.1\r\nHost: x\r\n"

  @Test(arguments: [
    "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n2\r\n{}zz0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: identity\r\n\r\n",
    "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  ])
  func `in its body or its coding is answered with 400`(rest: String) async throws {
    try await Scene.with { scene async throws in
      let token = "Authorization: Bearer \(try scene.token(.airline))\r\n"
      let answer = try await scene.raw(Self.head + token + rest)
      #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      #expect(answer.contains("malformed_request"), "\(answer)")
      #expect(try await scene.metric(#"handover_http_answers_total{status="500"}"#) == nil)
    }
  }

  @Test(arguments: ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"])
  func `because its client leaves is answered with 400 or not at all`(rest: String) async throws {
    try await Scene.with { scene async throws in
      let token = "Authorization: Bearer \(try scene.token(.airline))\r\n"
      let connection = try Connection(port: scene.server.port)
      try connection.send(Self.head + token + rest)
      connection.endSending()
      let answer = try await onThread { try connection.receive { _ in false } }
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      connection.close()
      #expect(try await scene.metric(#"handover_http_answers_total{status="500"}"#) == nil)
      #expect(!scene.server.log.contains("answered 500"))
    }
  }

  @Test(arguments: [
    "", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host:\r\n", "Host: a b\r\n",
    "Host: a/b\r\n", "Host: user@a\r\n",
  ])
  func `by its host is answered with 400`(field: String) async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.raw("GET /healthz HTTP/1.1\r\n\(field)\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
      #expect(answer.contains("malformed_request"))
      #expect(answer.lowercased().contains("connection: close"))
      let old = try await scene.raw("GET /healthz HTTP/1.0\r\n\r\n")
      #expect(old.hasPrefix("HTTP/1.1 200 "), "\(old)")
    }
  }

  @Test
  func `behind one that is gets its answer in its turn`() async throws {
    try await Scene.with { scene async throws in
      let connection = try Connection(port: scene.server.port)
      try connection.send(
        "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
      )
      let answers = try await onThread { try connection.receive { _ in false } }
      connection.close()
      let statuses = answers.matches(of: #/HTTP/1.1 ([0-9]+) /#).map { String($0.1) }
      #expect(statuses == ["200", "400"], "\(answers)")
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `A client that expects something` {
  @Test
  func `is told to go on, and then answered`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let body = #"{"text":"after a while"}"#
      let connection = try Connection(port: scene.server.port)
      try connection.send(
        "POST /v1/conversations/\(conversation)/messages HTTP/1.1\r\nHost: x\r\n"
          + "Authorization: Bearer \(try scene.token(.anna))\r\nExpect: 100-Continue\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n"
      )
      let first = try await onThread { try connection.receive { $0.hasSuffix("\r\n\r\n") } }
      #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
      try connection.send(body)
      let second = try await onThread { try connection.receive() }
      #expect(second.hasPrefix("HTTP/1.1 201 "), "\(second)")
      connection.close()
    }
  }

  @Test
  func `is not told to send what would not be taken`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let answer = try await scene.raw(
        "POST /v1/conversations/\(conversation)/messages HTTP/1.1\r\nHost: x\r\n"
          + "Authorization: Bearer \(try scene.token(.anna))\r\nExpect: 100-continue\r\n"
          + "Content-Length: 100000000\r\n\r\n"
      )
      #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer)")
    }
  }

  @Test
  func `that nobody knows is answered with 417`() async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.raw(
        "POST /v1/bots HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n"
      )
      #expect(answer.hasPrefix("HTTP/1.1 417 "), "\(answer)")
      #expect(answer.contains("expectation_failed"))
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `Every answer` {
  @Test
  func `says that it is of the type it says`() async throws {
    try await Scene.with { scene async throws in
      for path in ["/healthz", "/v1/bots", "/login", "/openapi.json", "/nowhere", "/checkpoint"] {
        let answer = try await scene.get(path)
        #expect(answer.headers["x-content-type-options"] == "nosniff", "\(path)")
        #expect(answer.headers["strict-transport-security"] == nil)
      }
      let raw = try await scene.raw("nonsense\r\n\r\n")
      #expect(raw.lowercased().contains("x-content-type-options: nosniff"))
    }
  }

  @Test
  func `of a server that is known by https says so, and its cookies are of this host`() async throws
  {
    let flags = ["--set", "public-url=https://ledger.example/"]
    try await Scene.with(arguments: flags) { scene async throws in
      let answer = try await scene.get("/login", as: nil)
      #expect(answer.headers["strict-transport-security"] == "max-age=31536000")
      let cookie = try #require(answer.headers["set-cookie"])
      #expect(cookie.hasPrefix("__Host-handover_visit="))
      for part in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        #expect(cookie.contains(part), "\(cookie)")
      }
      #expect(!cookie.lowercased().contains("domain"))
    }
  }
}
