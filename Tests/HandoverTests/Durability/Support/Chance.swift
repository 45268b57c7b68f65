import Foundation

/// Random numbers that a seed repeats: SplitMix64.
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64...) {
    state = 0x9E37_79B9_7F4A_7C15
    for part in seed { state = (state ^ part) &* 0xBF58_476D_1CE4_E5B9 ^ next() }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Whether something happens that happens once in `count` times.
  mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

/// How long the durability tests are, and with which random numbers.
///
/// `HANDOVER_DURABILITY_ROUNDS` is the number of rounds of the longest test, 20 if it is not set;
/// the others follow it. `HANDOVER_DURABILITY_SEED` repeats a run.
enum Effort {
  static let rounds = number("HANDOVER_DURABILITY_ROUNDS") ?? 20

  static let seed: UInt64 = {
    let seed = number("HANDOVER_DURABILITY_SEED") ?? Int.random(in: 1...999_999)
    note("HANDOVER_DURABILITY_SEED=\(seed) HANDOVER_DURABILITY_ROUNDS=\(rounds)")
    return UInt64(seed)
  }()

  /// A share of the rounds, at least `least`.
  static func rounds(_ share: Double, least: Int) -> Int {
    max(least, Int(Double(rounds) * share))
  }

  /// Some of many cases: all of them in a long run.
  static func sample<Case>(_ cases: [Case], _ limit: Int, _ chance: inout Chance) -> [Case] {
    let count = limit * rounds / 20
    return Array(cases.shuffled(using: &chance).prefix(max(count, 1)))
  }

  /// Says something beside the results.
  static func note(_ text: String) {
    FileHandle.standardError.write(Data("durability: \(text)\n".utf8))
  }

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }
}
