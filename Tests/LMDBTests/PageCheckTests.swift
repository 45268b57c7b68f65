import Foundation
import Testing

@testable import LMDB

@Suite(.inTemporaryFolder)
struct `The pages of a data file` {
  private static let seed: UInt64 = 0x5EED_0801
  private static let pageSize = 4_096
  private let file = URL(filePath: TemporaryFolder.path + "/data.mdb")

  /// Puts, replaces and removes entries, long ones among them, in many commits.
  private func fill(_ shelf: Shelf, _ commits: Int, using chance: inout SeededNumbers) throws {
    for _ in 0..<commits {
      try shelf.environment.write { transaction in
        for _ in 0..<Int.random(in: 1..<30, using: &chance) {
          let key = "key \(Int.random(in: 0..<900, using: &chance))"
          if Int.random(in: 0..<4, using: &chance) == 0 {
            try transaction.remove(key.bytes.span, from: shelf.table)
          } else {
            let limit = Int.random(in: 0..<9, using: &chance) == 0 ? 30_000 : 300
            let length = Int.random(in: 0..<limit, using: &chance)
            try transaction.put(
              Entry(key, String(repeating: "x", count: length)),
              in: shelf.table,
            )
          }
        }
      }
    }
  }

  private func pages() throws -> PageFile {
    guard let file = PageFile.open(in: TemporaryFolder.path, pageSize: Self.pageSize) else {
      throw Interruption()
    }
    return file
  }

  /// Changes the file's bytes, tries both checks, and puts the bytes back.
  private func expectRefused(
    _ what: String,
    _ change: (inout Data) -> Void,
  ) throws {
    let whole = try Data(contentsOf: file)
    var damaged = whole
    change(&damaged)
    #expect(damaged != whole, "\(what)")
    try damaged.write(to: file)
    defer { try? whole.write(to: file) }
    let refused = #expect(throws: StorageError.self, "\(what)") { try Shelf(growing: [:]) }
    #expect(refused?.code == .corrupted, "\(what)")
    #expect(refused?.description.contains("restore a backup") == true, "\(what)")
    #expect(throws: StorageError.self, "\(what)") {
      try PageCheck.run(pages(), at: file.path, limit: 1 << 20, .everything)
    }
  }

  @Test
  func `fit one another after every commit, whatever was put and removed`() throws {
    print("seed \(Self.seed)")
    var chance = SeededNumbers(state: Self.seed)
    for _ in 0..<40 {
      let shelf = try Shelf(growing: [:])
      try fill(shelf, 10, using: &chance)
      try shelf.environment.checkPages()
    }
  }

  @Test
  func `can be checked beside a writer`() async throws {
    let shelf = try Shelf()
    var chance = SeededNumbers(state: Self.seed)
    try fill(shelf, 50, using: &chance)
    try await withThrowingTaskGroup { group in
      group.addTask { for _ in 0..<100 { try shelf.environment.checkPages() } }
      try fill(shelf, 200, using: &chance)
      try await group.waitForAll()
    }
  }

  @Test
  func `that are said to be free and are not keep a writer out`() throws {
    print("seed \(Self.seed)")
    var chance = SeededNumbers(state: Self.seed)
    try { try fill(Shelf(), 60, using: &chance) }()
    let map = try PageUse(pages())
    try #require(map.freePlaces.count > 4 && map.long.count > 2 && map.leaves.count > 9)
    let targets: [(String, [UInt64])] = [
      ("meta", [0, 1]), ("branch", map.branches), ("leaf", map.leaves), ("long", map.long),
      ("free", map.free), ("beyond", [map.lastPage + 1, 1 << 41 | 9, .max >> 20, .max]),
    ]
    for (kind, pages) in targets {
      for _ in 0..<20 {
        let page = pages[Int.random(in: pages.indices, using: &chance)]
        let place = map.freePlaces[Int.random(in: map.freePlaces.indices, using: &chance)]
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: page >> UInt64(8 * $0)) }
        let old = try Data(contentsOf: file)[place..<(place + 8)]
        guard Array(old) != bytes else { continue }
        try expectRefused("\(kind) \(page) at \(place)") {
          $0.replaceSubrange(place..<place + 8, with: bytes)
        }
      }
    }
    #expect(try Shelf(growing: [:]).environment.isWritten)
  }

  /// A page that gives itself another number has that number freed when it is written anew.
  @Test
  func `that bear another number or kind keep a writer out, whichever bit is flipped`() throws {
    print("seed \(Self.seed)")
    var chance = SeededNumbers(state: Self.seed)
    try { try fill(Shelf(), 60, using: &chance) }()
    let map = try PageUse(pages())
    let used = map.branches + map.leaves
    let offsets = Array(0..<8) + [10, 11]
    for _ in 0..<150 {
      let page = used[Int.random(in: used.indices, using: &chance)]
      let offset = offsets[Int.random(in: offsets.indices, using: &chance)]
      let place = Int(page) * Self.pageSize + offset
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &chance)
      try expectRefused("byte \(place), bit \(bit)") { $0[place] ^= bit }
    }
  }

  /// The leaves of a table that only grows are not read, so a page of a long value is found by what
  /// it holds.
  @Test
  func `of a long value in a table that grows are not free`() throws {
    let growing: [String: Environment.KeyOfValue] = ["books": { Array($0.prefix(4)) }]
    let lengths = [10, 2_500, 5_000, 100, 20_000, 90, 3_000]
    try {
      let shelf = try Shelf(growing: growing)
      for number in 0..<400 {
        let key = String(number + 1_000)
        let padding = String(repeating: "x", count: lengths[number % lengths.count])
        try shelf.put(Entry(key, key + padding))
      }
    }()
    let map = try PageUse(pages())
    let place = try #require(map.freePlaces.first)
    // The last leaf is read, and what it names is known to be in use.
    let reasons = ["is said to be free and holds a value", "is said to be free and is in use"]
    var counts = [0, 0]
    for page in map.long {
      let whole = try Data(contentsOf: file)
      var damaged = whole
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: page >> UInt64(8 * $0)) }
      damaged.replaceSubrange(place..<place + 8, with: bytes)
      try damaged.write(to: file)
      let error = #expect(throws: StorageError.self) { try Shelf(growing: growing) }
      let said = error?.description ?? ""
      let reason = reasons.firstIndex { said.contains("page \(page) \($0)") }
      if let reason { counts[reason] += 1 }
      #expect(reason != nil, "\(said)")
      try whole.write(to: file)
    }
    #expect(counts.allSatisfy { $0 > 0 })
    #expect(try Shelf(growing: growing).entries().count == 400)
  }

  /// Whoever opened the file before it was damaged does not take a commit for done that went where
  /// the file does not reach.
  @Test
  func `behind the end are not written without a word`() throws {
    var chance = SeededNumbers(state: Self.seed)
    try { try fill(Shelf(), 60, using: &chance) }()
    let map = try PageUse(pages())
    var bytes = try Data(contentsOf: file)
    for (index, place) in map.freePlaces.enumerated() {
      let page = map.lastPage + 100 + UInt64(map.freePlaces.count - index)
      let number = (0..<8).map { UInt8(truncatingIfNeeded: page >> UInt64(8 * $0)) }
      bytes.replaceSubrange(place..<place + 8, with: number)
    }
    try bytes.write(to: file)
    let shelf = try Shelf()
    let failure = try code { for number in 0..<9 { try shelf.put(Entry("late \(number)", "x")) } }
    #expect(failure == .corrupted)
  }
}

/// What the pages of a file are used for, found by reading all of them.
private struct PageUse {
  private(set) var branches: [UInt64] = []
  private(set) var leaves: [UInt64] = []
  /// Every page of every long value.
  private(set) var long: [UInt64] = []
  private(set) var free: [UInt64] = []
  /// Where in the file the numbers of free pages stand.
  private(set) var freePlaces: [Int] = []
  let lastPage: UInt64

  init(_ file: borrowing PageFile) throws {
    guard let meta = file.meta() else { throw Interruption() }
    lastPage = meta.lastPage
    try visit(meta.free.root, file) { use, page, entry in
      guard !entry.isLong else { return }
      use.free += file.list(entry, of: page) ?? []
      let start = Int(page.ownNumber) * file.pageSize + entry.start
      let count = Int(page.number(at: entry.start))
      for index in 0..<count { use.freePlaces.append(start + 8 + 8 * index) }
    }
    (branches, leaves) = ([], [])
    var tables: [PageTree] = []
    try visit(meta.main.root, file) { _, page, entry in
      if entry.isTable { tables.append(PageTree(page, at: entry.start)) }
    }
    for table in tables {
      try visit(table.root, file) { use, page, entry in
        guard entry.isLong else { return }
        let first = page.number(at: entry.start)
        let count = UInt64((15 + entry.length) / file.pageSize + 1)
        use.long += first..<(first + count)
      }
    }
  }

  private mutating func visit(
    _ root: UInt64?,
    _ file: borrowing PageFile,
    _ body: (inout PageUse, Page, Page.Entry) -> Void,
  ) throws {
    guard let root else { return }
    guard let page = file.page(root) else { throw Interruption() }
    if page.kind == .leaf { leaves.append(root) } else { branches.append(root) }
    for node in page.nodes ?? [] {
      if page.kind == .branch {
        try visit(page.child(at: node), file, body)
      } else if let entry = page.entry(at: node) {
        body(&self, page, entry)
      }
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
