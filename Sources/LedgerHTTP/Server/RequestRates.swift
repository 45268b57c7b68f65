import NIOCore
import Synchronization

/// Refuses more requests a second than one client may send: a bucket for each fills with the
/// allowed rate and holds one second's worth.
final class RequestRates: Sendable {
  private let perSecond: Int
  private let buckets = Mutex<[String: Bucket]>([:])

  private struct Bucket {
    var left: Double
    var time: ContinuousClock.Instant
  }

  /// Sets the rate; 0 is no limit.
  init(perSecond: Int) { self.perSecond = perSecond }

  /// Counts a request.
  ///
  /// - Parameters:
  ///   - client: The user, or the address of a call without a good token.
  ///   - time: When it came.
  /// - Throws: `too_many_requests` if the client's bucket is empty.
  func admit(_ client: String, at time: ContinuousClock.Instant = .now) throws(Problem) {
    guard perSecond > 0, !take(client, at: time) else { return }
    var problem = Problem(
      429,
      "too_many_requests",
      "one client may send \(perSecond) requests a second; wait a second",
    )
    problem.retryAfter = 1
    throw problem
  }

  /// Counts a request that nobody vouches for, by where it comes from.
  func admit(addressOf context: CallContext) throws(Problem) {
    try admit("address " + (context.channel.remoteAddress?.ipAddress ?? ""))
  }

  private func take(_ client: String, at time: ContinuousClock.Instant) -> Bool {
    let rate = Double(perSecond)
    return buckets.withLock { buckets in
      if buckets.count > bucketLimit { forget(&buckets, at: time) }
      var bucket = buckets[client] ?? Bucket(left: rate, time: time)
      bucket.left = min(rate, bucket.left + (time - bucket.time) / .seconds(1) * rate)
      bucket.time = time
      let isAdmitted = bucket.left >= 1
      if isAdmitted { bucket.left -= 1 }
      buckets[client] = bucket
      return isAdmitted
    }
  }

  /// Drops the buckets that are full again: they say nothing.
  private func forget(_ buckets: inout [String: Bucket], at time: ContinuousClock.Instant) {
    buckets = buckets.filter { time - $0.value.time < .seconds(1) }
  }
}

/// The buckets that are kept before full ones are looked for.
private let bucketLimit = 10_000
