import EventStore
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `An event log` {
  @Test
  func `is empty at first`() async throws {
    let store = try Store()
    #expect(try store.log.head() == LogHead())
    #expect(try store.texts() == [])
    #expect(try store.log.chain(endingAt: 0) == [])
    for position in [UInt64(0), 1, .max] {
      let failure = DamagedRecord(at: position, "there is no record")
      #expect(throws: failure) { try store.log.record(at: position) }
    }
  }

  @Test
  func `is walked from any position through any other`() async throws {
    let store = try Store()
    try await store.append(.bare(20))
    for first in UInt64(1)...20 {
      for last in first - 1...20 {
        var positions: [UInt64] = []
        try store.log.forEachRecord(from: first, through: last) {
          positions.append($0.header.position)
        }
        #expect(positions == Array(first..<last + 1))
      }
    }
    #expect(throws: DamagedRecord(at: 21, "there is no record")) {
      try store.log.forEachRecord(from: 20, through: 21) { _ in }
    }
  }

  /// A long walk is cut into transactions of 65,536 records; nothing is lost at the cut.
  @Test
  func `is walked across the ends of transactions`() async throws {
    let store = try Store()
    try await store.append(.bare(65_540))
    var next: UInt64 = 2
    try store.log.forEachKeyedHeader(from: 2, through: 65_540) { header, _ in
      guard header.position == next else { return }
      next += 1
    }
    #expect(next == 65_541)
    let chain = try store.log.chain(endingAt: 65_540)
    #expect(chain == Array(1...65_540))
  }

  @Test
  func `has every stream in a chain from its newest event to its first`() async throws {
    var generator = SeededGenerator(seed: 0x5EED_0103)
    let store = try Store()
    var positions: [UInt128: [UInt64]] = [:]
    for _ in 0..<60 {
      let stream = UInt128.random(in: 1...4, using: &generator)
      positions[stream, default: []] += try await store.append(
        .bare(.random(in: 1...3, using: &generator), in: stream)
      )
    }
    for (stream, positions) in positions {
      let last = try #require(positions.last)
      #expect(try store.log.chain(endingAt: last) == positions)
      for after in [0, positions[0], positions[positions.count / 2], last] {
        let rest = positions.filter { $0 > after }
        #expect(try store.log.chain(endingAt: last, after: after) == rest)
      }
      var numbers: [UInt32] = []
      try store.log.forEachRecord(at: positions) { record in
        numbers.append(record.header.streamPosition)
        #expect(record.header.stream == stream)
        #expect(record.header.streamStart == positions[0])
      }
      #expect(numbers == Array(1...UInt32(positions.count)))
    }
  }

  @Test
  func `gives each header with the key under which its command may come again`() async throws {
    let store = try Store()
    var events: [ProposedEvent] = ["", "k", "key", String(repeating: "k", count: 255)].map {
      var event = ProposedEvent.saying("text")
      event.idempotencyKey = Array($0.utf8)
      return event
    }
    events[1].header.parties = RecordHeader.Parties(1, 2, 3)
    try await store.append(Streams.Addition(events: events))
    var keys: [[UInt8]] = []
    try store.log.forEachKeyedHeader(from: 1, through: 4) { header, key in
      #expect(Int(header.idempotencyKeyLength) == key.count)
      keys.append(key)
    }
    #expect(keys == events.map(\.idempotencyKey))
  }

  @Test
  func `is seen at one moment by all that is read in one snapshot`() async throws {
    let store = try Store()
    try await store.append(.saying("a"))
    let snapshot = Notes<UInt64>()
    try store.log.read { transaction, tables in
      snapshot.add(try tables.head(in: transaction).position)
      let done = Notes<Outcome>()
      store.commands.propose(
        Proposal([.saying("b")]) { outcomes in for one in outcomes { done.add(one) } }
      )
      store.writer.stop()
      #expect(done.all.count == 1)
      snapshot.add(try tables.head(in: transaction).position)
      #expect(throws: DamagedRecord.self) { try tables.record(at: 2, in: transaction) }
    }
    #expect(snapshot.all == [1, 1])
    #expect(try store.log.head().position == 2)
  }

  @Test
  func `is read by another process while this one writes`() async throws {
    let store = try Store()
    try await store.append(.saying("a", "b"))
    await #expect(processExitsWith: .success) { [path = TemporaryFolder.path as String] in
      let log = try EventLog(at: path + "/log", for: .reading)
      let keys = try KeyRing(at: path + "/keys", for: .reading, masterKey: .ofTests)
      let (_, head) = try log.checkedTree()
      let last = try keys.open(log.record(at: head.position))
      #expect(last == Array("b".utf8))
    }
    try await store.append(.saying("c"))
    #expect(try store.texts() == ["a", "b", "c"])
  }
}
