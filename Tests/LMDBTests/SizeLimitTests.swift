import LMDB
import Testing

/// LMDB's limits: keys of 1 to 511 bytes, values of 0 bytes to 4 GiB.
@Suite(.inTemporaryFolder)
struct `A key or a value` {
  let shelf: Shelf

  init() throws { shelf = try Shelf() }

  @Test(arguments: [1, 2, 510, 511])
  func `may be a key of 1 to 511 bytes`(byteCount: Int) throws {
    let key = String(repeating: "k", count: byteCount)
    try shelf.put(Entry(key, "value"))
    #expect(try shelf.entries() == [Entry(key, "value")])
    #expect(try shelf.value(key) == "value")
  }

  @Test(arguments: [0, 512, 5_000])
  func `may not be a key of none or more bytes`(byteCount: Int) throws {
    let key = String(repeating: "k", count: byteCount)
    #expect(try code { try shelf.put(Entry(key, "value")) } == .badSize)
    #expect(try shelf.entries() == [])
    try shelf.put(Entry("a", "one"))
    #expect(try shelf.entries() == [Entry("a", "one")])
  }

  @Test
  func `with a key too long for the table is not found`() throws {
    try shelf.put(Entry(String(repeating: "k", count: 511), "value"))
    #expect(try shelf.value(String(repeating: "k", count: 512)) == nil)
  }

  @Test
  func `without bytes cannot be looked up`() throws {
    try shelf.put(Entry("a", "one"))
    #expect(try code { _ = try shelf.value("") } == .badSize)
  }

  @Test
  func `may be a value without bytes, which is not the same as none`() throws {
    try shelf.put(Entry("a", ""))
    #expect(try shelf.value("a") == "")
    #expect(try shelf.value("b") == nil)
  }

  /// Around 2 kB a value moves from the page of its key to pages of its own.
  @Test(arguments: [1, 2_000, 2_020, 2_030, 4_080, 4_096, 4_100, 200_000, 1_000_000])
  func `comes back byte by byte whatever the size of the value`(byteCount: Int) throws {
    let value = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let neighbours = [UInt8(1), 2, 3]
    try shelf.environment.write { transaction in
      try transaction.put(neighbours.span, at: 1, in: shelf.table)
      try transaction.put(value.span, at: 2, in: shelf.table)
      try transaction.put(neighbours.span, at: 3, in: shelf.table)
    }
    let found = try [1, 2, 3].map { number in
      try shelf.environment.read {
        try $0.copiedValue(for: BigEndianKey(number).span, in: shelf.table)
      }
    }
    #expect(found[0] == neighbours)
    #expect(found[1] == value)
    #expect(found[2] == neighbours)
  }

  @Test
  func `may be a value that grows and shrinks in its place`() throws {
    for byteCount in [10, 200_000, 100, 50_000, 0] {
      let text = String(repeating: "v", count: byteCount)
      try shelf.put(Entry("a", text))
      #expect(try shelf.entries() == [Entry("a", text)])
    }
  }
}
