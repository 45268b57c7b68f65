import EventStore
import LMDB
import Testing
import TransparencyLog

/// What was changed behind the back of a log is named, and never read as if it were right.
@Suite(.inTemporaryFolder)
struct `A damaged log` {
  /// A log of 600 records: its frontier is one stored node, and leaves below another.
  private static let size: UInt64 = 600

  /// A change, the position that its error must name, and a word or two of the reason.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let position: UInt64
    let reason: String
    let change: @Sendable (inout WriteTransaction, RawTables) throws -> Void
  }

  static let damages = [
    Damage(
      testDescription: "the last leaf hash",
      position: 600,
      reason: "the tree's root is not the one committed",
    ) { try $0.change(rowKey(600), in: $1.records) { $0[0] ^= 1 } },
    Damage(
      testDescription: "a leaf hash below the last stored node",
      position: 600,
      reason: "the tree's root is not the one committed",
    ) { try $0.change(rowKey(513), in: $1.records) { $0[31] ^= 128 } },
    Damage(
      testDescription: "a byte of the last record",
      position: 600,
      reason: "the record is not what its leaf hash says",
    ) { try $0.change(rowKey(600), in: $1.records) { $0[$0.count - 1] ^= 1 } },
    Damage(
      testDescription: "the last record is missing",
      position: 600,
      reason: "there is no leaf hash",
    ) { _ = try $0.remove(rowKey(600).span, from: $1.records) },
    Damage(
      testDescription: "the last record is cut off within its leaf hash",
      position: 600,
      reason: "there is no leaf hash",
    ) { try $0.change(rowKey(600), in: $1.records) { $0.removeLast($0.count - 20) } },
    Damage(
      testDescription: "a record behind the head",
      position: 601,
      reason: "the last record is not the head, 600",
    ) { transaction, tables in
      let row = try transaction.bytes(rowKey(600), in: tables.records)
      try transaction.put(row.span, at: 601, in: tables.records)
    },
    Damage(
      testDescription: "the root in the head",
      position: 600,
      reason: "the tree's root is not the one committed",
    ) { try $0.change(headKey, in: $1.main) { $0[47] ^= 1 } },
    Damage(
      testDescription: "a greater position in the head",
      position: 601,
      reason: "there is no leaf hash",
    ) { try $0.change(headKey, in: $1.main) { $0[7] += 1 } },
    Damage(
      testDescription: "a smaller position in the head",
      position: 599,
      reason: "the tree's root is not the one committed",
    ) { try $0.change(headKey, in: $1.main) { $0[7] -= 1 } },
    Damage(
      testDescription: "the head is cut off",
      position: 0,
      reason: "the head of the log is damaged",
    ) { try $0.change(headKey, in: $1.main) { $0.removeLast() } },
    Damage(
      testDescription: "the head is missing",
      position: 600,
      reason: "the last record is not the head, 0",
    ) { _ = try $0.remove(headKey.span, from: $1.main) },
    Damage(
      testDescription: "a stored node of the frontier",
      position: 600,
      reason: "the tree's root is not the one committed",
    ) { try $0.change(nodeKey(level: 9, index: 0), in: $1.nodes) { $0[5] ^= 1 } },
    Damage(
      testDescription: "a stored node of the frontier is missing",
      position: 1,
      reason: "node 9 is missing",
    ) { _ = try $0.remove(nodeKey(level: 9, index: 0).span, from: $1.nodes) },
  ]

  @Test(arguments: damages)
  func `names what is wrong when it is opened`(damage: Damage) async throws {
    try await makeLog()
    try withTables { try damage.change(&$0, $1) }
    let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
    let failure = #expect(throws: DamagedRecord.self) { try log.checkedTree() }
    #expect(failure?.position == damage.position)
    #expect(failure?.reason == damage.reason)
  }

  @Test
  func `is found to be whole when it is`() async throws {
    try await makeLog()
    let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
    let (tree, head) = try log.checkedTree()
    #expect(tree.root == head.root)
    #expect(head.position == Self.size)
  }

  /// One byte of one record, from its leaf hash to its last byte.
  @Test
  func `answers an error for every byte of a record that was changed`() async throws {
    try await makeLog()
    let failure = DamagedRecord(at: 300, "the record is not what its leaf hash says")
    for place in 0..<Self.rowByteCount {
      try withTables { transaction, tables in
        try transaction.change(rowKey(300), in: tables.records) { row in
          #expect(row.count == Self.rowByteCount)
          if place > 0 { row[place - 1] ^= 0x10 }
          row[place] ^= 0x10
        }
      }
      let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
      #expect(throws: failure) { try log.record(at: 300) }
      #expect(throws: failure) { try log.forEachLeaf(from: 299, through: 301) { _ in } }
      #expect(throws: failure) { try log.forEachRecord(from: 299, through: 301) { _ in } }
      #expect(throws: failure) { try log.forEachRecord(at: [299, 300]) { _ in } }
      for position in [UInt64(299), 301] { _ = try log.record(at: position) }
    }
  }

  @Test
  func `answers an error where a record is missing, and never a shorter walk`() async throws {
    try await makeLog()
    try withTables { _ = try $0.remove(rowKey(300).span, from: $1.records) }
    let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
    let failure = DamagedRecord(at: 300, "there is no record")
    #expect(throws: failure) { try log.record(at: 300) }
    #expect(throws: failure) { try log.forEachLeaf(from: 1, through: Self.size) { _ in } }
    #expect(throws: failure) { try log.forEachRecord(from: 300, through: 300) { _ in } }
    #expect(throws: failure) { try log.forEachKeyedHeader(from: 250, through: 310) { _, _ in } }
    #expect(throws: failure) { try log.chain(endingAt: Self.size) }
    #expect(throws: failure) { try log.forEachRecord(at: [1, 300]) { _ in } }
    #expect(try log.chain(endingAt: Self.size, after: 300).count == 300)
  }

  /// Two bodies changed places, each with its leaf hash: the tree no longer has that order.
  @Test
  func `is not fooled by two records that changed places`() async throws {
    try await makeLog()
    try withTables { transaction, tables in
      let first = try transaction.bytes(rowKey(599), in: tables.records)
      let second = try transaction.bytes(rowKey(600), in: tables.records)
      try transaction.put(first.span, at: 600, in: tables.records)
      try transaction.put(second.span, at: 599, in: tables.records)
    }
    let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
    for position in [UInt64(599), 600] {
      let failure = #expect(throws: DamagedRecord.self) { try log.record(at: position) }
      #expect(failure?.position == position)
    }
    #expect(throws: DamagedRecord.self) { try log.checkedTree() }
  }
}

extension `A damaged log` {
  /// Leaf hash, header, body and tag of record 300.
  private static let rowByteCount = 32 + 116 + 14 + 16

  private func makeLog() async throws {
    let store = try Store()
    try await store.append(.bare(299))
    try await store.append(.saying("to be damaged."))
    try await store.append(.bare(299))
    try await store.append(.saying("the last one"))
  }
}
