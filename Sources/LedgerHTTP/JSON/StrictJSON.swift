import Conversations

/// Reads JSON as RFC 8259 writes it and I-JSON narrows it: valid UTF-8, no name twice, no lone
/// surrogate, no number with a point or an exponent that is beyond a double.
///
/// A whole number stays one, with all its digits, only if it is written as one: `12` is an integer,
/// `12.0` is not.
struct StrictJSON {
  private let bytes: [UInt8]
  private var index = 0

  /// Why a text is not taken.
  struct Malformed: Error, Hashable {
    /// The byte at which it was seen, counted from zero.
    let offset: Int
    /// What is wrong there.
    let reason: String

    /// The sentence for a problem's detail.
    var sentence: String { "not valid JSON: \(reason) at byte \(offset)" }
  }

  /// The deepest nesting: what a value may have, and room for what encloses it.
  private static let nestingLimit = jsonNestingLimit + 8

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads one value and nothing beside it.
  static func parse(_ bytes: [UInt8]) throws(Malformed) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Malformed(offset: 0, reason: "text that is not UTF-8")
    }
    var reader = StrictJSON(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.index == bytes.count else { throw reader.malformed("more than one value") }
    return value
  }

  private func malformed(_ reason: String) -> Malformed {
    Malformed(offset: index, reason: reason)
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
    skipSpace()
    guard depth <= Self.nestingLimit else { throw malformed("nesting too deep") }
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw malformed("an end where a value should be")
    default: return try number()
    }
  }

  private mutating func word(
    _ word: StaticString,
    _ value: JSONValue,
  ) throws(Malformed) -> JSONValue {
    let expected = Array("\(word)".utf8)
    guard bytes[index...].starts(with: expected) else { throw malformed("an unknown word") }
    index += expected.count
    return value
  }

  private mutating func object(_ depth: Int) throws(Malformed) -> JSONValue {
    index += 1
    var members: [(String, JSONValue)] = []
    skipSpace()
    if take("}") { return .object([:]) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw malformed("a member without a name") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw malformed("a name without a colon") }
      members.append((name, try value(depth: depth + 1)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw malformed("an object without its end") }
    // The last of two members of one name is kept, so a name twice shows in the count.
    let object = JSONObject(members)
    guard object.count == members.count else { throw malformed("a name twice in the object") }
    return .object(object)
  }

  private mutating func array(_ depth: Int) throws(Malformed) -> JSONValue {
    index += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw malformed("a list without its end") }
    return .array(values)
  }
}

extension StrictJSON {
  private mutating func string() throws(Malformed) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = next {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escaped()
      case 0..<0x20: throw malformed("a bare control character in a string")
      default: text.append(byte)
      }
    }
    throw malformed("a string without its end")
  }

  private mutating func escaped() throws(Malformed) -> [UInt8] {
    let byte = next
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return byte.map { [$0] } ?? []
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
    default: throw malformed("an unknown escape")
    }
  }

  private mutating func scalar() throws(Malformed) -> Unicode.Scalar {
    var value = try unit()
    if (0xD800..<0xDC00).contains(value), take("\\"), take("u") {
      let low = try unit()
      guard (0xDC00..<0xE000).contains(low) else { throw malformed("a lone surrogate") }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw malformed("a lone surrogate") }
    return scalar
  }

  private mutating func unit() throws(Malformed) -> UInt32 {
    guard index + 4 <= bytes.count else { throw malformed("a short escape") }
    let digits = bytes[index..<index + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("an escape that is not hexadecimal") }
    index += 4
    return value
  }

  private mutating func number() throws(Malformed) -> JSONValue {
    let start = index
    _ = take("-")
    let first = index
    let digits = skipDigits()
    guard digits > 0, digits == 1 || bytes[first] != UInt8(ascii: "0") else {
      throw malformed("something that is no value")
    }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard skipDigits() > 0 else { throw malformed("a number that ends in its point") }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("-") { _ = take("+") }
      guard skipDigits() > 0 else { throw malformed("an exponent without digits") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole, let number = JSONValue(wholeNumber: text) { return number }
    guard let number = Double(text), number.isFinite else {
      throw Malformed(offset: start, reason: "a number too large")
    }
    return .number(number)
  }

  private mutating func skipDigits() -> Int {
    let start = index
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
    return index - start
  }
}
