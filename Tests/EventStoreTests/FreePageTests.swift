import EventStore
import Foundation
import Testing

@testable import LMDB

/// A list of free pages that names a page in use.
@Suite(.inTemporaryFolder)
struct `A log whose free list is damaged` {
  private static let pageSize = 4_096

  private var file: URL { URL(filePath: TemporaryFolder.path + "/log/data.mdb") }

  /// A log with long and short records, in many commits.
  private func makeLog() async throws {
    let store = try Store()
    for number in 0..<60 {
      let long = String(repeating: "x", count: number.isMultiple(of: 7) ? 9_000 : 40)
      try await store.append(.saying("\(number) \(long)"))
    }
  }

  /// Where in the file the first number of a free page stands.
  private func place() throws -> Int {
    let folder = TemporaryFolder.path + "/log"
    guard let pages = PageFile.open(in: folder, pageSize: Self.pageSize),
      let root = pages.meta()?.free.root, let page = pages.page(root)
    else { throw Streams.Fault() }
    #expect(page.kind == .leaf)
    let entry = try #require(page.nodes?.compactMap { page.entry(at: $0) }.first { !$0.isLong })
    return Int(root) * Self.pageSize + entry.start + 8
  }

  private func name(_ page: UInt64, at place: Int) throws {
    var bytes = try Data(contentsOf: file)
    let number = (0..<8).map { UInt8(truncatingIfNeeded: page >> UInt64(8 * $0)) }
    bytes.replaceSubrange(place..<(place + 8), with: number)
    try bytes.write(to: file)
  }

  /// The pages of long records, of records, and one beyond the file.
  @Test
  func `is not written to, and can be read`() async throws {
    try await makeLog()
    let place = try place()
    let whole = try Data(contentsOf: file)
    let pages = stride(from: 2 * Self.pageSize, to: whole.count, by: Self.pageSize).map {
      Page(bytes: Array(whole[$0..<($0 + Self.pageSize)]))
    }
    // An older leaf of the free list, of the same number, is in use no more and may look alike.
    let long = pages.filter { $0.kind == .long }.map(\.ownNumber)
    try #require(long.count >= 9)
    let wrong: [UInt64] = [long[0], long[0] + 1, long[0] + 2, long[5], 2_000_000, 1 << 41 | 9]
    for page in wrong {
      try name(page, at: place)
      for _ in 0..<2 {
        let error = #expect(throws: StorageError.self, "\(page)") { try Store() }
        #expect(error?.code == .corrupted)
        #expect(error?.description.contains("page \(page)") == true)
      }
      let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
      #expect(try log.checkedTree().head.position == 60)
      #expect(throws: StorageError.self) { try log.checkPages() }
      try whole.write(to: file)
    }
    let store = try Store()
    try store.log.checkPages()
    #expect(try await store.append(.saying("more")) == [61])
  }

  @Test
  func `is not there in a log of any history, and its keys`() async throws {
    for round in 0..<6 {
      let store = try Store()
      try await store.append(.saying("\(round)", String(repeating: "x", count: 5_000 * round)))
      try store.keys.provision(upTo: 5_000 * UInt64(round + 1))
      _ = try store.keys.empty([UInt64(round) + 2], by: UInt64(round) + 1)
      if round.isMultiple(of: 2) { try store.keys.rewrite() }
      try store.log.checkPages()
      try store.keys.checkPages()
    }
  }
}
