/// Numbers that look random and are the same in every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number of any size: small ones and the extremes come as often as the rest.
  mutating func number<Number: FixedWidthInteger & UnsignedInteger>() -> Number {
    switch UInt8.random(in: 0..<8, using: &self) {
    case 0: .max
    case 1: 0
    case 2: Number(UInt8.random(in: 1...9, using: &self))
    default: .random(in: .min ... .max, using: &self)
    }
  }

  mutating func bytes(count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var word: UInt64 = 0
    for index in 0..<count {
      word = index.isMultiple(of: 8) ? next() : word >> 8
      bytes.append(UInt8(truncatingIfNeeded: word))
    }
    return bytes
  }
}

extension [UInt8] {
  /// The bytes of a text of hexadecimal digits, which may be spaced and broken as one likes.
  init(hex text: String) {
    let digits = text.filter { !$0.isWhitespace }.map { $0.hexDigitValue ?? 0 }
    self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 + digits[$0 + 1]) }
  }

  /// Lower-case hexadecimal digits.
  var hex: String { map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}
