import LMDB

/// A checksum of a row of the views, kept at the end of its value.
///
/// A page of the views that was changed behind the program's back must not become a wrong answer.
/// It is no protection against somebody who changes views on purpose: who can do that can as well
/// write a row that bears the right sum.
///
/// Each step is a bijection of the state (an exclusive or, a multiplication by an odd number, a
/// shift folded in), so a change within eight bytes that lie together is always found, and any
/// other but once in 2⁶⁴. Eight bytes are taken at a time: a head costs a tenth of a microsecond.
struct RowChecksum {
  /// The bytes of a checksum.
  static let byteCount = 8

  private(set) var value: UInt64

  /// Begins with the number of a table, so that a row of another table is found too.
  init(table: UInt64) { value = 0x9E37_79B9_7F4A_7C15 &* (2 &* table &+ 1) }

  /// The checksum of a row.
  init(table: UInt64, key: Span<UInt8>, value: Span<UInt8>) {
    self.init(table: table)
    add(key)
    add(value)
  }

  /// Takes in bytes, and how many they are.
  mutating func add(_ bytes: Span<UInt8>) {
    add(UInt64(bytes.count))
    let whole = bytes.count & ~7
    var place = 0
    while place < whole {
      add(UInt64(bigEndian: bytes.extracting(place..<place + 8)) ?? 0)
      place += 8
    }
    var rest: UInt64 = 0
    while place < bytes.count {
      rest = rest << 8 | UInt64(bytes[place])
      place += 1
    }
    add(rest)
  }

  private mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0xD6E8_FEB8_6659_FD93
    value ^= value >> 32
  }
}

extension [UInt8] {
  /// A checksum of the bytes, as rows of the views bear it: the same in every process.
  package var rowChecksum: UInt64 {
    var sum = RowChecksum(table: 0)
    sum.add(span)
    return sum.value
  }
}
