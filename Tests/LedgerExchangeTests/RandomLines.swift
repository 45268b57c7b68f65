public import Conversations
import Foundation

/// Lines of the neutral format, good and bad ones, and what should become of each.
struct RandomLines {
  /// What should become of a line.
  enum Fate {
    /// It adds to the registry, or nothing at all.
    case noRow
    case taken, duplicate, skipped
  }

  private(set) var lines: [(bytes: Data, fate: Fate)] = []
  private var generator: SeededGenerator
  /// The rows that were taken, by conversation and identity.
  private var taken: [String: [String: Data]] = [:]
  private static let texts = [
    "Hello", "", "\u{0}", "caf\u{E9}", "cafe\u{301}", "a\r\n\nb", "\u{1F44B}",
  ]

  init(seed: UInt64, count: Int) throws {
    generator = SeededGenerator(seed: seed)
    for _ in 0..<count { lines.append(try line()) }
  }

  /// The bytes of some of the lines.
  func file(_ range: Range<Int>) -> Data {
    Data(lines[range].map { $0.bytes + [UInt8(ascii: "\n")] }.joined())
  }

  func count(_ fate: Fate) -> Int { lines.count { $0.fate == fate } }

  private mutating func line() throws -> (Data, Fate) {
    switch Int.random(in: 0..<30, using: &generator) {
    case 0: return (Data("{\"type\":".utf8), .skipped)
    case 1: return (try bytes(["type": .string("neverHeardOf"), "conversation": "x"]), .skipped)
    case 2: return (Data("  ".utf8), .noRow)
    case 3: return (try bytes(["type": "botRegistered", "bot": "B", "owner": "nobody"]), .skipped)
    case 4: return (try bytes(["type": "ownerRegistered", "owner": "tests"]), .noRow)
    case 5: return (try bytes(["type": "messagePosted", "conversation": "c1"]), .skipped)
    default: return try row()
    }
  }

  private func bytes(_ members: [String: JSONValue]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(JSONValue.object(JSONObject(members.map { ($0.key, $0.value) })))
  }

  /// A row, which may have come before, or belong to a conversation that does not begin.
  private mutating func row() throws -> (Data, Fate) {
    let isHeadless = generator.once(in: 20)
    let conversation = isHeadless ? "headless" : "c\(Int.random(in: 1...6, using: &generator))"
    var members: [String: JSONValue] = [
      "source": "tests", "conversation": .string(conversation),
    ]
    var id = "\(Int.random(in: 1...40, using: &generator))"
    if generator.once(in: 30) { id = String(repeating: "k", count: 256) }
    if taken[conversation] == nil, !isHeadless {
      members["type"] = "conversationStarted"
      members["bot"] = .string(generator.pick(["Flights", "Hotels"]))
    } else {
      members.merge(fact()) { $1 }
      // A row of one identity has one time; with another it would be another row.
      if id.hasSuffix("1") { members["at"] = "2026-01-05T09:00:00Z" }
    }
    members["id"] = .string(id)
    let bytes = try bytes(members)
    return (bytes, fate(of: bytes, id, conversation, isStart: members["bot"] != nil))
  }

  private mutating func fate(
    of bytes: Data,
    _ id: String,
    _ conversation: String,
    isStart: Bool,
  ) -> Fate {
    if let known = taken[conversation]?[id] { return known == bytes ? .duplicate : .skipped }
    guard id.utf8.count < 256, isStart == (taken[conversation] == nil) else { return .skipped }
    taken[conversation, default: [:]][id] = bytes
    return .taken
  }

  private mutating func fact() -> [String: JSONValue] {
    let visitor: JSONValue = .object(["kind": "visitor"])
    let agent: JSONValue = .object(["id": "eve"])
    let text = JSONValue.string(generator.pick(Self.texts))
    return generator.pick([
      ["type": "messagePosted", "author": visitor, "text": text],
      ["type": "notePosted", "author": .object(["kind": "staff"]), "text": text],
      ["type": "handedOver", "from": "Flights", "to": "Hotels", "module": 1, "reason": text],
      ["type": "variablesSet", "author": visitor, "variables": .object(["a": text, "": 1])],
      ["type": "agentRequested", "author": visitor], ["type": "agentTookOver", "agent": agent],
      ["type": "agentHandedBack", "agent": agent, "to": "Hotels", "since": 77],
      ["type": "foreign", "raw": "AAEC"], ["type": "sourceTruncated"],
      ["type": "requestRepeated", "author": visitor],
    ])
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// Stands for a text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Stands for a whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
}
