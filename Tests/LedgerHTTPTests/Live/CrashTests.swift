import Conversations
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `A server that is killed under load` {
  @Test
  func `loses nothing it acknowledged, and followers go on without a gap or a double`()
    async throws
  {
    try await Scene.with { scene in
      let (_, start) = try await scene.openConversation()
      let follower = Task { try await Self.follow(scene, from: start) }
      let acknowledged = Acknowledged()
      let loads = (0..<8).map { number in
        Task { await Self.load(scene, number, acknowledged) }
      }
      while acknowledged.texts.count < 200 { await Task.yield() }
      try await scene.server.stop(SIGKILL)
      for load in loads { await load.value }
      let before = try await follower.value
      let again = try await scene.restarted()
      let (conversation, _) = try await again.openConversation("ben")
      let end = try await again.visitorSays("after", in: conversation)
      let last = before.last?.id ?? start
      var stream = try await EventStream(again, "/v1/events", as: .airline, lastEventID: last)
      let after = try await stream.events(Int(end - last)).map { try Self.line($0) }
      let all = before + after
      #expect(all.map(\.id) == Array(start + 1...end))
      let texts = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.text) })
      for (position, text) in acknowledged.texts { #expect(texts[position] == text) }
      try await again.server.stop()
    }
  }

  /// A position and the text that was said there.
  private typealias Line = (id: UInt64, text: String)

  private static func line(_ block: StreamBlock) throws -> Line {
    (block.lastEventID ?? 0, try block.json["data"]?["text"]?.text ?? "")
  }

  /// Reads until the server dies.
  private static func follow(_ scene: Scene, from start: UInt64) async throws -> [Line] {
    var stream = try await EventStream(scene, "/v1/events?after=\(start)", as: .airline)
    var lines: [Line] = []
    do {
      while let block = try await stream.next() {
        if block.data != nil { lines.append(try line(block)) }
      }
    } catch {}
    return lines
  }

  /// Writes until the server dies.
  private static func load(
    _ scene: Scene,
    _ number: Int,
    _ acknowledged: Acknowledged,
  ) async {
    guard let (conversation, _) = try? await scene.openConversation("visitor \(number)") else {
      return
    }
    var count = 0
    while true {
      count += 1
      let text = "\(number)/\(count)"
      guard let position = try? await scene.visitorSays(text, in: conversation) else { return }
      acknowledged.add(text, at: position)
    }
  }
}

/// What the server said is on disk.
private final class Acknowledged: Sendable {
  private let state = Mutex<[UInt64: String]>([:])

  var texts: [UInt64: String] { state.withLock { $0 } }

  func add(_ text: String, at position: UInt64) { state.withLock { $0[position] = text } }
}
