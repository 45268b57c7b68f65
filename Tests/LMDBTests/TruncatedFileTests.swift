import Foundation
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A data file` {
  private let file = TemporaryFolder.path + "/data.mdb"

  private func size() throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    return try #require(attributes[.size] as? UInt64)
  }

  private func cut(to size: UInt64) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: file))
    try handle.truncate(atOffset: size)
    try handle.close()
  }

  /// Fills many pages, a few entries a commit.
  private func fill() throws {
    let shelf = try Shelf()
    for number in 0..<40 {
      let value = String(repeating: "x", count: 1 + number * 200)
      try shelf.put(Entry("a\(number)", value), Entry("b\(number)", value))
    }
  }

  @Test(arguments: [Environment.Access.writing, .reading])
  func `that lost its end is an error at opening, and no signal`(
    access: Environment.Access
  ) throws {
    try fill()
    let whole = try size()
    try #require(whole > 40 * 4_096)
    let sizes: [UInt64] = [whole - 1, whole - 4_096, whole / 2, 3 * 4_096, 2 * 4_096]
    for size in sizes {
      try cut(to: size)
      let error = #expect(throws: StorageError.self) { try Shelf(for: access) }
      #expect(error?.code == .truncated)
      #expect(error?.description.contains("\(size) of \(whole) bytes") == true)
    }
    for size in [2 * 4_096 - 1, 4_096, 100, 1] as [UInt64] {
      try cut(to: size)
      #expect(throws: StorageError.self) { try Shelf(for: access) }
    }
  }

  @Test
  func `without a byte is an error for a reader, and new for a writer`() throws {
    try fill()
    try cut(to: 0)
    #expect(try code { _ = try Shelf(for: .reading) } == .truncated)
    #expect(try Shelf().entries().isEmpty)
  }

  /// Pages at the end that are taken and freed in one commit are never written by the library.
  @Test
  func `is whole after every commit, whatever was put and removed`() throws {
    var generator = SeededNumbers(state: 1)
    let shelf = try Shelf()
    for _ in 0..<2_000 {
      try shelf.environment.write { transaction in
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
          try change(shelf, &transaction, using: &generator)
        }
      }
      #expect(try size() >= UInt64(shelf.environment.usage().usedInBytes))
    }
  }

  /// A process can die before it gives the file those pages; they have never been anything but
  /// zeros.
  @Test
  func `is whole without the pages that were never written`() throws {
    try fill()
    var generator = SeededNumbers(state: 1)
    for round in 0..<20 {
      let entries = try {
        let shelf = try Shelf()
        try shelf.environment.write { transaction in
          let large = String(repeating: "x", count: 200_000 * (round + 1))
          try transaction.put(Entry("large", large), in: shelf.table)
          try transaction.remove("large".bytes.span, from: shelf.table)
          for _ in 0..<10 { try change(shelf, &transaction, using: &generator) }
        }
        return try shelf.entries()
      }()
      let written = try writtenSize()
      #expect(written < (try size()))
      for access in [Environment.Access.reading, .writing] {
        try cut(to: written)
        #expect(try Shelf(for: access).entries() == entries)
      }
    }
    try cut(to: writtenSize() / 2)
    #expect(try code { _ = try Shelf(for: .reading) } == .truncated)
  }

  /// The size without the pages of zeros at the end.
  private func writtenSize() throws -> UInt64 {
    let bytes = try Data(contentsOf: URL(filePath: file))
    let last = try #require(bytes.lastIndex { $0 != 0 })
    return UInt64(last / 4_096 + 1) * 4_096
  }

  /// Puts or removes one of two hundred entries, long ones among them.
  private func change(
    _ shelf: Shelf,
    _ transaction: inout WriteTransaction,
    using generator: inout SeededNumbers,
  ) throws {
    let key = "\(Int.random(in: 0..<200, using: &generator))"
    if Int.random(in: 0..<3, using: &generator) == 0 {
      try transaction.remove(key.bytes.span, from: shelf.table)
    } else {
      let limit = Int.random(in: 0..<4, using: &generator) == 0 ? 100_000 : 3_000
      let value = String(repeating: "x", count: .random(in: 0..<limit, using: &generator))
      try transaction.put(Entry(key, value), in: shelf.table)
    }
  }
}

/// Numbers that look random and are the same in every run: SplitMix64.
private struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
