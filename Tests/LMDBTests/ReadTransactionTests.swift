import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A read transaction` {
  let shelf: Shelf

  init() throws { shelf = try Shelf() }

  @Test
  func `finds nothing under a key that nobody put`() throws {
    try shelf.put(Entry("b", "two"))
    for key in ["a", "bb", "c"] { #expect(try shelf.value(key) == nil) }
  }

  @Test
  func `lends a value without copying it`() throws {
    try shelf.put(Entry("a", "one"))
    let sum = try shelf.environment.read { transaction in
      let key = "a".bytes
      guard let value = try transaction.value(for: key.span, in: shelf.table) else { return 0 }
      return value.indices.reduce(0) { $0 + Int(value[$1]) }
    }
    #expect(sum == "one".utf8.reduce(0) { $0 + Int($1) })
  }

  @Test
  func `passes on what its body throws`() throws {
    #expect(throws: Interruption()) { try shelf.environment.read { _ in throw Interruption() } }
    #expect(try shelf.entries() == [])
  }

  @Test
  func `keeps to its snapshot while others commit`() throws {
    try shelf.put(Entry("a", "one"), Entry("b", "two"))
    try shelf.environment.read { transaction in
      try shelf.put(Entry("a", "changed"), Entry("c", "new"))
      try shelf.environment.write { _ = try $0.remove("b".bytes.span, from: shelf.table) }
      #expect(try transaction.entries(of: shelf.table) == [Entry("a", "one"), Entry("b", "two")])
      #expect(try transaction.count(of: shelf.table) == 2)
      #expect(try shelf.entries() == [Entry("a", "changed"), Entry("c", "new")])
    }
    #expect(try shelf.entries() == [Entry("a", "changed"), Entry("c", "new")])
  }

  @Test
  func `sees the state before a write that has not been committed`() throws {
    try shelf.put(Entry("a", "one"))
    try shelf.environment.write { transaction in
      try transaction.put(Entry("a", "two"), in: shelf.table)
      #expect(try shelf.entries() == [Entry("a", "one")])
    }
  }

  @Test
  func `counts the entries of a table`() throws {
    #expect(try shelf.environment.read { try $0.count(of: shelf.table) } == 0)
    for count in [1, 10, 1_000] {
      try shelf.environment.write { transaction in
        for number in 0..<count {
          try transaction.put("x".bytes.span, at: UInt64(number), in: shelf.table)
        }
      }
      #expect(try shelf.environment.read { try $0.count(of: shelf.table) } == count)
    }
  }

  /// Two entries are always changed together; a reader must never see one without the other.
  @Test
  func `never sees half of a commit, nor goes back, while a writer is at work`() async throws {
    try shelf.put(Entry("left", "0"), Entry("right", "0"))
    try await withThrowingTaskGroup { group in
      group.addTask {
        for round in 1...200 {
          try shelf.put(Entry("left", "\(round)"), Entry("right", "\(round)"))
        }
      }
      for _ in 0..<2 {
        group.addTask {
          var last = 0
          while last < 200 {
            let entries = try shelf.entries()
            let now = try #require(Int(entries[0].value))
            #expect(entries[0].value == entries[1].value)
            #expect(now >= last)
            last = now
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test
  func `is refused when every slot is taken, and granted when one is free again`() throws {
    let narrow = try Shelf(at: TemporaryFolder.path + "/narrow", readerLimit: 2)
    try narrow.put(Entry("a", "one"))
    try narrow.environment.read { first in
      try narrow.environment.read { second in
        let failure = try code { _ = try narrow.entries() }
        #expect(failure == .readersFull)
        #expect(try second.count(of: narrow.table) == 1)
      }
      #expect(try narrow.entries() == [Entry("a", "one")])
      #expect(try first.count(of: narrow.table) == 1)
    }
  }
}
