import Conversations
import Foundation
import Synchronization
import Testing

@Suite
struct `A server that ends` {
  @Test
  func `by SIGTERM answers what it was asked, and closes`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let acknowledged = Tally()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<8 {
          group.addTask { await write(writer, to: conversation, scene, acknowledged) }
        }
        while acknowledged.names.count < 50 { await Task.yield() }
        #expect(try await scene.server.stop() == 0)
        try await group.waitForAll()
      }
      try await expectAll(acknowledged.names, in: conversation, scene)
    }
  }

  @Test
  func `by SIGKILL loses nothing it acknowledged`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let acknowledged = Tally()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<8 {
          group.addTask { await write(writer, to: conversation, scene, acknowledged) }
        }
        while acknowledged.names.count < 200 { await Task.yield() }
        #expect(try await scene.server.stop(SIGKILL) == -SIGKILL)
        try await group.waitForAll()
      }
      try await expectAll(acknowledged.names, in: conversation, scene)
    }
  }

  @Test
  func `by SIGINT ends as by SIGTERM`() async throws {
    try await Scene.with { scene async throws in #expect(try await scene.server.stop(SIGINT) == 0) }
  }

  /// Writes numbered messages until the server is gone.
  private func write(
    _ writer: Int,
    to conversation: String,
    _ scene: Scene,
    _ acknowledged: Tally,
  ) async {
    for number in 0..<100_000 {
      let name = writer * 100_000 + number
      let body = #"{"text":"\#(name)"}"#
      let path = "/v1/conversations/\(conversation)/messages"
      let key = ["Idempotency-Key": "m-\(name)"]
      guard let answer = try? await scene.post(path, body, as: .anna, headers: key),
        answer.status == 201
      else { return }
      acknowledged.add(name)
    }
  }

  /// Starts the server again and expects every acknowledged message, once.
  private func expectAll(_ names: [Int], in conversation: String, _ scene: Scene) async throws {
    let again = try await scene.restarted()
    let transcript = try await again.get("/v1/conversations/\(conversation)/transcript").json
    let texts = transcript["entries"]?.elements.compactMap { $0["text"]?.text } ?? []
    #expect(Set(texts).count == texts.count)
    #expect(Set(names.map(String.init)).isSubset(of: Set(texts)))
    // A retry of one of them gets the first answer.
    let name = try #require(names.first)
    let retried = try await again.post(
      "/v1/conversations/\(conversation)/messages",
      #"{"text":"\#(name)"}"#,
      as: .anna,
      headers: ["Idempotency-Key": "m-\(name)"],
    )
    #expect(retried.headers["idempotency-replayed"] == "true")
    try await again.server.stop()
  }
}

/// The messages that were acknowledged.
private final class Tally: Sendable {
  private let state = Mutex<[Int]>([])

  var names: [Int] { state.withLock { $0 } }

  func add(_ name: Int) { state.withLock { $0.append(name) } }
}
