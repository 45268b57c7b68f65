import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Refuses more calls, and more bytes, than one client may send and be sent: a bucket of each fills
/// with the allowed rate and holds one second's worth.
///
/// Bytes are known when a call is answered. They may take more than a bucket holds; then the client
/// waits until it is paid for.
final class RequestRates: Sendable {
  /// Who is counted.
  enum Client: Hashable, Sendable {
    /// Somebody with a token.
    case person(Principal.Person)
    /// An address that calls come from without one.
    case address(String)
  }

  private let limits: ServeConfiguration.Limits
  private let proxies: Set<String>
  private let state = Mutex(State())

  private struct State {
    var buckets: [Client: Bucket] = [:]
    /// When the buckets were last looked through.
    var swept = ContinuousClock.now
  }

  private struct Bucket {
    var calls: Double
    var bytes: Double
    var time: ContinuousClock.Instant

    init(_ rate: ServeConfiguration.Rate, _ time: ContinuousClock.Instant) {
      (calls, bytes, self.time) = (Double(rate.calls), Double(rate.bytes), time)
    }

    /// Fills up to now.
    mutating func fill(_ rate: ServeConfiguration.Rate, at now: ContinuousClock.Instant) {
      let seconds = (now - time) / .seconds(1)
      calls = min(Double(rate.calls), calls + seconds * Double(rate.calls))
      bytes = min(Double(rate.bytes), bytes + seconds * Double(rate.bytes))
      time = now
    }

    /// Whether it is full, and so says nothing.
    func isFull(_ rate: ServeConfiguration.Rate) -> Bool {
      calls >= Double(rate.calls) && bytes >= Double(rate.bytes)
    }
  }

  init(_ configuration: ServeConfiguration) {
    limits = configuration.limits
    proxies = configuration.proxies
  }

  /// What a client may do in a second.
  private func rate(of client: Client) -> ServeConfiguration.Rate {
    switch client {
    case .person(let person): person.role == .visitor ? limits.visitors : limits.requests
    case .address: limits.open
    }
  }

  /// Counts a call.
  ///
  /// - Parameters:
  ///   - client: Who calls.
  ///   - time: When the call came.
  /// - Throws: `too_many_requests` if one of the client's buckets is empty.
  func admit(_ client: Client, at time: ContinuousClock.Instant = .now) throws(Problem) {
    let rate = rate(of: client)
    guard rate.calls > 0 || rate.bytes > 0 else { return }
    let isAdmitted = state.withLock { state in
      sweep(&state, at: time)
      var bucket = state.buckets[client] ?? Bucket(rate, time)
      bucket.fill(rate, at: time)
      defer { state.buckets[client] = bucket }
      guard rate.calls == 0 || bucket.calls >= 1, rate.bytes == 0 || bucket.bytes > 0 else {
        return false
      }
      bucket.calls -= 1
      return true
    }
    guard !isAdmitted else { return }
    var problem = Problem(
      429,
      "too_many_requests",
      "one client may send \(rate.calls) requests and move \(rate.bytes) bytes a second; wait",
    )
    problem.retryAfter = 1
    throw problem
  }

  /// Counts the bytes of a call that is answered.
  func charge(_ client: Client, _ byteCount: Int, at time: ContinuousClock.Instant = .now) {
    let rate = rate(of: client)
    guard rate.bytes > 0, byteCount > 0 else { return }
    state.withLock { state in
      var bucket = state.buckets[client] ?? Bucket(rate, time)
      bucket.fill(rate, at: time)
      bucket.bytes -= Double(byteCount)
      state.buckets[client] = bucket
    }
  }

  /// Drops the buckets that are full again, once a second at most.
  private func sweep(_ state: inout State, at time: ContinuousClock.Instant) {
    guard state.buckets.count > bucketLimit, time - state.swept > .seconds(1) else { return }
    state.swept = time
    state.buckets = state.buckets.filter { client, bucket in
      var bucket = bucket
      let rate = rate(of: client)
      bucket.fill(rate, at: time)
      return !bucket.isFull(rate)
    }
  }
}

extension RequestRates {
  /// Counts a call that nobody vouches for, by where it comes from.
  func admit(addressOf request: Request, _ context: CallContext) throws(Problem) {
    try admit(.address(address(of: request, context)), context)
  }

  /// Counts a call of somebody.
  func admit(_ person: Principal.Person, _ context: CallContext) throws(Problem) {
    try admit(.person(person), context)
  }

  private func admit(_ client: Client, _ context: CallContext) throws(Problem) {
    context.tally?.belongs(to: client)
    try admit(client)
  }

  /// Where a call comes from.
  private func address(of request: Request, _ context: CallContext) -> String {
    let peer = context.channel.remoteAddress?.ipAddress ?? ""
    guard let field = HTTPField.Name("X-Forwarded-For") else { return peer }
    return NetworkAddress.client(peer, forwarded: request.headers[field], proxies)
  }
}

/// The buckets that are kept before full ones are looked for.
private let bucketLimit = 10_000
