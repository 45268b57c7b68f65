/// A line that can stand in a signed note: the name of a key, the origin of a log, an extension.
///
/// It is not empty, is valid UTF-8, and holds no ASCII control character. Two lines are equal if
/// their bytes are; Swift's strings are also equal if they only look alike, and a signature would
/// not agree.
package struct NoteLine: Hashable, Sendable {
  /// The UTF-8 of the line, without its end.
  package let bytes: [UInt8]

  /// Takes a text; `nil` if it is no such line.
  package init?(_ text: String) {
    self.init(Array(text.utf8))
  }

  /// Takes bytes; `nil` if they are no such line.
  package init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 }),
      String(validating: bytes, as: UTF8.self) != nil
    else { return nil }
    self.bytes = bytes
  }

  /// Whether the line can name a key: no Unicode space, no plus (c2sp.org/signed-note, "Format").
  package var isKeyName: Bool {
    description.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "+" }
  }
}

extension NoteLine: CustomStringConvertible {
  /// The line as a string.
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// The lines of a text, each of which ends with a newline.
struct TextLines {
  /// The lines without their ends.
  let lines: [ArraySlice<UInt8>]

  /// Splits a text; `nil` unless it ends with a newline.
  init?(_ text: some Collection<UInt8>) {
    guard let last = Array(text.suffix(1)).first, last == newline else { return nil }
    lines = Array(text).dropLast().split(separator: newline, omittingEmptySubsequences: false)
  }
}

/// The end of a line: U+000A.
let newline = UInt8(ascii: "\n")

extension UInt64 {
  /// Reads ASCII digits without leading zeroes; `nil` for anything else, or above 2^64 - 1.
  init?(decimalDigits digits: some Collection<UInt8>) {
    guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0"),
      digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
    else { return nil }
    self.init(String(decoding: digits, as: UTF8.self))
  }

  /// The eight bytes of the number, the highest first.
  var bigEndianBytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - 8 * $0)) }
  }
}
