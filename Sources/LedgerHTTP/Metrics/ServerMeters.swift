import ConversationLedger
import Synchronization

/// What the server counts of its calls.
final class ServerMeters: Sendable {
  /// The counts.
  struct Counts: Sendable {
    /// How long commands took from the call to the disk.
    var appendSeconds = Histogram.seconds
    /// The problems answered, by code.
    var problems: [String: UInt64] = [:]
    /// The calls answered, by status.
    var answers: [Int: UInt64] = [:]
  }

  private let state = Mutex(Counts())

  /// The counts so far.
  var counts: Counts { state.withLock { $0 } }

  /// Measures how long a command takes.
  func append<Answer: Sendable>(
    _ body: () async throws -> Answer
  ) async rethrows -> Answer {
    let began = ContinuousClock.now
    let answer = try await body()
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    state.withLock { $0.appendSeconds.record(seconds) }
    return answer
  }

  /// Counts a refusal.
  func refused(_ code: String) { state.withLock { $0.problems[code, default: 0] += 1 } }

  /// Counts an answer.
  func answered(_ status: Int) { state.withLock { $0.answers[status, default: 0] += 1 } }
}
