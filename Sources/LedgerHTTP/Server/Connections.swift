import Synchronization

/// The connections that are open, and the bytes of answers that wait for their readers.
final class Connections: Sendable {
  private let limits: ServeConfiguration.Limits
  private let proxies: Set<String>
  private let state = Mutex(State())

  private struct State {
    var open = 0
    var byAddress: [String: Int] = [:]
    var waitingBytes = 0
    var unread: UInt64 = 0
  }

  /// What is counted.
  struct Statistics: Sendable {
    /// The connections that are open.
    let open: Int
    /// The bytes of large answers and of streams that wait for their readers.
    let waitingBytes: Int
    /// The connections that were closed because nobody read.
    let unread: UInt64
  }

  init(_ configuration: ServeConfiguration) {
    limits = configuration.limits
    proxies = configuration.proxies
  }

  /// How the connections do.
  var statistics: Statistics {
    state.withLock {
      Statistics(open: $0.open, waitingBytes: $0.waitingBytes, unread: $0.unread)
    }
  }

  /// A place among the connections, for as long as this is kept.
  final class Slot: Sendable {
    private let connections: Connections
    private let network: String?

    fileprivate init(_ connections: Connections, _ network: String?) {
      (self.connections, self.network) = (connections, network)
    }

    deinit { connections.close(network) }
  }

  /// Takes a place.
  ///
  /// - Parameter address: Where the connection comes from.
  /// - Returns: The place.
  /// - Throws: `too_many_connections`.
  func open(from address: String?) throws(Problem) -> Slot {
    let network = address.flatMap { proxies.contains($0) ? nil : NetworkAddress.client($0) }
    let problem: Problem? = state.withLock { state in
      guard state.open < limits.connections else {
        return .tooManyConnections("the server takes \(limits.connections) connections at once")
      }
      if let network {
        let most = limits.connectionsPerAddress
        guard most == 0 || state.byAddress[network, default: 0] < most else {
          return .tooManyConnections("one address has at most \(most) connections at once")
        }
        state.byAddress[network, default: 0] += 1
      }
      state.open += 1
      return nil
    }
    if let problem { throw problem }
    return Slot(self, network)
  }

  private func close(_ network: String?) {
    state.withLock { state in
      state.open -= 1
      guard let network, let count = state.byAddress[network] else { return }
      state.byAddress[network] = count > 1 ? count - 1 : nil
    }
  }

  /// Counts a connection that was closed because nobody read.
  func countUnread() { state.withLock { $0.unread += 1 } }
}

// MARK: Waiting bytes

extension Connections {
  /// Room for bytes that wait to be sent, for as long as this is kept.
  final class Room: Sendable {
    private let connections: Connections
    private let byteCount: Int

    fileprivate init(_ connections: Connections, _ byteCount: Int) {
      (self.connections, self.byteCount) = (connections, byteCount)
    }

    deinit { connections.state.withLock { $0.waitingBytes -= byteCount } }
  }

  /// Makes room for bytes that wait to be sent.
  ///
  /// A large answer may take half of all room at most, so that large ones that nobody reads do not
  /// keep the pages of a list away from their readers.
  ///
  /// - Parameter byteCount: How many.
  /// - Returns: The room; `nil` if there is none.
  func room(for byteCount: Int) -> Room? {
    let isLarge = byteCount > Self.smallAnswerLimit
    let most = isLarge ? max(limits.waitingBytes / 2, limits.answerBytes) : limits.waitingBytes
    let isRoom = state.withLock { state in
      guard state.waitingBytes + byteCount <= most else { return false }
      state.waitingBytes += byteCount
      return true
    }
    return isRoom ? Room(self, byteCount) : nil
  }

  /// The most bytes of an answer such as a page of a list.
  private static let smallAnswerLimit = 1 << 20
}

extension Problem {
  fileprivate static func tooManyConnections(_ detail: String) -> Problem {
    var problem = Problem(429, "too_many_connections", detail + "; try again")
    problem.retryAfter = 1
    return problem
  }
}
