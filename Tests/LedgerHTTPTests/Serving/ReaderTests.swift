import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `A client that takes in nothing` {
  /// A conversation whose transcript is more than the buffers of both ends hold.
  private func longConversation(_ scene: Scene) async throws -> String {
    let conversation = try await scene.begin()
    let text = String(repeating: "word ", count: 100_000)
    for _ in 0..<20 {
      #expect(try await scene.write(text, in: conversation).status == 201)
    }
    return conversation
  }

  /// Asks for a transcript and reads nothing of it.
  private func ask(for conversation: String, _ scene: Scene) throws -> Connection {
    let connection = try Connection(port: scene.server.port, bufferSize: 4_096)
    try connection.send(
      "GET /v1/conversations/\(conversation)/transcript HTTP/1.1\r\nHost: x\r\n"
        + "Authorization: Bearer \(try scene.token(.airline))\r\n\r\n"
    )
    return connection
  }

  @Test
  func `is closed, whatever waits for it`() async throws {
    try await Scene.with(arguments: ["--set", "limits.idle-seconds=1"]) { scene async throws in
      let conversation = try await longConversation(scene)
      let readers = try (0..<4).map { _ in try ask(for: conversation, scene) }
      while try await scene.metric("handover_connections_unread_total") != 4 {
        try await Task.sleep(for: .milliseconds(50))
      }
      while try await scene.metric("handover_waiting_bytes") != 0 {
        try await Task.sleep(for: .milliseconds(50))
      }
      for reader in readers { reader.close() }
      // Whoever reads gets all of it.
      let path = "/v1/conversations/\(conversation)/transcript"
      #expect(try await scene.get(path).json["entries"]?.elements.count == 20)
    }
  }

  @Test
  func `leaves no room for another answer of its size, and for small ones`() async throws {
    let flags = [
      "--set", "limits.answer-bytes=15000000", "--set", "limits.waiting-bytes=15000000",
    ]
    try await Scene.with(arguments: flags) { scene async throws in
      let conversation = try await longConversation(scene)
      let reader = try ask(for: conversation, scene)
      while try await scene.metric("handover_waiting_bytes") ?? 0 < 9_000_000 {
        try await Task.sleep(for: .milliseconds(20))
      }
      let path = "/v1/conversations/\(conversation)/transcript"
      let answer = try await scene.get(path)
      #expect(answer.status == 503)
      #expect(answer.code == "server_busy")
      #expect(try await scene.get("/v1/bots").status == 200)
      reader.close()
      while try await scene.get(path).status != 200 {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  @Test
  func `and sends half of a second request is given the time of a request`() async throws {
    try await Scene.with(arguments: ["--set", "limits.request-seconds=1"]) { scene async throws in
      let connection = try Connection(port: scene.server.port)
      try connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await onThread { try connection.receive() }.hasPrefix("HTTP/1.1 200 "))
      try connection.send("GET /healthz HT")
      let answer = try await onThread { try connection.receive() }
      #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
      connection.close()
    }
  }

  @Test
  func `and asks for nothing more stays for the idle time`() async throws {
    let flags = ["--set", "limits.request-seconds=1", "--set", "limits.idle-seconds=3600"]
    try await Scene.with(arguments: flags) { scene async throws in
      let connection = try Connection(port: scene.server.port)
      try connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await onThread { try connection.receive() }.hasPrefix("HTTP/1.1 200 "))
      // Another connection has had the whole time of a request meanwhile.
      #expect(try await scene.raw("").hasPrefix("HTTP/1.1 408 "))
      try connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await onThread { try connection.receive() }.hasPrefix("HTTP/1.1 200 "))
      connection.close()
    }
  }
}
