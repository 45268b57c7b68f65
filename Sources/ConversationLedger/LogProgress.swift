import EventStore
import Synchronization

/// How far the log has come, who waits for more, and what the commits took.
///
/// A commit costs one lock and, if somebody waits, one swap of the table of waiting tasks; they are
/// resumed outside the lock, off the path of the answers.
final class LogProgress: CommitObserver {
  private struct State {
    var position: UInt64
    var isClosed = false
    var nextTicket: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var commits = CommitStatistics()
    var commitBegan: ContinuousClock.Instant?

    mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
      defer { waiting = [:] }
      return Array(waiting.values)
    }
  }

  private let state: Mutex<State>

  init(at position: UInt64) { state = Mutex(State(position: position)) }

  /// What the commits took so far.
  var commits: CommitStatistics { state.withLock { $0.commits } }

  func commitBegins() { state.withLock { $0.commitBegan = ContinuousClock.now } }

  func commitEnds(events: Int) {
    let end = ContinuousClock.now
    state.withLock { state in
      guard let began = state.commitBegan else { return }
      state.commitBegan = nil
      state.commits.seconds.record((end - began) / .seconds(1))
      state.commits.events.record(Double(events))
    }
  }

  func logReached(_ position: UInt64) {
    let woken = state.withLock { state in
      state.position = max(state.position, position)
      return state.takeWaiting()
    }
    for waiting in woken { waiting.resume() }
  }

  /// Lets all who wait go: nothing more is written.
  func close() {
    let woken = state.withLock { state in
      state.isClosed = true
      return state.takeWaiting()
    }
    for waiting in woken { waiting.resume() }
  }

  /// Waits until the log has gone beyond a position.
  ///
  /// - Returns: How far it has come; `nil` if it ends before, or the task is cancelled.
  func position(beyond position: UInt64) async -> UInt64? {
    while !Task.isCancelled {
      let (reached, isClosed) = state.withLock { ($0.position, $0.isClosed) }
      if reached > position { return reached }
      if isClosed { return nil }
      await change(beyond: position)
    }
    return nil
  }

  /// Waits for the next change, unless it has happened.
  private func change(beyond position: UInt64) async {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard state.position <= position, !state.isClosed, !Task.isCancelled else { return false }
          state.waiting[ticket] = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
    }
  }
}
