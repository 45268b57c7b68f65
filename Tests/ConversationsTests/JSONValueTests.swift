import Conversations
import Foundation
import Testing

@Suite
struct `A JSON value` {
  static let table: [(text: String, value: JSONValue)] = [
    ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
    ("0", .integer(0)), ("1", .integer(1)), ("-1", .integer(-1)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("18446744073709551615", JSONValue(wholeNumber: "18446744073709551615") ?? .null),
    // A decoder does not tell whether a number of 64 bits has a point; beyond, it is a double.
    ("9223372036854775808.0", JSONValue(wholeNumber: "9223372036854775808") ?? .null),
    ("18446744073709551616.0", .number(18_446_744_073_709_551_616)),
    ("0.5", .number(0.5)), ("5e-324", .number(.leastNonzeroMagnitude)),
    (#""""#, .string("")), (#""1""#, .string("1")), (#""true""#, .string("true")),
    (#""a\u0000\ud83d\ude00""#, .string("a\u{0}😀")),
    ("[]", .array([])), ("[null,[1,\"\"]]", .array([.null, .array([.integer(1), .string("")])])),
    ("{}", .object([:])),
    (
      #"{"a":{"b":[true]},"":null}"#,
      .object(["a": .object(["b": .array([.bool(true)])]), "": .null]),
    ),
  ]

  @Test(arguments: table)
  func `is read as it is written`(text: String, value: JSONValue) throws {
    let read = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    #expect(read == value)
  }

  @Test(arguments: table)
  func `is written as it can be read`(text: String, value: JSONValue) throws {
    let written = try JSONEncoder().encode(value)
    #expect(try JSONDecoder().decode(JSONValue.self, from: written) == value)
  }

  @Test(arguments: ["", "nul", "[1", "{\"a\"}", "'a'", "01", "NaN", "1 2"])
  func `is not read from anything else`(text: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
  }

  @Test(arguments: [
    "", "-", "+1", "01", "-01", "1.0", "1e30", " 1", "٣", "1_000",
    "99999999999999999999x", "9223372036854775807", "-9223372036854775808",
  ])
  func `is no whole number beyond 64 bits for anything but its digits`(text: String) {
    #expect(LargeInteger(text) == nil)
  }

  @Test
  func `is not another one of the same look`() {
    let values: [JSONValue] = [
      .null, .bool(false), .integer(0), .number(0), .string(""), .string("0"), .array([]),
      .object([:]), .array([.null]), .bool(true), .integer(1), .number(1),
    ]
    #expect(Set(values).count == values.count)
  }
}
