import ConversationCoding
import Conversations
import Testing

@Suite
struct `A nested JSON value` {
  @Test(arguments: [1, 2, 100, 511, 512])
  func `is read up to the depth at which Foundation stops`(levels: Int) throws {
    for card in [list(levels, in: .null), object(levels, in: .string("a"))] {
      let body = EventBody(card: card)
      #expect(try EventBody(decoding: body.bytes).bytes == body.bytes)
    }
  }

  @Test(arguments: [513, 514, 1_000, 100_000])
  func `is an error below it, and never a trap`(levels: Int) {
    let lists = Array(repeating: [6, 0, 0, 0, 1] as [UInt8], count: levels).flatMap { $0 }
    let objects = Array(repeating: [7, 0, 0, 0, 1, 0, 0, 0, 0] as [UInt8], count: levels)
      .flatMap { $0 }
    for content in [lists, objects] {
      for tag in [3, 4] as [UInt8] {
        #expect(throws: CodingError.self) { try EventBody(decoding: field(tag, content + [0])) }
      }
      let variable = field(8, [0, 0, 0, 0] + content + [0])
      #expect(throws: CodingError.self) { try EventBody(decoding: variable) }
    }
  }

  @Test
  func `counts levels and not values`() throws {
    let wide = JSONValue.array(Array(repeating: .array([.null]), count: 5_000))
    #expect(try EventBody(decoding: EventBody(card: wide).bytes).card == wide)
  }

  private func list(_ levels: Int, in value: JSONValue) -> JSONValue {
    (0..<levels).reduce(value) { inner, _ in .array([inner]) }
  }

  private func object(_ levels: Int, in value: JSONValue) -> JSONValue {
    (0..<levels).reduce(value) { inner, _ in .object(["k": inner]) }
  }
}
