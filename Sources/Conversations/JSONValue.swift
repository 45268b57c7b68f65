/// A JSON value as variables and cards carry it (RFC 8259).
///
/// Numbers follow I-JSON (RFC 7493): whole numbers of 64 bits stay whole, all others are IEEE 754
/// doubles.
public enum JSONValue: Hashable, Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A whole number of 64 bits.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Names and values; the order of names carries nothing.
  case object([String: JSONValue])
}

extension JSONValue: Codable {
  /// Reads a value; the deepest level is the decoder's limit.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
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
      levels > 0 && members.values.allSatisfy { $0.isNestedAtMost(levels - 1) }
    case .null, .bool, .integer, .number, .string: true
    }
  }
}

extension EventBody {
  /// Whether all JSON in the body has at most some levels.
  public func isNestedAtMost(_ levels: Int) -> Bool {
    card?.isNestedAtMost(levels) != false && attachment?.isNestedAtMost(levels) != false
      && variables.values.allSatisfy { $0.isNestedAtMost(levels) }
  }
}
