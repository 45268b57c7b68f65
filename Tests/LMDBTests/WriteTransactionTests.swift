import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A write transaction` {
  let shelf: Shelf

  init() throws { shelf = try Shelf() }

  @Test
  func `keeps what it puts`() throws {
    try shelf.put(Entry("b", "two"), Entry("a", "one"))
    #expect(try shelf.entries() == [Entry("a", "one"), Entry("b", "two")])
  }

  @Test
  func `puts a value in the place of the one there`() throws {
    try shelf.put(Entry("a", "one"), Entry("b", "two"))
    try shelf.put(Entry("a", "three and more"))
    #expect(try shelf.entries() == [Entry("a", "three and more"), Entry("b", "two")])
  }

  @Test
  func `answers what its body answers`() throws {
    let answer = try shelf.environment.write { _ in 42 }
    #expect(answer == 42)
  }

  @Test
  func `sees its own writes before anybody else does`() throws {
    try shelf.put(Entry("a", "one"))
    try shelf.environment.write { transaction in
      try transaction.put(Entry("a", "two"), in: shelf.table)
      try transaction.remove("b".bytes.span, from: shelf.table)
      #expect(try transaction.text(for: "a", in: shelf.table) == "two")
      #expect(try shelf.value("a") == "one")
    }
    #expect(try shelf.value("a") == "two")
  }

  @Test
  func `is undone when its body throws`() throws {
    try shelf.put(Entry("a", "one"), Entry("b", "two"))
    #expect(throws: Interruption()) {
      try shelf.environment.write { transaction in
        try transaction.put(Entry("a", "changed"), in: shelf.table)
        try transaction.put(Entry("c", "new"), in: shelf.table)
        try transaction.remove("b".bytes.span, from: shelf.table)
        throw Interruption()
      }
    }
    #expect(try shelf.entries() == [Entry("a", "one"), Entry("b", "two")])
    try shelf.put(Entry("c", "after"))
    #expect(try shelf.entries().count == 3)
  }

  @Test
  func `removes a key and says whether it was there`() throws {
    try shelf.put(Entry("a", "one"), Entry("b", "two"))
    let removals = try shelf.environment.write { transaction in
      try ["a", "a", "x"].map { try transaction.remove($0.bytes.span, from: shelf.table) }
    }
    #expect(removals == [true, false, false])
    #expect(try shelf.entries() == [Entry("b", "two")])
  }

  @Test
  func `empties one table and leaves the others`() throws {
    let papers = try shelf.environment.openTables(["papers"]).named[0]
    try shelf.environment.write { transaction in
      for number in 0..<1_000 {
        try transaction.put(Entry("\(number)", "kept"), in: papers)
        try transaction.put(Entry("\(number)", "dropped"), in: shelf.table)
      }
    }
    try shelf.environment.write { try $0.removeAll(from: shelf.table) }
    #expect(try shelf.entries() == [])
    #expect(try shelf.environment.read { try $0.count(of: papers) } == 1_000)
  }

  @Test
  func `walks over what it has written so far`() throws {
    try shelf.put(Entry("a", "one"), Entry("c", "three"))
    try shelf.environment.write { transaction in
      try transaction.put(Entry("b", "two"), in: shelf.table)
      var seen: [String] = []
      try transaction.walk(shelf.table, .down) { key, _ in
        seen.append(String(copying: key))
        return .next
      }
      #expect(seen == ["c", "b", "a"])
    }
  }

  @Test
  func `is refused in an environment opened for reading`() async throws {
    try shelf.put(Entry("a", "one"))
    await #expect(processExitsWith: .success) { [path = TemporaryFolder.path as String] in
      let shelf = try Shelf(at: path, for: .reading)
      #expect(try code { try shelf.put(Entry("a", "two")) } == .notPermitted)
      #expect(try shelf.value("a") == "one")
    }
  }

  /// LMDB marks the transaction as failed; a body that hides the error must not hide the loss.
  @Test
  func `is not committed if its body swallowed a write that failed for want of room`() throws {
    let path = TemporaryFolder.path + "/small"
    let small = try Shelf(at: path, mapSizeInBytes: 1 << 16)
    try small.put(Entry("a", "one"))
    let failure = #expect(throws: CommitError.self) {
      try small.environment.write { transaction in
        try transaction.put(Entry("b", "two"), in: small.table)
        let large = String(repeating: "x", count: 1 << 17)
        #expect(try code { try transaction.put(Entry("c", large), in: small.table) } == .mapFull)
      }
    }
    #expect(failure?.cause == StorageError(.badTransaction, during: "mdb_txn_commit"))
    #expect(try small.entries() == [Entry("a", "one")])
  }
}
