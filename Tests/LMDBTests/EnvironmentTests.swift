import Foundation
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `An environment` {
  let path = TemporaryFolder.path

  @Test
  func `keeps what was committed after it is closed`() throws {
    do {
      let shelf = try Shelf()
      try shelf.put(Entry("a", "one"))
    }
    for access in [Environment.Access.writing, .reading] {
      #expect(try Shelf(for: access).entries() == [Entry("a", "one")])
    }
  }

  @Test
  func `makes its folder and files for the eyes of its owner alone`() throws {
    let inner = path + "/some/deep/folder"
    let shelf = try Shelf(at: inner)
    try shelf.put(Entry("a", "one"))
    #expect(try permissions(path + "/some") == 0o700)
    #expect(try permissions(inner) == 0o700)
    #expect(try permissions(inner + "/data.mdb") == 0o600)
    #expect(try permissions(inner + "/lock.mdb") == 0o600)
  }

  @Test
  func `is not opened twice in one process, by whatever name`() throws {
    let shelf = try Shelf(at: path + "/log")
    let link = path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path + "/log")
    for name in ["/log", "/log/", "/./log", "/../\(URL(filePath: path).lastPathComponent)/log"] {
      for access in [Environment.Access.writing, .reading] {
        #expect(try code { _ = try Shelf(at: path + name, for: access) } == .openTwice)
      }
    }
    #expect(try code { _ = try Shelf(at: link) } == .openTwice)
    try shelf.put(Entry("a", "one"))
    #expect(try shelf.entries() == [Entry("a", "one")])
  }

  @Test
  func `keeps its folder's number, so that another one does not pass for it`() throws {
    let shelf = try Shelf(at: path + "/log")
    try FileManager.default.removeItem(atPath: path + "/log")
    // A file system gives a free number to the next folder, if it gives numbers again at all.
    for round in 0..<50 {
      let other = try Shelf(at: path + "/other \(round)")
      try other.put(Entry("a", "one"))
    }
    withExtendedLifetime(shelf) {}
  }

  @Test
  func `can be opened again as soon as it is closed`() throws {
    for round in 0..<50 {
      let shelf = try Shelf()
      try shelf.put(Entry("\(round)", "closed"))
      #expect(try shelf.entries().count == round + 1)
    }
  }

  @Test
  func `claims nothing when it cannot be opened`() throws {
    for _ in 0..<3 {
      #expect(try code { _ = try Shelf(for: .reading) } == .noSuchFile)
    }
    let shelf = try Shelf(for: .writing)
    try shelf.put(Entry("a", "one"))
    #expect(try shelf.value("a") == "one")
  }

  @Test
  func `is not made by a reader`() throws {
    let missing = path + "/missing"
    #expect(try code { _ = try Shelf(at: missing, for: .reading) } == .noSuchFile)
    #expect(!FileManager.default.fileExists(atPath: missing))
    #expect(try code { _ = try Shelf(for: .reading) } == .noSuchFile)
    #expect(!FileManager.default.fileExists(atPath: path + "/data.mdb"))
  }

  @Test
  func `is refused where a file stands in the way`() throws {
    let file = path + "/file"
    try Data("text".utf8).write(to: URL(filePath: file))
    for name in [file, file + "/inner"] {
      #expect(try code { _ = try Shelf(at: name) } == .notAFolder)
    }
    #expect(try Data(contentsOf: URL(filePath: file)) == Data("text".utf8))
  }

  @Test
  func `is not made out of a file that is none, which stays as it was`() throws {
    let data = URL(filePath: path + "/data.mdb")
    let foreign = Data((0..<16_384).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    try foreign.write(to: data)
    for access in [Environment.Access.writing, .reading] {
      #expect(try code { _ = try Shelf(for: access) } == .notAnEnvironment)
    }
    #expect(try Data(contentsOf: data) == foreign)
  }

  @Test
  func `takes writers one after the other`() async throws {
    let shelf = try Shelf()
    try shelf.put(Entry("sum", "0"))
    try await withThrowingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<25 {
            try shelf.environment.write { transaction in
              let text = try transaction.text(for: "sum", in: shelf.table)
              let sum = try #require(text.flatMap { Int($0) })
              try transaction.put(Entry("sum", "\(sum + 1)"), in: shelf.table)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try shelf.value("sum") == "200")
  }

  @Test
  func `says how full it is and who reads`() throws {
    let shelf = try Shelf(mapSizeInBytes: 1 << 24, readerLimit: 77)
    let before = shelf.environment.usage()
    try shelf.put(Entry("large", String(repeating: "x", count: 1 << 20)))
    let after = try shelf.environment.read { _ in
      try shelf.environment.read { _ in shelf.environment.usage() }
    }
    #expect(before.mapSizeInBytes == 1 << 24)
    #expect(before.readerLimit == 77)
    #expect(after.usedInBytes >= before.usedInBytes + 1 << 20)
    #expect(after.usedInBytes < before.usedInBytes + 1 << 21)
    #expect(after.readers == 2)
    let size = try FileManager.default.attributesOfItem(atPath: path + "/data.mdb")[.size]
    #expect(after.usedInBytes == size as? Int)
  }

  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
