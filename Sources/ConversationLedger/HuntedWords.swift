import Conversations

/// The words an erasure searches for, each in the forms in which bytes of ours could hold it.
struct HuntedWords {
  /// The most bytes of a form that are compared; what begins with them is found.
  static let formLength = 32
  /// The fewest bytes of a form: fewer come about by chance in sealed bytes.
  static let shortestForm = 6
  /// The most forms; their memory is about 150 MB.
  private static let formLimit = 1_000_000
  /// The fewest bytes of a text that is searched for.
  private static let shortestText = 4

  /// What stands in the files of every ledger, whoever says the same.
  private static let ownWords: Set<String> = [
    "records", "nodes", "head", "keys", "filled", "erased", "rewritten", "moved", "check", "heads",
    "inboxes", "counts", "starts", "took-part", "visits", "checkpoint",
  ]

  /// The first bytes of each form.
  private(set) var forms: Set<[UInt8]> = []
  /// How many texts there are.
  private(set) var textCount = 0
  /// Whether all forms are searched for.
  private(set) var isComplete = true

  /// Takes in what a body says; not the names of its source, its channel, and its variables, which
  /// are the ledger's and nobody's own.
  mutating func take(_ body: EventBody) {
    let texts = [
      body.text, body.authorID, body.authorName, body.reason, body.externalID, body.name,
    ]
    for text in texts.compactMap({ $0 }) + body.quickReplies { take(text) }
    for value in [body.card, body.attachment].compactMap({ $0 }) { take(value) }
    for (_, value) in body.variables { take(value) }
    if let raw = body.raw {
      textCount += 1
      add(raw)
    }
  }

  private mutating func take(_ value: JSONValue) {
    switch value {
    case .string(let text): take(text)
    case .large(let number): take(number.description)
    case .array(let values): for value in values { take(value) }
    case .object(let members): for (_, value) in members { take(value) }
    case .null, .bool, .integer, .number: break
    }
  }

  /// Takes in a text.
  mutating func take(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= Self.shortestText, !Self.ownWords.contains(text) else { return }
    textCount += 1
    let start = text.prefix(Self.formLength)
    add(bytes)
    if bytes.count < Self.shortestForm { addFramed(bytes) }
    add(start.escaped { Array($0.utf8) })
    add(start.escaped { $0.utf16.flatMap(escape) })
    add(start.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    add(start.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] })
  }

  /// A text too short to be told from chance is found in its frames: a string of JSON, a field.
  private mutating func addFramed(_ bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    add([quote] + bytes + [quote])
    add([0, 0, 0, UInt8(bytes.count)] + bytes)
  }

  private mutating func add(_ form: [UInt8]) {
    guard form.count >= Self.shortestForm else { return }
    guard forms.count < Self.formLimit else { return isComplete = false }
    forms.insert(Array(form.prefix(Self.formLength)))
  }
}

/// A unit of UTF-16 as JSON writes it in ASCII.
private func escape(_ unit: UInt16) -> [UInt8] {
  guard unit > 0x7E else { return [UInt8(unit)] }
  let digits = String(unit, radix: 16)
  return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
}

extension Substring {
  /// The text inside a string of JSON (RFC 8259, section 7), with the slash escaped as Foundation
  /// does.
  fileprivate func escaped(_ other: (Character) -> [UInt8]) -> [UInt8] {
    flatMap { character -> [UInt8] in
      switch character {
      case "\"", "\\", "/": Array("\\\(character)".utf8)
      case "\n": Array(#"\n"#.utf8)
      case "\t": Array(#"\t"#.utf8)
      case "\r": Array(#"\r"#.utf8)
      case "\r\n": Array(#"\r\n"#.utf8)
      default: other(character)
      }
    }
  }
}
