import Synchronization

/// What a connection has sent since it was last asked, and whose it is.
///
/// A connection answers its requests one after another, so one tally is enough for it.
final class ConnectionTally: Sendable {
  /// That of the connection whose requests the present task answers.
  @TaskLocal static var current: ConnectionTally?

  private let state = Mutex(State())

  private struct State {
    var received = 0
    var client: RequestRates.Client?
  }

  /// Counts bytes of a body.
  func add(_ byteCount: Int) { state.withLock { $0.received += byteCount } }

  /// Notes who the request that is answered comes from.
  func belongs(to client: RequestRates.Client) { state.withLock { $0.client = client } }

  /// Takes what was counted, for the request that is being answered.
  func take() -> (client: RequestRates.Client?, received: Int) {
    state.withLock { state in
      defer { state = State() }
      return (state.client, state.received)
    }
  }
}
