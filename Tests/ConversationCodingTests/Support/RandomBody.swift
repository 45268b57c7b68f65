import Conversations

extension SeededGenerator {
  mutating func bytes(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
  }

  /// A text that is often empty, short, or made of characters with more than one byte.
  mutating func text() -> String {
    let pieces = [
      "", "a", "Hello", "\u{0}", "\n", "é", "e\u{301}", "ß", "日本語", "👩‍👩‍👧", "\u{10FFFF}",
      "\u{FFFD}", "\u{202E}", "\"", "\\", "\u{7F}", "\r\n",
    ]
    let count = Int.random(in: 0...4, using: &self)
    return (0..<count).map { _ in pick(pieces) }.joined()
  }

  /// A value of a JSON text, nested so deep at the most.
  mutating func jsonValue(depth: Int = 4) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
    case 0: return .null
    case 1: return .bool(once(in: 2))
    case 2: return .integer(pick([0, -1, .min, .max, Int64(bitPattern: next())]))
    case 3: return once(in: 4) ? largeInteger() : .number(double())
    case 4, 5: return .string(text())
    case 6:
      return .array((0..<pick([0, 1, 3])).map { _ in jsonValue(depth: depth - 1) })
    default: return .object(members(depth: depth - 1))
    }
  }

  private mutating func largeInteger() -> JSONValue {
    let number = pick(["18446744073709551615", "-9223372036854775809", "9223372036854775808"])
    return JSONValue(wholeNumber: number + pick(["", "\(next())"])) ?? .null
  }

  mutating func members(depth: Int = 3) -> JSONObject {
    var members = JSONObject()
    for _ in 0..<pick([0, 1, 2, 5]) { members[text()] = jsonValue(depth: depth) }
    return members
  }

  /// A finite number, often at the edge of what a double holds.
  private mutating func double() -> Double {
    let edges: [Double] = [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .pi, 1, .ulpOfOne, 9_007_199_254_740_992,
    ]
    let any = Double(bitPattern: next())
    return once(in: 2) && any.isFinite ? any : pick(edges)
  }

  /// A body in which each field is there or not, whatever the others are.
  mutating func body() -> EventBody {
    var body = EventBody()
    body.text = maybeText()
    body.quickReplies = (0..<pick([0, 0, 1, 3])).map { _ in text() }
    body.card = once(in: 2) ? jsonValue() : nil
    body.attachment = once(in: 2) ? jsonValue() : nil
    body.authorID = maybeText()
    body.authorName = maybeText()
    body.reason = maybeText()
    body.variables = members()
    body.externalID = maybeText()
    body.source = maybeText()
    body.name = maybeText()
    body.channel = maybeText()
    body.amount = once(in: 2) ? pick([0, -1, .min, .max, Int64(bitPattern: next())]) : nil
    body.raw = once(in: 2) ? bytes(count: pick([0, 1, 33])) : nil
    body.fingerprint = once(in: 2) ? bytes(count: pick([0, 16])) : nil
    return body
  }

  private mutating func maybeText() -> String? { once(in: 2) ? text() : nil }
}
