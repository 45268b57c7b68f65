/// A whole number that 64 bits do not hold, kept as the digits it was written with.
///
/// Identifiers of other systems are such numbers: account numbers, keys of 128 bits. Nothing is
/// computed with them, so the digits are all there is to keep.
public struct LargeInteger: Hashable, Sendable, CustomStringConvertible {
  /// The digits, behind a minus if the number is negative: the text of JSON (RFC 8259).
  public let description: String

  /// Takes a whole number as JSON writes it; `nil` for anything else, and for what fits an `Int64`.
  ///
  /// So each number has one form, and what is written out can be nothing but a number.
  public init?(_ text: String) {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    guard let first = digits.first, first != UInt8(ascii: "0"),
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      Int64(text) == nil
    else { return nil }
    description = text
  }

  /// The nearest double; infinite beyond what a double holds.
  public var rounded: Double { Double(description) ?? .infinity }
}

extension JSONValue {
  /// A whole number as JSON writes it, every digit kept; `nil` for anything else.
  public init?(wholeNumber text: String) {
    if let number = Int64(text) {
      self = .integer(number)
    } else if let number = LargeInteger(text) {
      self = .large(number)
    } else {
      return nil
    }
  }

  /// The value as releases before decision 0031 recorded it: numbers beyond 64 bits as doubles.
  package var withRoundedNumbers: JSONValue {
    switch self {
    case .large(let number): .number(number.rounded)
    case .array(let values): .array(values.map(\.withRoundedNumbers))
    case .object(let members): .object(members.withRoundedNumbers)
    case .null, .bool, .integer, .number, .string: self
    }
  }

  /// Whether there is a whole number beyond 64 bits in the value.
  package var hasLargeInteger: Bool {
    switch self {
    case .large: true
    case .array(let values): values.contains(where: \.hasLargeInteger)
    case .object(let members): members.contains { $0.value.hasLargeInteger }
    case .null, .bool, .integer, .number, .string: false
    }
  }
}

extension JSONObject {
  fileprivate var withRoundedNumbers: JSONObject {
    JSONObject(map { ($0.name, $0.value.withRoundedNumbers) })
  }
}

extension EventBody {
  /// The body as releases before decision 0031 recorded it; `nil` if they recorded it as it is.
  package var withRoundedNumbers: EventBody? {
    let values = [card, attachment].compactMap { $0 } + variables.map(\.value)
    guard values.contains(where: \.hasLargeInteger) else { return nil }
    var body = self
    body.card = card?.withRoundedNumbers
    body.attachment = attachment?.withRoundedNumbers
    body.variables = variables.withRoundedNumbers
    return body
  }
}
