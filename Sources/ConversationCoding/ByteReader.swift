/// Bytes that are not what the format says.
package struct CodingError: Error, Hashable, Sendable {
  /// What was expected.
  package let expected: String

  package init(expected: String) { self.expected = expected }
}

/// Takes numbers and counted bytes from a buffer, never past its end.
package struct ByteReader {
  private let bytes: [UInt8]
  private var place: Int
  private let end: Int

  package init(_ bytes: [UInt8]) {
    self.init(bytes, 0..<bytes.count)
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    place = range.lowerBound
    end = range.upperBound
  }

  package var isAtEnd: Bool { place == end }

  package mutating func byte() throws(CodingError) -> UInt8 {
    let range = try take(1)
    return bytes[range.lowerBound]
  }

  package mutating func number() throws(CodingError) -> UInt32 {
    let range = try take(4)
    return bytes[range].reduce(0) { $0 << 8 | UInt32($1) }
  }

  package mutating func longNumber() throws(CodingError) -> UInt64 {
    let range = try take(8)
    return bytes[range].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A reader over the next counted bytes.
  package mutating func counted() throws(CodingError) -> ByteReader {
    let count = try number()
    return ByteReader(bytes, try take(Int(count)))
  }

  /// Counted bytes as a text.
  package mutating func text() throws(CodingError) -> String {
    try counted().restAsText
  }

  /// All bytes that are left, as a text.
  package var restAsText: String { String(decoding: bytes[place..<end], as: UTF8.self) }

  /// All bytes that are left.
  package var rest: [UInt8] { Array(bytes[place..<end]) }

  private mutating func take(_ count: Int) throws(CodingError) -> Range<Int> {
    guard count <= end - place else {
      throw CodingError(expected: "\(count) more bytes, \(end - place) are left")
    }
    defer { place += count }
    return place..<place + count
  }
}
