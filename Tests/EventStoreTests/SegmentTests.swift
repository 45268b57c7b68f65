import EventStore
import Foundation
import LMDB
import Testing
import TransparencyLog

@Suite(.inTemporaryFolder)
struct `A segment` {
  private let path = TemporaryFolder.path + "/segment"

  private func write(_ store: Store, from first: UInt64 = 1, to last: UInt64) throws -> Segment {
    try Segment.write(
      from: store.log,
      first: first,
      through: last,
      to: { _ in path },
      temporary: path + ".tmp",
    )
  }

  /// The bytes that docs/backup.md shows.
  @Test
  func `has the bytes that its description shows`() throws {
    var options = Store.Options()
    options.commands = ScriptedCommandLog([.init(time: options.clock(), commands: [.saying("")])])
    let store = try Store(options)
    store.writer.stop()
    let segment = try write(store, to: 1)
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    let golden =
      "0000007402000001000100000000000000000001" + "0000000000000000" + "0000000000000001"
      + "0000000100000000" + "00060a24181e4000" + "0000000000000000"
      + "00000000000000000000000000000001" + "0000000000000000" + "0000000000000001"
      + "0000000000000000" + "0000000000000000" + "000000010000000000000000"
    #expect(bytes.map { byte in String(format: "%02x", Int(byte)) }.joined() == golden)
    #expect(segment.byteCount == bytes.count)
    #expect(segment.last == 1)
  }

  @Test
  func `is read as it was written, and restored into an empty log`() async throws {
    let store = try Store()
    for number in 0..<700 {
      try await store.append(.saying("event \(number)", in: UInt128(number % 7 + 1)))
    }
    let head = try store.log.head()
    let written = try write(store, to: head.position)
    let log = try EventLog(at: TemporaryFolder.path + "/restored", for: .writing)
    let restoration = try LogRestoration(into: log)
    let read = try Segment.read(path, first: 1) { position, record in
      #expect(restoration.position + 1 == position)
      try restoration.append(record)
    }
    #expect(read == written)
    #expect(try restoration.finish(at: head.recordedAt) == head)
    #expect(try log.checkedTree().head == head)
    for index in [0, 1] as [UInt64] {
      let node = try StoredNodes(of: store.log).node(level: 8, index: index)
      #expect(try log.storedNode(level: 8, index: index) == node)
    }
    try log.forEachRecord(from: 1, through: head.position) { record in
      let original = try store.log.record(at: record.header.position)
      #expect(record == original)
    }
  }

  @Test
  func `is restored into no log that has records`() async throws {
    let store = try Store()
    try await store.append(.saying("here"))
    #expect(throws: LogNotEmpty.self) { try LogRestoration(into: store.log) }
    // Also one that is written while it is restored.
    let log = try EventLog(at: TemporaryFolder.path + "/twice", for: .writing)
    let (first, second) = try (LogRestoration(into: log), LogRestoration(into: log))
    _ = try write(store, to: 1)
    _ = try Segment.read(path, first: 1) {
      try first.append($1)
      try second.append($1)
    }
    let head = try first.finish()
    #expect(throws: LogNotEmpty.self) { try second.finish() }
    #expect(try log.head() == head)
  }

  @Test
  func `is not restored out of order`() async throws {
    let store = try Store()
    try await store.append(.saying("one", "two"))
    let log = try EventLog(at: TemporaryFolder.path + "/restored", for: .writing)
    let restoration = try LogRestoration(into: log)
    let second = try store.log.record(at: 2).bytes
    #expect(throws: DamagedRecord.self) { try restoration.append(second.span) }
  }

  @Test
  func `that is no run of records is named`() async throws {
    let store = try Store()
    try await store.append(.saying("one", "two"))
    _ = try write(store, to: 2)
    let whole = try Data(contentsOf: URL(filePath: path))
    let length = Data([0xFF, 0xFF, 0xFF, 0xFF])
    for content in [whole.dropLast(), whole.prefix(3), length + whole, whole + whole] {
      try content.write(to: URL(filePath: path))
      let damage = #expect(throws: DamagedSegment.self) {
        try Segment.read(path, first: 1) { _, _ in }
      }
      #expect(damage?.path == path)
    }
    let missing = TemporaryFolder.path + "/missing"
    #expect(throws: DamagedSegment.self) { try Segment.read(missing, first: 1) { _, _ in } }
    #expect(try Segment.read(emptied(), first: 5) { _, _ in }.last == 4)
  }

  @Test
  func `is not written from a log that is damaged`() async throws {
    let store = try Store()
    try await store.append(.saying("one", "two", "three"))
    #expect(throws: DamagedRecord.self) { try write(store, from: 2, to: 4) }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(!FileManager.default.fileExists(atPath: path + ".tmp"))
  }

  private func emptied() throws -> String {
    try Data().write(to: URL(filePath: path))
    return path
  }
}
