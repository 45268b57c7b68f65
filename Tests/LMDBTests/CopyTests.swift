import Foundation
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A compacted copy` {
  let shelf: Shelf
  let copy = TemporaryFolder.path + "/copies/first"

  init() throws { shelf = try Shelf(at: TemporaryFolder.path + "/log") }

  @Test
  func `has every entry and no free pages`() throws {
    try fillAndThin()
    try shelf.environment.copyCompacted(to: copy)
    let copied = try Shelf(at: copy)
    #expect(try copied.entries() == shelf.entries())
    let (original, compacted) = (shelf.environment.usage(), copied.environment.usage())
    #expect(compacted.usedInBytes < original.usedInBytes / 2)
  }

  @Test
  func `is of one moment, and goes its own way afterwards`() throws {
    try shelf.put(Entry("a", "one"))
    try shelf.environment.copyCompacted(to: copy)
    try shelf.put(Entry("b", "only in the original"))
    let copied = try Shelf(at: copy)
    try copied.put(Entry("c", "only in the copy"))
    #expect(try copied.entries().map(\.key) == ["a", "c"])
    #expect(try shelf.entries().map(\.key) == ["a", "b"])
  }

  @Test
  func `does not take the place of another`() throws {
    try shelf.put(Entry("a", "one"))
    try shelf.environment.copyCompacted(to: copy)
    try shelf.put(Entry("b", "two"))
    #expect(try code { try shelf.environment.copyCompacted(to: copy) } == .fileExists)
    #expect(try Shelf(at: copy).entries() == [Entry("a", "one")])
  }

  @Test
  func `is refused where it cannot be made`() throws {
    try Data().write(to: URL(filePath: TemporaryFolder.path + "/file"))
    let inFile = TemporaryFolder.path + "/file/copy"
    #expect(try code { try shelf.environment.copyCompacted(to: inFile) } == .notAFolder)
  }

  @Test
  func `can be made while others read and write`() throws {
    try shelf.put(Entry("a", "one"))
    try shelf.environment.read { transaction in
      try shelf.put(Entry("a", "two"))
      try shelf.environment.copyCompacted(to: copy)
      #expect(try transaction.text(for: "a", in: shelf.table) == "one")
    }
    #expect(try Shelf(at: copy).entries() == [Entry("a", "two")])
  }

  /// Puts a thousand entries and takes all but a few out again.
  private func fillAndThin() throws {
    try shelf.environment.write { transaction in
      for number in 0..<1_000 {
        let value = String(repeating: "x", count: 500)
        try transaction.put(Entry("\(number)", value), in: shelf.table)
      }
    }
    try shelf.environment.write { transaction in
      for number in 0..<1_000 where !number.isMultiple(of: 100) {
        try transaction.remove("\(number)".bytes.span, from: shelf.table)
      }
    }
  }
}
