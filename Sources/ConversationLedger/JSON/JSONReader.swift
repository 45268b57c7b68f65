import Conversations

/// Reads one value from the bytes of a JSON text (RFC 8259).
struct JSONReader {
  /// The deepest nesting that is read: Foundation's own limit.
  private static let nestingLimit = 512

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func malformed(_ expected: String) -> MalformedJSON {
    MalformedJSON(offset: place, expected: expected)
  }

  /// The value, and nothing behind it.
  mutating func wholeValue() throws(MalformedJSON) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard next == nil else { throw malformed("the end") }
    return value
  }

  private mutating func value(depth: Int) throws(MalformedJSON) -> JSONValue {
    guard depth <= Self.nestingLimit else {
      throw malformed("at most \(Self.nestingLimit) levels")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) throws(MalformedJSON) {
    guard next == UInt8(ascii: character) else { throw malformed("\(character)") }
    place += 1
  }

  /// Takes a comma, or the end of a list.
  private mutating func isAtEnd(_ end: Unicode.Scalar) throws(MalformedJSON) -> Bool {
    skipSpace()
    if next == UInt8(ascii: end) {
      place += 1
      return true
    }
    try take(",")
    return false
  }

  private mutating func object(depth: Int) throws(MalformedJSON) -> JSONObject {
    var members: [(String, JSONValue)] = []
    try take("{")
    skipSpace()
    if next == UInt8(ascii: "}") {
      place += 1
      return [:]
    }
    repeat {
      skipSpace()
      let name = try string()
      skipSpace()
      try take(":")
      members.append((name, try value(depth: depth + 1)))
    } while try !isAtEnd("}")
    return JSONObject(members)
  }

  private mutating func array(depth: Int) throws(MalformedJSON) -> [JSONValue] {
    var values: [JSONValue] = []
    try take("[")
    skipSpace()
    if next == UInt8(ascii: "]") {
      place += 1
      return []
    }
    repeat { values.append(try value(depth: depth + 1)) } while try !isAtEnd("]")
    return values
  }

  private mutating func word(
    _ word: StaticString,
    _ value: JSONValue,
  ) throws(MalformedJSON) -> JSONValue {
    for byte in "\(word)".utf8 {
      guard next == byte else { throw malformed("\(word)") }
      place += 1
    }
    return value
  }

  /// A number: one that is written as a whole one keeps its digits, all others are doubles.
  private mutating func number() throws(MalformedJSON) -> JSONValue {
    let start = place
    if next == UInt8(ascii: "-") { place += 1 }
    if next == UInt8(ascii: "0") { place += 1 } else { try digits() }
    var isWhole = true
    if next == UInt8(ascii: ".") {
      isWhole = false
      place += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isWhole = false
      place += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let number = JSONValue(wholeNumber: text) { return number }
    guard let number = Double(text), number.isFinite else {
      throw malformed("a number that a double holds")
    }
    return .number(number)
  }

  private mutating func digits() throws(MalformedJSON) {
    guard let first = next, (0x30...0x39).contains(first) else { throw malformed("a digit") }
    while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
  }

  private mutating func string() throws(MalformedJSON) -> String {
    try take("\"")
    var content: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw malformed("an escaped control character") }
      place += 1
      if byte == UInt8(ascii: "\\") {
        content += Array(String(try escaped()).utf8)
      } else {
        content.append(byte)
      }
    }
    try take("\"")
    guard let text = String(validating: content, as: UTF8.self) else {
      throw malformed("UTF-8 before it")
    }
    return text
  }

  /// The character of an escape, its backslash taken.
  private mutating func escaped() throws(MalformedJSON) -> Unicode.Scalar {
    guard let byte = next else { throw malformed("an escape") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default: throw malformed("an escape")
    }
  }

  /// The character of one escape of four digits, or of two that are a pair of surrogates.
  private mutating func escapedScalar() throws(MalformedJSON) -> Unicode.Scalar {
    let first = try unit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800...0xDBFF).contains(first) else { throw malformed("a pair of surrogates") }
    try take("\\")
    try take("u")
    let second = try unit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw malformed("a pair of surrogates") }
    return scalar
  }

  private mutating func unit() throws(MalformedJSON) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("a hexadecimal digit")
      }
      unit = unit << 4 | UInt32(digit)
      place += 1
    }
    return unit
  }
}
