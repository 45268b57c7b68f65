import AsyncHTTPClient
import ConversationLedger
import Conversations
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// How far a courier has come.
struct DeskProgress: Hashable, Sendable {
  /// The position up to which the desk has accepted everything.
  var position: UInt64 = 0
  /// The posts it accepted since the start.
  var accepted: UInt64 = 0
  /// The posts it did not accept, or that did not reach it.
  var failed: UInt64 = 0
}

/// Tells one agent desk what happens, in log order, from the position it last accepted on.
///
/// It reads the log like any follower, so a desk that fails or stalls holds up nobody but itself.
/// What the desk did not accept is posted again until it does, whenever the server runs: at least
/// once, so the desk must tell repeated posts by their `webhook-id`.
final class DeskCourier: Service {
  /// How long to wait after failures.
  struct Backoff: Sendable {
    /// After the first failure; each further one doubles it.
    var first = Duration.milliseconds(200)
    /// The most.
    var most = Duration.seconds(60)

    /// How long to wait after a number of failures in a row.
    func delay(after failures: Int) -> Duration {
      min(most, first * (1 << min(failures - 1, 20)))
    }
  }

  private let ledger: Ledger
  private let gate: LedgerGate
  private let desk: AgentDesk
  private let cursor: DeskCursor
  private let logger: Logger
  private let backoff = Backoff()
  private let state = Mutex(DeskProgress())

  init(_ ledger: Ledger, _ gate: LedgerGate, _ desk: AgentDesk, logger: Logger) {
    self.ledger = ledger
    self.gate = gate
    self.desk = desk
    self.logger = logger
    cursor = DeskCursor(of: desk.name, in: ledger.path)
  }

  /// How far the courier has come.
  var progress: DeskProgress { state.withLock { $0 } }

  /// Posts until the server stops; a post that runs then counts as not accepted.
  func run() async throws {
    let client = desk.makeClient()
    await cancelWhenGracefulShutdown { [self] in
      var failures = 0
      while !Task.isCancelled {
        do {
          try await deliver(by: client)
        } catch is CancellationError {
          return
        } catch {
          failures += 1
          logger.error("desk \(desk.name): the log or the cursor failed: \(error)")
          try? await Task.sleep(for: backoff.delay(after: failures))
        }
      }
    }
    try await client.shutdown()
  }

  /// Begins behind the cursor and goes on.
  private func deliver(by client: HTTPClient) async throws {
    let start = try await gate.read { [cursor] in try cursor.load($0) }
    let position = start ?? UInt64(desk.settings.after)
    if start == nil { try await save(position) }
    state.withLock { $0.position = position }
    var walk = LogWalk(ledger, after: position)
    while try await ledger.headPosition(beyond: walk.position) != nil {
      let (next, posts) = try await read(walk)
      for post in posts { try await deliver(post, by: client) }
      walk = next
      try await save(walk.position)
    }
    throw CancellationError()
  }

  /// Reads some events, and makes the posts about them.
  private func read(_ walk: LogWalk) async throws -> (LogWalk, [DeskPost]) {
    try await gate.read { [desk] ledger in
      var walk = walk
      let events = try walk.next(64).filter { desk.owner == nil || $0.owner == desk.owner }
      return (walk, try events.compactMap { try DeskPost($0, in: ledger) })
    }
  }

  /// Posts until the desk accepts.
  private func deliver(_ post: DeskPost, by client: HTTPClient) async throws {
    var failures = 0
    while true {
      try Task.checkCancellation()
      let outcome = await desk.send(post, by: client)
      if case .accepted = outcome { break }
      failures += 1
      state.withLock { $0.failed += 1 }
      logger.warning("desk \(desk.name): post \(post.position) was not accepted: \(outcome)")
      try await Task.sleep(for: max(backoff.delay(after: failures), outcome.wait))
    }
    state.withLock { $0.accepted += 1 }
    try await save(post.position)
  }

  private func save(_ position: UInt64) async throws {
    try await gate.read { [cursor] in try cursor.save(position, $0) }
    state.withLock { $0.position = position }
  }
}
