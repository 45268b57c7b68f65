import ConversationCoding
import Conversations
import Testing

@Suite
struct `A damaged body` {
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `cut off at any length is an error or fewer fields, and never a trap`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<8 {
      let body = generator.body()
      let bytes = body.bytes
      for count in bytes.indices {
        // What can be read of a cut body is what the fields before the cut say.
        guard let read = decoded(Array(bytes[..<count])) else { continue }
        #expect(bytes.starts(with: read.bytes), "seed \(seed), cut at \(count)")
        #expect(read.bytes.count == count, "seed \(seed), cut at \(count)")
      }
    }
  }

  @Test
  func `cut off inside its only field is an error, at any length`() {
    let bodies = [
      EventBody(text: "Hello"), EventBody(card: .object(["a": .array([.integer(1), .null])])),
    ]
    for bytes in bodies.map(\.bytes) {
      for count in 1..<bytes.count {
        #expect(throws: CodingError.self) { try EventBody(decoding: Array(bytes[..<count])) }
      }
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `of random bytes is an error or a body, and never a trap`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let count = Int.random(in: 0...64, using: &generator)
      expectStable(generator.bytes(count: count), seed)
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `with likely tags, counts and kinds is an error or a body`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var readCount = 0
    for _ in 0..<1_000 {
      var bytes: [UInt8] = []
      for _ in 0..<generator.pick([1, 2, 4]) {
        let content = (0..<generator.pick([0, 1, 5, 9, 14, 40])).map { _ in
          generator.pick([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 65, 255] as [UInt8])
        }
        bytes += field(UInt8.random(in: 0...17, using: &generator), content)
      }
      if generator.once(in: 4) { bytes.removeLast(generator.pick([0, 1, 2])) }
      if expectStable(bytes, seed) { readCount += 1 }
    }
    #expect(readCount > 50, "seed \(seed)")
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `with one byte changed is an error or a body, and never a trap`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      var bytes = generator.body().bytes
      for index in bytes.indices {
        let byte = bytes[index]
        bytes[index] = generator.pick([0, 255, byte ^ 1, byte &+ 1])
        expectStable(bytes, seed)
        bytes[index] = byte
      }
    }
  }

  @Test
  func `with a count beyond its end is an error`() {
    for tag in 0...UInt8.max {
      for count in [[0, 0, 0, 2], [0x7F, 255, 255, 255], [255, 255, 255, 255]] as [[UInt8]] {
        #expect(throws: CodingError.self) { try EventBody(decoding: [tag] + count + [0]) }
      }
    }
  }

  @Test
  func `with a list of four thousand million values is an error at once`() {
    for kind in [6, 7] as [UInt8] {
      let card = field(3, [kind, 255, 255, 255, 255, 0, 0, 0, 0])
      #expect(throws: CodingError.self) { try EventBody(decoding: card) }
    }
  }

  @Test
  func `with a kind of JSON value nobody knows is an error`() {
    for kind in 8...UInt8.max {
      let bytes = field(3, [kind] + Array(repeating: 0, count: 9))
      #expect(throws: CodingError.self) { try EventBody(decoding: bytes) }
    }
  }

  @Test
  func `with a text that is no UTF-8 shows a sign in its place`() throws {
    #expect(try EventBody(decoding: field(1, [72, 0xFF, 105])).text == "H\u{FFFD}i")
  }

  /// The body, or nothing if the bytes are an error.
  private func decoded(_ bytes: [UInt8]) -> EventBody? {
    try? EventBody(decoding: bytes)
  }

  /// Expects that what can be read is written and read again without a change.
  @discardableResult
  private func expectStable(_ bytes: [UInt8], _ seed: UInt64) -> Bool {
    guard let body = decoded(bytes) else { return false }
    let again = body.bytes
    if decoded(again)?.bytes != again {
      Issue.record("seed \(seed): \(hexadecimal(bytes)) does not stay as it was read")
    }
    return true
  }
}
