/// A JSON value as variables and cards carry it (RFC 8259).
///
/// A number that is written as a whole one keeps every digit. One with a point or an exponent is
/// the nearest IEEE 754 double, as I-JSON has it (RFC 7493).
public enum JSONValue: Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A whole number of 64 bits.
  case integer(Int64)
  /// A whole number beyond 64 bits.
  case large(LargeInteger)
  /// A number with a point or an exponent.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Names and values; the order of names carries nothing.
  case object(JSONObject)
}

extension JSONValue: Hashable {
  /// Compares texts by their bytes.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.large(let left), .large(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.hasBytes(of: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    case (.null, _), (.bool, _), (.integer, _), (.large, _), (.number, _), (.string, _),
      (.array, _), (.object, _):
      false
    }
  }

  /// Hashes the kind and the value.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .large(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let values): hasher.combine(values)
    case .object(let members): hasher.combine(members)
    }
  }
}

extension JSONValue: Codable {
  /// Reads a value; the deepest level is the decoder's limit.
  ///
  /// A decoder gives numbers without the way they were written: what is whole and fits 64 bits,
  /// with a sign or without, is a whole number, point or no point, and all else is a double. What
  /// comes from outside is read by a reader of its own, which keeps the digits and the point.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(UInt64.self),
      let number = LargeInteger(value.description)
    {
      self = .large(number)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode(JSONObject.self))
    }
  }

  /// Writes the value.
  ///
  /// - Throws: `EncodingError` for a whole number that the encoder would have to round.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .large(let value):
      guard let number = UInt64(value.description) else {
        let context = EncodingError.Context(
          codingPath: encoder.codingPath,
          debugDescription: "the encoder has no number of as many digits as \(value)",
        )
        throw EncodingError.invalidValue(value, context)
      }
      try container.encode(number)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}

/// The deepest nesting of a JSON value that is taken in.
///
/// Half of the 512 levels at which Foundation's decoder stops, so that what encloses the value in
/// an export has room.
public let jsonNestingLimit = 256

extension JSONValue {
  /// Whether the value has at most some levels of lists and objects.
  func isNestedAtMost(_ levels: Int) -> Bool {
    switch self {
    case .array(let values):
      levels > 0 && values.allSatisfy { $0.isNestedAtMost(levels - 1) }
    case .object(let members):
      levels > 0 && members.allSatisfy { $0.value.isNestedAtMost(levels - 1) }
    case .null, .bool, .integer, .large, .number, .string: true
    }
  }
}

extension EventBody {
  /// Whether all JSON in the body has at most some levels.
  public func isNestedAtMost(_ levels: Int) -> Bool {
    card?.isNestedAtMost(levels) != false && attachment?.isNestedAtMost(levels) != false
      && variables.allSatisfy { $0.value.isNestedAtMost(levels) }
  }
}
