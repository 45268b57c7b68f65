import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A table` {
  let path = TemporaryFolder.path

  @Test
  func `has entries of its own`() throws {
    let environment = try Environment(at: path, for: .writing)
    let tables = try environment.openTables(["first", "second", "third"]).named
    try environment.write { transaction in
      for (number, table) in tables.enumerated() {
        try transaction.put(Entry("key", "\(number)"), in: table)
      }
    }
    let values = try environment.read { transaction in
      try tables.map { try transaction.text(for: "key", in: $0) }
    }
    #expect(values == ["0", "1", "2"])
  }

  @Test
  func `is the same one when it is opened again by its name`() throws {
    do {
      let environment = try Environment(at: path, for: .writing)
      let tables = try environment.openTables(["first", "second"]).named
      try environment.write { try $0.put(Entry("key", "in the second"), in: tables[1]) }
    }
    let environment = try Environment(at: path, for: .reading)
    let tables = try environment.openTables(["second", "first"]).named
    let counts = try environment.read { transaction in
      try tables.map { try transaction.count(of: $0) }
    }
    #expect(counts == [1, 0])
  }

  @Test
  func `that does not exist is not found by a reader`() throws {
    do { _ = try Environment(at: path, for: .writing).openTables(["first"]) }
    let environment = try Environment(at: path, for: .reading)
    #expect(try code { _ = try environment.openTables(["first", "second"]) } == .notFound)
    #expect(try environment.openTables(["first"]).named.count == 1)
  }

  @Test
  func `past the limit of the environment is refused`() throws {
    var configuration = Environment.Configuration()
    configuration.tableLimit = 2
    let environment = try Environment(at: path, for: .writing, configuration: configuration)
    let names = ["first", "second", "third"]
    #expect(try code { _ = try environment.openTables(names) } == .tooManyTables)
    #expect(try environment.openTables(["first", "second"]).named.count == 2)
  }

  @Test
  func `without a name holds entries beside the names of the others`() throws {
    let environment = try Environment(at: path, for: .writing)
    let (named, main) = try environment.openTables(["first"])
    try environment.write { transaction in
      try transaction.put(Entry("head", "main"), in: main)
      try transaction.put(Entry("head", "first"), in: named[0])
    }
    var keys: [String] = []
    try environment.read { transaction in
      #expect(try transaction.text(for: "head", in: main) == "main")
      #expect(try transaction.text(for: "head", in: named[0]) == "first")
      try transaction.walk(main) { key, _ in
        keys.append(String(copying: key))
        return .next
      }
    }
    #expect(keys == ["first", "head"])
  }
}
