import Foundation

/// A line of the neutral format, as far as these tests write and change lines.
struct Line: Codable, Equatable {
  var type: String
  var conversation: String?
  var source: String?
  var id: String?
  var key: String?
  var fingerprint: String?
  var at: String?
  var author: Party?
  var visitor: Party?
  var agent: Party?
  var bot: String?
  var owner: String?
  var deployment: String?
  var channel: String?
  var from: String?
  var to: String?
  var module: UInt32?
  var method: String?
  var since: UInt64?
  var name: String?
  var sessionMinutes: Int64?
  var text: String?
  var variables: [String: String]?
  var reason: String?
  var externalId: String?

  struct Party: Codable, Equatable {
    var kind: String?
    var id: String?
    var account: String?
    var name: String?
  }

  init(_ type: String) { self.type = type }

  /// The line's bytes, without a line break.
  var bytes: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return Array(try encoder.encode(self))
    }
  }
}

extension Line {
  /// A conversation begins.
  static func started(_ conversation: String, with bot: String, visitor: String? = nil) -> Line {
    var line = Line("conversationStarted")
    line.source = "tests"
    line.conversation = conversation
    line.bot = bot
    line.visitor = visitor.map { Party(name: $0) }
    return line
  }

  /// The visitor writes.
  static func message(_ conversation: String, _ text: String, id: String? = nil) -> Line {
    var line = Line("messagePosted")
    line.source = "tests"
    line.conversation = conversation
    line.author = Party(kind: "visitor")
    line.text = text
    line.id = id
    return line
  }
}
