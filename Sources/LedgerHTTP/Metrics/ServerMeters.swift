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
    /// The last position that was compared with its leaf.
    var scrubPosition: UInt64 = 0
    /// The rounds of comparing that were completed.
    var scrubRounds: UInt64 = 0
    /// What was found damaged.
    var scrubFindings: UInt64 = 0
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

  /// Counts a piece of the log that was compared.
  func scrubbed(_ piece: LogScrub.Report) {
    state.withLock { counts in
      counts.scrubPosition = piece.position
      counts.scrubRounds += piece.endsRound ? 1 : 0
      counts.scrubFindings += UInt64(piece.findings.count)
    }
  }

  /// Counts a refusal.
  func refused(_ code: String) { state.withLock { $0.problems[code, default: 0] += 1 } }

  /// Counts an answer.
  func answered(_ status: Int) { state.withLock { $0.answers[status, default: 0] += 1 } }
}
