import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A number as a key` {
  let shelf: Shelf

  init() throws { shelf = try Shelf() }

  static let encodings: [(UInt64, [UInt8])] = [
    (0, [0, 0, 0, 0, 0, 0, 0, 0]),
    (1, [0, 0, 0, 0, 0, 0, 0, 1]),
    (0x0102_0304_0506_0708, [1, 2, 3, 4, 5, 6, 7, 8]),
    (.max, [255, 255, 255, 255, 255, 255, 255, 255]),
  ]

  @Test(arguments: encodings)
  func `has eight bytes, the highest first`(number: UInt64, bytes: [UInt8]) {
    #expect([UInt8](copying: BigEndianKey(number).span) == bytes)
  }

  @Test
  func `keeps the order of the numbers`() throws {
    let numbers: [UInt64] = [300, 1, 256, .max, 255, 65_536, 0, 2, 1 << 63]
    try shelf.environment.write { transaction in
      for number in numbers {
        try transaction.put("\(number)".bytes.span, at: number, in: shelf.table)
      }
    }
    #expect(try shelf.entries().map(\.value) == numbers.sorted().map { "\($0)" })
    for number in numbers { #expect(try text(at: number) == "\(number)") }
    #expect(try text(at: 3) == nil)
  }

  @Test
  func `is put in the place of the same one`() throws {
    for text in ["before", "after"] {
      try shelf.environment.write { try $0.put(text.bytes.span, at: 7, in: shelf.table) }
    }
    #expect(try text(at: 7) == "after")
    #expect(try shelf.entries().count == 1)
  }

  @Test
  func `is found by the transaction that wrote it`() throws {
    try shelf.environment.write { transaction in
      try transaction.put("seven".bytes.span, at: 7, in: shelf.table)
      #expect(try transaction.value(at: 7, in: shelf.table)?.count == 5)
      #expect(try transaction.value(at: 8, in: shelf.table)?.count == nil)
    }
  }

  @Test
  func `is appended behind all others`() throws {
    let numbers = Array(UInt64(1)...1_000) + [5_000, .max]
    try shelf.environment.write { transaction in
      for number in numbers {
        try transaction.append("\(number)".bytes.span, at: number, in: shelf.table)
      }
    }
    #expect(try shelf.entries().map(\.value) == numbers.map { "\($0)" })
  }

  @Test(arguments: [UInt64(0), 9, 10])
  func `is not appended before or upon the last one`(number: UInt64) throws {
    try append(10)
    #expect(try code { try append(number) } == .keyExists)
    #expect(try shelf.entries().map(\.value) == ["10"])
  }

  @Test
  func `is refused out of order without harm to the rest of the transaction`() throws {
    try shelf.environment.write { transaction in
      try transaction.append("10".bytes.span, at: 10, in: shelf.table)
      let failure = try code { try transaction.append("9".bytes.span, at: 9, in: shelf.table) }
      #expect(failure == .keyExists)
      try transaction.append("11".bytes.span, at: 11, in: shelf.table)
    }
    #expect(try shelf.entries().map(\.value) == ["10", "11"])
  }

  private func append(_ number: UInt64) throws {
    try shelf.environment.write { transaction in
      try transaction.append("\(number)".bytes.span, at: number, in: shelf.table)
    }
  }

  private func text(at number: UInt64) throws -> String? {
    try shelf.environment.read { transaction in
      guard let value = try transaction.value(at: number, in: shelf.table) else { return nil }
      return String(copying: value)
    }
  }
}
