import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A walk` {
  let shelf: Shelf
  let keys = ["b", "ba", "bb", "d", "f", "fffff"]

  init() throws {
    shelf = try Shelf()
    for key in keys.reversed() { try shelf.put(Entry(key, key.uppercased())) }
  }

  /// Bounds on every key, between all of them, before the first and behind the last.
  static let bounds = ["a", "b", "b\0", "ba", "baa", "bb", "c", "d", "e", "f", "ff", "fffff", "g"]

  @Test
  func `goes up over all entries in the order of their bytes`() throws {
    #expect(try seen(.up) == keys)
    #expect(try shelf.entries().map(\.value) == keys.map { $0.uppercased() })
  }

  @Test
  func `goes down over all entries in the opposite order`() throws {
    #expect(try seen(.down) == keys.reversed())
  }

  @Test(arguments: bounds)
  func `goes up from the first key that is not less than its bound`(bound: String) throws {
    #expect(try seen(.up, from: bound) == keys.filter { $0 >= bound })
  }

  @Test(arguments: bounds)
  func `goes down from the last key that is less than its bound`(bound: String) throws {
    #expect(try seen(.down, from: bound) == keys.filter { $0 < bound }.reversed())
  }

  @Test(arguments: [WalkDirection.up, .down])
  func `sees nothing in an empty table`(direction: WalkDirection) throws {
    let empty = try shelf.environment.openTables(["empty"]).named[0]
    for bound in [nil, "a"] {
      #expect(try seen(direction, from: bound, in: empty) == [])
    }
  }

  @Test(arguments: [WalkDirection.up, .down])
  func `ends where its body says stop`(direction: WalkDirection) throws {
    for count in 1...keys.count {
      let whole = direction == .up ? keys : keys.reversed()
      #expect(try seen(direction, stoppingAfter: count) == Array(whole.prefix(count)))
    }
  }

  @Test
  func `passes on what its body throws, and the transaction goes on`() throws {
    try shelf.environment.read { transaction in
      #expect(throws: Interruption()) {
        try transaction.walk(shelf.table) { _, _ in throw Interruption() }
      }
      let count = try transaction.count(of: shelf.table)
      #expect(count == keys.count)
    }
  }

  @Test
  func `may be nested in a walk over the same table`() throws {
    var pairs = 0
    try shelf.environment.read { transaction in
      try transaction.walk(shelf.table) { _, _ in
        try transaction.walk(shelf.table, .down) { _, _ in
          pairs += 1
          return .next
        }
        return .next
      }
    }
    #expect(pairs == keys.count * keys.count)
  }

  @Test
  func `visits every entry of a table of many pages once`() throws {
    let many = try shelf.environment.openTables(["many"]).named[0]
    try shelf.environment.write { transaction in
      for number in stride(from: UInt64(1), through: 19_999, by: 2) {
        try transaction.append("value of \(number)".bytes.span, at: number, in: many)
      }
    }
    for direction in [WalkDirection.up, .down] {
      var numbers: [UInt64] = []
      try shelf.environment.read { transaction in
        try transaction.walk(many, direction, from: BigEndianKey(10_000).span) { key, value in
          let number = key.indices.reduce(UInt64(0)) { $0 << 8 | UInt64(key[$1]) }
          #expect(String(copying: value) == "value of \(number)")
          numbers.append(number)
          return .next
        }
      }
      let first: UInt64 = direction == .up ? 10_001 : 9_999
      let step = direction == .up ? 2 : -2
      #expect(numbers == (0..<5_000).map { UInt64(Int(first) + step * $0) })
    }
  }

  private func seen(
    _ direction: WalkDirection,
    from bound: String? = nil,
    in table: Table? = nil,
    stoppingAfter limit: Int = .max,
  ) throws -> [String] {
    var seen: [String] = []
    try shelf.environment.read { transaction in
      let body = { (key: Span<UInt8>, _: Span<UInt8>) -> WalkStep in
        seen.append(String(copying: key))
        return seen.count < limit ? .next : .stop
      }
      let table = table ?? shelf.table
      guard let bound else { return try transaction.walk(table, direction, body) }
      try transaction.walk(table, direction, from: bound.bytes.span, body)
    }
    return seen
  }
}
