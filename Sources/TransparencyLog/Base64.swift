/// The standard base64 of RFC 4648, section 4, in its canonical form only.
///
/// What is read must be what would be written: full padding, and no bits set in the last character
/// that stand for nothing (section 3.5). So two different texts never mean the same bytes.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )
  private static let padding = UInt8(ascii: "=")

  /// The value of each character; 255 for one outside the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// Writes bytes as base64.
  package static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for position in 0..<4 {
        let value = Int(bits >> UInt32(18 - 6 * position)) & 63
        text.append(position <= group.count ? alphabet[value] : padding)
      }
    }
    return text
  }

  /// Reads canonical base64; `nil` for anything else.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    let characters = Array(text)
    let paddingCount = characters.suffix(2).reversed().prefix { $0 == padding }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3)
    var bits: UInt32 = 0
    for (index, character) in characters.dropLast(paddingCount).enumerated() {
      let value = values[Int(character)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      guard index % 4 > 0 else { continue }
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 - 2 * (index % 4))))
    }
    let unusedBits = paddingCount == 0 ? 0 : bits & (1 << UInt32(2 * paddingCount) - 1)
    return unusedBits == 0 ? bytes : nil
  }
}

extension TreeHash {
  /// The hash as 44 characters of base64, as checkpoints and proofs write it.
  package var base64: String { String(decoding: Base64.encode(bytes), as: UTF8.self) }

  /// Reads a hash from base64; `nil` unless it is the canonical form of 32 bytes.
  package init?(base64 text: some Collection<UInt8>) {
    guard let bytes = Base64.decode(text) else { return nil }
    self.init(bytes)
  }
}
