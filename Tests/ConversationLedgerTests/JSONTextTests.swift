import ConversationLedger
public import Conversations
import Foundation
import Testing

@Suite
struct `JSON text` {
  /// All of the test suite of JSON where it lies on this machine, or the repository's selection.
  private static let files: [URL] = {
    let root = (1...3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent()
    }
    let folders = ["../shared/data/robustness/json-test-suite/test_parsing", "Tests/Samples/json"]
    let found = folders.map { folder in
      let folder = root.appending(path: folder).standardizedFileURL
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasSuffix(".json") }.map { folder.appending(path: $0) }
    }
    if found[0].isEmpty { print("SKIPPED: ../shared/data/robustness/json-test-suite is not here") }
    return found[0].isEmpty ? found[1] : found[0]
  }()

  @Test
  func `is read or refused as the test suite of JSON says`() throws {
    var counts: [Substring: Int] = [:]
    for file in Self.files {
      let name = file.lastPathComponent
      let value = try? JSONText.value(of: Data(contentsOf: file))
      counts[name.prefix(2), default: 0] += 1
      if name.hasPrefix("y_") { #expect(value != nil, "\(name)") }
      if name.hasPrefix("n_") { #expect(value == nil, "\(name)") }
    }
    #expect(counts["n_", default: 0] > 5)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `comes back as the value it was`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let value = generator.jsonValue(depth: 4)
      let bytes = try JSONText.bytes(of: value)
      #expect(try JSONText.value(of: bytes) == value)
      #expect(try JSONText.bytes(of: JSONText.value(of: bytes)) == bytes)
      // What another reader makes of it may know less of names and numbers, and fails at nothing.
      _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    }
  }

  @Test
  func `keeps names apart that only look the same`() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    let value = JSONValue.object([composed: .integer(1), decomposed: .integer(2)])
    let text = "{\"cafe\u{301}\":2,\"caf\u{E9}\":1}"
    #expect(try JSONText.bytes(of: value) == Array(text.utf8))
    #expect(try JSONText.value(of: text.utf8) == value)
    #expect(try JSONText.value(of: "{\"a\":1,\"b\":2,\"a\":3}".utf8) == ["a": 3, "b": 2])
  }

  @Test
  func `for people has a line for each member`() throws {
    let value = JSONValue.object(["a": .array([1, .object([:]), .array([])]), "b": .string("x")])
    let text = """
      {
        "a" : [
          1,
          {},
          []
        ],
        "b" : "x"
      }
      """
    #expect(try JSONText.bytes(of: value, in: .lines) == Array(text.utf8))
  }

  private struct Shape: Encodable {
    var id: String
    var count: UInt64
    var isTrue: Bool
    var missing: String?
    var parts: [Part]

    struct Part: Encodable {
      @ExplicitNull var name: String?
    }
  }

  @Test
  func `of a shape is what Foundation writes`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let shape = Shape(
      id: "a/\"\\\u{1}\u{1F}\t\r\n\u{8}\u{C}\u{7F}\u{2028}",
      count: 7,
      isTrue: true,
      parts: [.init(name: nil), .init(name: "")],
    )
    #expect(try JSONText.bytes(of: shape) == Array(encoder.encode(shape)))
    let shapes: [[String: [Int?]]] = [["b": [1, nil], "a": []], [:]]
    #expect(try JSONText.bytes(of: shapes) == Array(encoder.encode(shapes)))
    #expect(throws: EncodingError.self) { try JSONText.bytes(of: JSONValue.number(.infinity)) }
  }

  @Test
  func `that is nested too deep is refused, and never a trap`() throws {
    for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
      for levels in [512, 513, 100_000] {
        let text =
          repeatElement(opening, count: levels).joined() + "1"
          + repeatElement(closing, count: levels).joined()
        let value = try? JSONText.value(of: text.utf8)
        #expect((value != nil) == (levels == 512))
      }
    }
  }
}

extension SeededGenerator {
  fileprivate mutating func text() -> String {
    let pieces = [
      "", "a", "\u{0}", "\n", "\"", "\\", "/", "\u{7F}", "\u{E9}", "e\u{301}", "\u{10FFFF}",
      "\u{1F468}\u{200D}\u{1F469}", "\r\n", "\u{2028}",
    ]
    return (0..<Int.random(in: 0...4, using: &self)).map { _ in pick(pieces) }.joined()
  }

  private mutating func largeInteger() -> JSONValue {
    let digits = (0..<Int.random(in: 0...60, using: &self)).map { _ in String(next() % 10) }
    let text = pick(["", "-"]) + "9999999999999999999" + digits.joined()
    return JSONValue(wholeNumber: text) ?? .null
  }

  fileprivate mutating func jsonValue(depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &self) {
    case 0: return pick([.null, .bool(true), .bool(false)])
    case 1: return .integer(pick([0, -1, .min, .max, Int64(bitPattern: next())]))
    case 2 where once(in: 2): return largeInteger()
    case 2: return .number(pick([0.5, -0.0, 1, 1e300, .leastNonzeroMagnitude, 0.1, -1.5e-7]))
    case 3, 4: return .string(text())
    case 5: return .array((0..<pick([0, 1, 3])).map { _ in jsonValue(depth: depth - 1) })
    default:
      return .object(
        JSONObject((0..<pick([0, 1, 4])).map { _ in (text(), jsonValue(depth: depth - 1)) })
      )
    }
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral {
  /// Stands for an object.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
  /// Stands for a whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
}
