import Crypto
import EventStore
import LMDB
import Testing
import TransparencyLog

/// A log whose records all have format 1, written down from the layout in `docs/record-format.md`.
///
/// The bytes are never edited: what an earlier release has written is read for ever.
@Suite(.inTemporaryFolder)
struct `A log of record format 1` {
  /// Records 1 to 7; the sealing was computed by another library.
  private static let records = [
    bare(1, previous: 0, start: 1, number: 1, first),
    bare(2, previous: 1, start: 1, number: 2, first),
    bare(3, previous: 0, start: 3, number: 1, second),
    bare(4, previous: 2, start: 1, number: 3, first),
    bare(5, previous: 4, start: 1, number: 4, first),
    bare(6, previous: 5, start: 1, number: 5, first),
    """
    01 03 0102 0304 05 06  0000000000000007 0000000000000003 0000000000000003
    00000002 00000015  00060a2418202240 0005af3107a40001
    00112233445566778899aabbccddeeff  0a0b0c0d0e0f1011 0000000000000002
    03 05 0000 00000000
    800000000000000000000000000000a1
    00000000000000a20000000000000000
    000000000000000000000000000000a3
    616761696e
    1a6144c837 a685739b2d6ecca0a7d752614b716dbe
    """,
  ]
  private static let first = "00000000000000000000000000000001"
  private static let second = "00112233445566778899aabbccddeeff"
  private static let root = "b3a9942004fb23f56a874ca7080c3835e26f9a30f5dbf9a5c643fbf73b5b0b6b"

  private static func bare(
    _ position: Int,
    previous: Int,
    start: Int,
    number: Int,
    _ stream: String,
  ) -> String {
    """
    01 00 0001 0001 00 00  000000000000000\(position) 000000000000000\(previous)
    000000000000000\(start) 0000000\(number) 00000000  00060a2418202240 0000000000000000
    \(stream)  0000000000000000 0000000000000001  00 00 0000 00000000
    """
  }

  @Test
  func `has the root it had, and opens`() throws {
    let store = try oldStore()
    let (tree, head) = try store.log.checkedTree()
    #expect(tree.root.description == Self.root)
    #expect((head.position, head.recordedAt) == (7, 1_700_000_000_123_456))
    let record = try store.log.record(at: 7)
    #expect(record.bytes.hex == [UInt8](hex: Self.records[6]).hex)
    #expect(record.header.format == .withoutNonce)
    #expect(record.header.follows == 0)
    #expect(record.header.parties == RecordHeader.Parties(1 << 127 | 0xA1, 0xA2 << 64, 0xA3))
    #expect(record.header.occurredAt == 1_600_000_000_000_001)
    #expect(Array(record.idempotencyKey) == Array("again".utf8))
    #expect(try store.keys.open(record) == Array("Hello".utf8))
  }

  @Test
  func `is gone on with in the format of today`() async throws {
    do {
      let store = try oldStore()
      #expect(try await store.append(.saying("new").expecting(length: 5)) == [8])
    }
    let store = try Store(Self.options)
    let formats = try (1...8).map { try store.log.record(at: $0).header.format }
    #expect(formats == Array(repeating: .withoutNonce, count: 7) + [.current])
    #expect(try store.texts() == Array(repeating: "", count: 6) + ["Hello", "new"])
    #expect(try store.log.record(at: 8).header.previous == 6)
    #expect(try store.hasTrueRoot())
    try store.log.forEachLeaf(from: 1, through: 8) { _ in }
  }

  private static var options: Store.Options {
    var options = Store.Options()
    options.makeKey = { slot in
      let key = (0..<32).map { UInt8(truncatingIfNeeded: slot << 4 + UInt64($0)) }
      return (SymmetricKey(data: key), AES.GCM.Nonce(of: Array(repeating: 2, count: 12)))
    }
    return options
  }

  /// The store of the seven records, whose keys are filled.
  private func oldStore() throws -> Store {
    do {
      let log = try EventLog(at: TemporaryFolder.path + "/log", for: .writing)
      let restoration = try LogRestoration(into: log)
      for record in Self.records { try restoration.append([UInt8](hex: record).span) }
      _ = try restoration.finish()
    }
    let store = try Store(Self.options)
    try store.keys.provision(upTo: 2)
    return store
  }
}
