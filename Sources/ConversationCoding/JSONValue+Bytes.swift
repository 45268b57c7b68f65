import Conversations

/// The deepest nesting of a JSON value that is read back.
///
/// Foundation's decoder stops at 512 levels; a stored value is never deeper.
private let nestingLimit = 512

extension ByteWriter {
  /// A JSON value in its stored form: one byte for the kind, then the content.
  mutating func put(_ value: JSONValue) {
    switch value {
    case .null: put(byte: 0)
    case .bool(let truth): put(byte: truth ? 2 : 1)
    case .integer(let number):
      put(byte: 3)
      put(UInt64(bitPattern: number))
    case .number(let number):
      put(byte: 4)
      put(number.bitPattern)
    case .string(let text):
      put(byte: 5)
      put(text)
    case .array(let values):
      put(byte: 6)
      put(UInt32(values.count))
      for value in values { put(value) }
    case .object(let members):
      put(byte: 7)
      put(UInt32(members.count))
      for (name, value) in members { put(name, value) }
    case .large(let number):
      put(byte: 8)
      put(number.description)
    }
  }

  /// A name and its value.
  mutating func put(_ name: String, _ value: JSONValue) {
    put(name)
    put(value)
  }
}

extension ByteReader {
  /// A JSON value from its stored form.
  mutating func jsonValue(depth: Int = 0) throws(CodingError) -> JSONValue {
    let kind = try byte()
    guard depth < nestingLimit || (kind != 6 && kind != 7) else {
      throw CodingError(expected: "at most \(nestingLimit) levels")
    }
    switch kind {
    case 0: return .null
    case 1: return .bool(false)
    case 2: return .bool(true)
    case 3: return .integer(Int64(bitPattern: try longNumber()))
    case 4: return .number(Double(bitPattern: try longNumber()))
    case 5: return .string(try text())
    case 6: return .array(try values(depth: depth + 1))
    case 7: return .object(try members(depth: depth + 1))
    case 8: return .large(try largeInteger())
    default: throw CodingError(expected: "a kind of JSON value from 0 to 8")
    }
  }

  private mutating func largeInteger() throws(CodingError) -> LargeInteger {
    guard let number = LargeInteger(try text()) else {
      throw CodingError(expected: "the digits of a whole number beyond 64 bits")
    }
    return number
  }

  private mutating func values(depth: Int) throws(CodingError) -> [JSONValue] {
    var values: [JSONValue] = []
    for _ in 0..<(try number()) { values.append(try jsonValue(depth: depth)) }
    return values
  }

  private mutating func members(depth: Int) throws(CodingError) -> JSONObject {
    var members: [(String, JSONValue)] = []
    for _ in 0..<(try number()) {
      let name = try text()
      members.append((name, try jsonValue(depth: depth)))
    }
    return JSONObject(members)
  }
}
