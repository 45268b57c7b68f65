import Synchronization

/// Places for a number of those who work at the same time; others wait until one is free.
///
/// Each server of a test takes half a dozen of this process's files. Beyond some 1,300 open ones
/// Foundation's `Process` reads past the list of them and ends the process.
final class Places: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  /// Offers a number of places.
  init(_ count: Int) { state = Mutex(State(free: count)) }

  /// Takes a place, when there is one.
  func take() async {
    await withCheckedContinuation { continuation in
      let isTaken = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isTaken { continuation.resume() }
    }
  }

  /// Gives a place back, to who has waited longest.
  func give() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
