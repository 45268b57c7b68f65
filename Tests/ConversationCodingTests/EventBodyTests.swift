import ConversationCoding
import Conversations
import Testing

@Suite
struct `The body of an event` {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `is read as it was written, whatever it says`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let body = generator.body()
      let read = try EventBody(decoding: body.bytes)
      #expect(read == body, "seed \(seed)")
      // Two texts of other bytes may be equal characters, so the bytes are compared too.
      #expect(read.bytes == body.bytes, "seed \(seed)")
    }
  }

  @Test
  func `of nothing has no bytes`() throws {
    #expect(EventBody().bytes == [])
    #expect(try EventBody(decoding: []) == EventBody())
  }

  @Test
  func `keeps what is empty apart from what is not there`() throws {
    var body = EventBody(text: "")
    body.quickReplies = ["", ""]
    body.card = .object([:])
    body.attachment = .string("")
    (body.authorID, body.authorName, body.reason) = ("", "", "")
    (body.externalID, body.source, body.name, body.channel) = ("", "", "", "")
    body.variables = ["": .null]
    (body.raw, body.fingerprint, body.amount) = ([], [], 0)
    let read = try EventBody(decoding: body.bytes)
    #expect(read == body)
    #expect(read.text == "" && read.raw == [] && read.amount == 0 && read.channel == "")
  }

  @Test(arguments: [
    "\u{0}", "a\u{0}b", "日本語", "👩‍👩‍👧‍👦", "\u{FEFF}x", "e\u{301}", "\u{E9}", "\u{10FFFF}", "\r\n",
    "\u{2028}",
  ])
  func `keeps every byte of a text`(text: String) throws {
    var body = EventBody(text: text)
    body.quickReplies = [text]
    body.variables = [text: .string(text)]
    let read = try EventBody(decoding: body.bytes)
    #expect(read.text.map { Array($0.utf8) } == Array(text.utf8))
    #expect(read.quickReplies.map { Array($0.utf8) } == [Array(text.utf8)])
    #expect(read.variables.map { Array($0.name.utf8) } == [Array(text.utf8)])
    #expect(read.bytes == body.bytes)
  }

  @Test
  func `tells texts and names apart that only look the same`() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    try #require(composed == decomposed)
    var body = EventBody(text: composed)
    body.variables = [composed: .integer(1), decomposed: .string(composed)]
    #expect(body.variables.count == 2)
    #expect(body.variables[composed] == .integer(1))
    let read = try EventBody(decoding: body.bytes)
    #expect(read == body)
    let fields: [WritableKeyPath<EventBody, String?>] = [
      \.text, \.authorID, \.authorName, \.reason, \.externalID, \.source, \.name, \.channel,
    ]
    for field in fields {
      var (left, right) = (EventBody(), EventBody())
      (left[keyPath: field], right[keyPath: field]) = (composed, decomposed)
      #expect(left != right)
    }
    #expect(JSONValue.array([.string(composed)]) != .array([.string(decomposed)]))
    #expect(JSONValue.object([composed: .null]) != .object([decomposed: .null]))
  }

  @Test
  func `keeps 100 kB of text, and of raw bytes`() throws {
    var generator = SeededGenerator(seed: 1)
    var body = EventBody(text: String(repeating: "grüß dich ", count: 10_000))
    body.raw = generator.bytes(count: 100_000)
    #expect(body.bytes.count > 200_000)
    #expect(try EventBody(decoding: body.bytes) == body)
  }

  @Test(arguments: [Int64.min, .max, 0, -1, 1, 1 << 53 + 1])
  func `keeps whole numbers of 64 bits`(number: Int64) throws {
    var body = EventBody(card: .integer(number))
    body.amount = number
    #expect(try EventBody(decoding: body.bytes) == body)
  }

  @Test
  func `keeps the digits of a whole number beyond 64 bits, in bytes that stay`() throws {
    let number = try #require(LargeInteger("18446744073709551615"))
    let body = EventBody(card: .large(number))
    let bytes: [UInt8] = [3, 0, 0, 0, 25, 8, 0, 0, 0, 20] + Array("18446744073709551615".utf8)
    #expect(body.bytes == bytes)
    #expect(try EventBody(decoding: bytes) == body)
  }

  @Test(arguments: ["", "12", "-", "1e99999999999999999999", "99999999999999999999,\"x\":1"])
  func `takes nothing but digits for such a number`(text: String) {
    let content = [8, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8)
    let bytes = [3, 0, 0, 0, UInt8(content.count)] + content
    #expect(throws: CodingError.self) { try EventBody(decoding: bytes) }
  }

  @Test(
    arguments: [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 0.1, .pi,
      .greatestFiniteMagnitude, .infinity, -.infinity, .nan, .signalingNaN,
    ] as [Double]
  )
  func `keeps every bit of a double`(number: Double) throws {
    let read = try EventBody(decoding: EventBody(card: .number(number)).bytes)
    guard case .number(let again)? = read.card else {
      Issue.record("\(number) came back as something else")
      return
    }
    #expect(again.bitPattern == number.bitPattern)
  }

  @Test
  func `keeps a whole number apart from a double, and a truth from both`() throws {
    let values: [JSONValue] = [
      .integer(1), .number(1), .bool(true), .string("1"), .array([.integer(1)]), .integer(0),
      .number(0), .bool(false), .null, .string(""), .array([]), .object([:]),
    ]
    let bodies = values.map { EventBody(card: $0) }
    #expect(Set(bodies.map(\.bytes)).count == values.count)
    #expect(try bodies.map { try EventBody(decoding: $0.bytes).card } == values)
  }

  @Test
  func `passes over fields that a later version wrote (R22)`() throws {
    var generator = SeededGenerator(seed: 3)
    let text = EventBody(text: "Hello").bytes
    var name = EventBody()
    name.name = "English"
    for tag in [0] + (16...UInt8.max) {
      let unknown = field(tag, generator.bytes(count: Int(tag) % 7))
      let body = try EventBody(decoding: unknown + text + unknown + name.bytes + unknown)
      #expect(body.text == "Hello" && body.name == "English", "tag \(tag)")
      #expect(body.bytes.count == text.count + name.bytes.count, "tag \(tag)")
    }
  }

  @Test
  func `has a tag for each field that never changes`() throws {
    var generator = SeededGenerator(seed: 4)
    let setters: [(tag: UInt8, set: (inout EventBody) -> Void)] = [
      (1, { $0.text = "a" }), (2, { $0.quickReplies = ["a"] }), (3, { $0.card = .null }),
      (4, { $0.attachment = .null }), (5, { $0.authorID = "a" }), (6, { $0.authorName = "a" }),
      (7, { $0.reason = "a" }), (8, { $0.variables = ["a": .null] }),
      (9, { $0.externalID = "a" }), (10, { $0.source = "a" }), (11, { $0.name = "a" }),
      (12, { $0.channel = "a" }), (13, { $0.amount = 1 }), (14, { $0.raw = [1] }),
      (15, { $0.fingerprint = [1] }),
    ]
    for (tag, set) in setters.shuffled(using: &generator) {
      var body = EventBody()
      set(&body)
      #expect(body.bytes.first == tag)
      #expect(try EventBody(decoding: body.bytes) == body)
    }
  }
}
