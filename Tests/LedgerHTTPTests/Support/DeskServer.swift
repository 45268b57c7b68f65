import Conversations
import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An agent desk: a real HTTP server that keeps what it accepts, and fails or stalls when told to.
final class DeskServer: Sendable {
  /// How it answers.
  enum Mood: Sendable {
    /// With 200.
    case accepts
    /// With a status.
    case fails(Int)
    /// Not at all, until the caller has gone.
    case stalls
  }

  /// A post.
  struct Post: Sendable {
    let path: String
    let headers: [String: String]
    let body: [UInt8]

    /// What repeated posts are told by.
    var id: String { headers["webhook-id"] ?? "" }
    /// The log position in it.
    var position: UInt64? { id.split(separator: "-").last.flatMap { UInt64($0) } }
    /// The body as JSON.
    var json: JSONValue {
      get throws { try JSONDecoder().decode(JSONValue.self, from: Data(body)) }
    }
    /// The text of a user's or bot's message.
    var text: String? {
      let data = try? json["data"]
      return data?["text"]?.text ?? data?["message"]?["actions"]?.elements.first?["text"]?.text
    }
  }

  private struct State {
    var mood = Mood.accepts
    var accepted: [Post] = []
    var refused: [Post] = []
    var waiting: [(@Sendable (borrowing State) -> Bool, CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())
  /// Where it listens, without the last slash.
  let url: String
  private let serving: Task<Void, any Error>

  /// The posts it answered with 200, in their order.
  var accepted: [Post] { state.withLock { $0.accepted } }
  /// The posts it did not.
  var refused: [Post] { state.withLock { $0.refused } }

  private init(_ url: String, _ serving: Task<Void, any Error>, _ holder: Holder) {
    (self.url, self.serving) = (url, serving)
    holder.desk.withLock { $0 = self }
  }

  /// Knows the desk once there is one: the routes are made before it.
  private final class Holder: Sendable {
    let desk = Mutex<DeskServer?>(nil)
  }

  /// Starts a desk on a free port, runs a body, and stops it.
  static func with(_ body: (DeskServer) async throws -> Void) async throws {
    let holder = Holder()
    let router = Router()
    router.post("**") { request, _ in
      let buffer = try await request.body.collect(upTo: 1 << 24)
      guard let desk = holder.desk.withLock({ $0 }) else { return HTTPResponse.Status.ok }
      return await desk.take(request, Array(buffer.readableBytesView))
    }
    var logger = Logger(label: "desk")
    logger.logLevel = .critical
    let (ports, port) = AsyncStream<Int>.makeStream()
    let application = Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
      logger: logger,
    )
    let serving = Task { try await application.run() }
    defer { serving.cancel() }
    var iterator = ports.makeAsyncIterator()
    let number = await iterator.next() ?? 0
    let desk = DeskServer("http://127.0.0.1:\(number)", serving, holder)
    try await body(desk)
    desk.answer(.accepts)
  }

  /// Changes how it answers from the next post on.
  func answer(_ mood: Mood) { state.withLock { $0.mood = mood } }

  /// Waits until so many posts were accepted.
  func accepts(_ count: Int) async { await wait { $0.accepted.count >= count } }

  /// Waits until the posts that were accepted are enough, in the words of whoever waits.
  func accepts(until isEnough: @escaping @Sendable ([Post]) -> Bool) async {
    await wait { isEnough($0.accepted) }
  }

  /// Waits until so many posts were not accepted.
  func refuses(_ count: Int) async { await wait { $0.refused.count >= count } }

  private func wait(_ isEnough: @escaping @Sendable (borrowing State) -> Bool) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if isEnough(state) || Task.isCancelled { return true }
          state.waiting.append((isEnough, continuation))
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      // A test that waits past its time limit ends, instead of keeping the whole run.
      let woken = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting.map(\.1)
      }
      for waiting in woken { waiting.resume() }
    }
  }

  private func take(_ request: Request, _ body: [UInt8]) async -> HTTPResponse.Status {
    let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
    let post = Post(
      path: request.uri.path,
      headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }),
      body: body,
    )
    let (mood, woken) = state.withLock { state in
      if case .accepts = state.mood {
        state.accepted.append(post)
      } else {
        state.refused.append(post)
      }
      let now = state
      let woken = state.waiting.filter { $0.0(now) }.map(\.1)
      state.waiting.removeAll { $0.0(now) }
      return (state.mood, woken)
    }
    for waiting in woken { waiting.resume() }
    switch mood {
    case .accepts: return .ok
    case .fails(let status): return HTTPResponse.Status(code: status)
    case .stalls:
      try? await Task.sleep(for: .seconds(3_600))
      return .serviceUnavailable
    }
  }
}
