import Testing

@Suite
struct `A server` {
  @Test
  func `starts, says that it is well, and stops when asked`() async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.get("/healthz", as: nil)
      #expect(answer.status == 200)
      #expect(try await scene.server.stop() == 0)
    }
  }

  @Test
  func `answers an unknown address with a problem`() async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.get("/nowhere")
      #expect(answer.status == 404)
      #expect(answer.code == "not_found")
      #expect(answer.headers["content-type"] == "application/problem+json")
    }
  }
}
