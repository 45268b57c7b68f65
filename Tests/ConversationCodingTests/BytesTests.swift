import ConversationCoding
import Testing

@Suite
struct `Numbers in bytes` {
  @Test
  func `stand with their highest byte first`() {
    var writer = ByteWriter()
    writer.put(byte: 0xAB)
    writer.put(0x0102_0304 as UInt32)
    writer.put(0x0506_0708_090A_0B0C as UInt64)
    writer.put(0x0D << 120 | 0x0E as UInt128)
    #expect(
      hexadecimal(writer.bytes)
        == "ab" + "01020304" + "05060708090a0b0c" + "0d00000000000000000000000000000e"
    )
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `are read as they were written`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let long = generator.pick([0, .max, 1 << 63, generator.next()])
      let short = UInt32(truncatingIfNeeded: generator.next())
      let text = generator.text()
      var writer = ByteWriter()
      writer.put(long)
      writer.put(text)
      writer.put(short)
      writer.put(byte: 7)
      var reader = ByteReader(writer.bytes)
      #expect(try reader.longNumber() == long, "seed \(seed)")
      #expect(try reader.text() == text, "seed \(seed)")
      #expect(try reader.number() == short, "seed \(seed)")
      #expect(!reader.isAtEnd)
      #expect(try reader.byte() == 7, "seed \(seed)")
      #expect(reader.isAtEnd)
    }
  }
}

@Suite
struct `A reader of bytes` {
  @Test
  func `never goes past the end`() {
    for count in 0..<8 {
      let bytes = [UInt8](repeating: 0, count: count)
      #expect(throws: CodingError.self) {
        var reader = ByteReader(bytes)
        _ = try reader.longNumber()
      }
      guard count < 4 else { continue }
      #expect(throws: CodingError.self) {
        var reader = ByteReader(bytes)
        _ = try reader.number()
      }
    }
  }

  @Test
  func `stays where it is when it fails`() throws {
    var reader = ByteReader([1, 2, 3])
    #expect(throws: CodingError.self) { try reader.number() }
    #expect(reader.rest == [1, 2, 3])
    #expect(try reader.byte() == 1)
    #expect(reader.rest == [2, 3])
  }

  @Test
  func `lends counted bytes that end where their count says`() throws {
    var writer = ByteWriter()
    writer.put(counted: [65, 66])
    writer.put(byte: 67)
    var reader = ByteReader(writer.bytes)
    var content = try reader.counted()
    #expect(content.restAsText == "AB")
    #expect(try content.byte() == 65)
    #expect(try content.byte() == 66)
    #expect(content.isAtEnd)
    #expect(throws: CodingError.self) { try content.byte() }
    #expect(try reader.byte() == 67)
  }

  @Test
  func `says how many bytes are missing`() {
    let error = #expect(throws: CodingError.self) {
      var reader = ByteReader([0, 0])
      _ = try reader.number()
    }
    #expect(error?.expected == "4 more bytes, 2 are left")
  }
}

@Suite
struct `A writer of bytes` {
  @Test
  func `begins empty, whatever room it has`() {
    for capacity in [0, 1, 4_096] {
      var writer = ByteWriter(capacity: capacity)
      #expect(writer.bytes == [])
      writer.put([4])
      #expect(writer.bytes == [4])
    }
  }
}
