/// The values of a form: of a query, or of a body in `application/x-www-form-urlencoded`
/// (https://url.spec.whatwg.org/#application/x-www-form-urlencoded).
struct FormValues: Hashable, Sendable {
  private var pairs: [(name: String, value: String)] = []

  /// No values.
  init() {}

  /// Reads a query or a body; bytes that are no text become U+FFFD.
  init(_ text: some StringProtocol) {
    for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="),
        maxSplits: 1,
        omittingEmptySubsequences: false,
      )
      pairs.append((Self.decode(parts[0]), parts.count > 1 ? Self.decode(parts[1]) : ""))
    }
  }

  /// The first value of a name; `nil` if there is none, or an empty one.
  subscript(name: String) -> String? {
    pairs.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  /// Adds a value; `nil` and empty ones are left out.
  mutating func add(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { pairs.append((name, value)) }
  }

  /// The values as a query with its question mark; empty if there are none.
  var query: String {
    guard !pairs.isEmpty else { return "" }
    return "?"
      + pairs.map { Self.encode($0.name) + "=" + Self.encode($0.value) }
      .joined(separator: "&")
  }

  static func == (left: Self, right: Self) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0.name == $1.name && $0.value == $1.value }
  }

  func hash(into hasher: inout Hasher) {
    for pair in pairs {
      hasher.combine(pair.name)
      hasher.combine(pair.value)
    }
  }

  private static func decode(_ bytes: some Collection<UInt8>) -> String {
    var decoded: [UInt8] = []
    var rest = Array(bytes)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)) {
        decoded.append(value)
        rest.removeFirst(2)
      } else {
        decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private static func encode(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }
}
