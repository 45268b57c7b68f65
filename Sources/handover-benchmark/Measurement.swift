import Foundation

/// How long something takes, and how much of it was done.
enum Measurement {
  /// The seconds a body takes.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let started = ContinuousClock.now
    try body()
    return (ContinuousClock.now - started) / .seconds(1)
  }

  /// The times of each of some rounds, in microseconds, sorted.
  static func microseconds(rounds: Int, _ body: (Int) throws -> Void) rethrows -> [Double] {
    var times: [Double] = []
    times.reserveCapacity(rounds)
    for round in 0..<rounds {
      let started = ContinuousClock.now
      try body(round)
      times.append((ContinuousClock.now - started) / .microseconds(1))
    }
    return times.sorted()
  }

  /// The best of some rounds: on a shared machine the others measure its neighbours.
  static func best(of rounds: Int, _ body: () throws -> Double) rethrows -> Double {
    var best = -Double.infinity
    for _ in 0..<rounds { best = max(best, try body()) }
    return best
  }

  /// The memory of the process that is not mapped from files, in bytes (proc(5), RssAnon).
  static func ownMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    let kilobytes = words.dropFirst().first.flatMap { Int($0) }
    return (kilobytes ?? 0) << 10
  }
}

extension [Double] {
  /// The value below which a share of the sorted values lie.
  func percentile(_ share: Double) -> Double {
    isEmpty ? .nan : self[Swift.min(count - 1, Int(Double(count) * share))]
  }
}

/// A line of the table: what was measured, and against what.
struct Row: Codable {
  /// What was measured.
  var name: String
  /// The number, in `unit`.
  var value: Double
  /// The unit.
  var unit: String
  /// The ratio that counts, if there is one.
  var ratio: Double?
  /// What the ratio is to.
  var against: String?
  /// What the ratio or the value must reach.
  var bar: String?
  /// Whether it does.
  var reached: Bool?
}
