import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A full memory map` {
  private static let mapSizeInBytes = 1 << 18

  let shelf: Shelf

  init() throws { shelf = try Shelf(mapSizeInBytes: Self.mapSizeInBytes) }

  @Test
  func `refuses what does not fit, and takes what does`() throws {
    try shelf.put(Entry("a", "one"))
    let large = String(repeating: "x", count: Self.mapSizeInBytes)
    #expect(try code { try shelf.put(Entry("b", "two"), Entry("large", large)) } == .mapFull)
    #expect(try shelf.entries() == [Entry("a", "one")])
    try shelf.put(Entry("c", "three"))
    #expect(try shelf.entries() == [Entry("a", "one"), Entry("c", "three")])
  }

  @Test
  func `loses nothing of what it took before`() throws {
    let count = try fill()
    #expect(count > 100)
    #expect(try shelf.environment.read { try $0.count(of: shelf.table) } == count)
    for number in 0..<count { #expect(try shelf.value(key(number)) == value(number)) }
    #expect(shelf.environment.usage().usedInBytes <= Self.mapSizeInBytes)
  }

  @Test
  func `goes on when it is opened larger`() throws {
    let path = TemporaryFolder.path + "/other"
    var count = 0
    do {
      let small = try Shelf(at: path, mapSizeInBytes: Self.mapSizeInBytes)
      count = try fill(small)
    }
    let larger = try Shelf(at: path, mapSizeInBytes: 4 * Self.mapSizeInBytes)
    #expect(try larger.entries().count == count)
    try larger.put(Entry("one more", "fits"))
    #expect(try larger.entries().count == count + 1)
    #expect(try larger.value(key(count - 1)) == value(count - 1))
  }

  /// Puts one entry per commit until the map is full; answers how many it took.
  private func fill(_ chosen: Shelf? = nil) throws -> Int {
    let shelf = chosen ?? shelf
    var count = 0
    while true {
      let entry = Entry(key(count), value(count))
      guard let failure = try code(of: { try shelf.put(entry) }) else {
        count += 1
        continue
      }
      #expect(failure == .mapFull)
      return count
    }
  }

  private func key(_ number: Int) -> String { "key \(number)" }
  private func value(_ number: Int) -> String { String(repeating: "\(number);", count: 100) }
}
