import Crypto
import EventStore
import LMDB
import Testing
import TransparencyLog

/// Bytes written down by hand from the layout in `docs/record-format.md`.
///
/// The sealing and the hashes were computed by other libraries. The bytes are never edited: a
/// ledger of today must open tomorrow. Those of format 1 are in `FirstFormatTests.swift`.
@Suite(.inTemporaryFolder)
struct `The record format` {
  /// Record 3: the first of its stream, without parties, idempotency key and body.
  private static let third = """
    02 00 0001 0001 00 00  0000000000000003 0000000000000000 0000000000000003
    00000001 00000000  00060a2418202240 0000000000000000
    00112233445566778899aabbccddeeff  0000000000000000 0000000000000001
    00 00 0000 00000000
    0000000000000000  f0f1f2f3f4f5f6f8f8f9fafb
    """

  /// Record 7: the second of its stream, with everything a record can have.
  private static let seventh = """
    02 03 0102 0304 05 06  0000000000000007 0000000000000003 0000000000000003
    00000002 00000015  00060a2418202240 0005af3107a40001
    00112233445566778899aabbccddeeff  0a0b0c0d0e0f1011 0000000000000002
    03 05 0000 00000000
    0000000000000000  f0f1f2f3f4f5f6faf8f9fafb
    800000000000000000000000000000a1
    00000000000000a20000000000000000
    000000000000000000000000000000a3
    616761696e
    1fab0d25e5 ec4bff2e49d7e900fa4cd9d9234be440
    """

  private static let seventhLeaf =
    "d622f4369aba857de0bdd84b6c13d82368093949fa3bab1758690afe25b3b33c"

  /// The position, the time and the root over the seven records.
  private static let head = """
    0000000000000007 00060a2418202240
    a14093238acaee1fe95918e0f8a2815b4553354ea0909d821a78f7f5de7824d3
    """

  /// The key of slot 2 under the master key: nonce, ciphertext, tag.
  private static let wrappedKey = """
    020202020202020202020202
    bb093b989dfc177ce3ac88d31f54f43c2cd89d5fa0614ec67a67eb384b5677fd
    e105f8377d2698da80bd2ed717d707da
    """

  private static var options: Store.Options {
    let commands: [Streams.Addition] = [
      .bare(2), .bare(1, in: seventhEvent.header.stream), .bare(3),
      Streams.Addition(events: [seventhEvent]),
    ]
    var options = Store.Options()
    let nonces: UInt128 = 0xF0F1_F2F3_F4F5_F6F7_F8F9_FAFB
    options.commands = ScriptedCommandLog([
      .init(time: 1_700_000_000_123_456, commands: commands, nonces: nonces)
    ])
    options.makeKey = { slot in
      let key = (0..<32).map { UInt8(truncatingIfNeeded: slot << 4 + UInt64($0)) }
      let nonce = [UInt8](repeating: UInt8(truncatingIfNeeded: slot), count: 12)
      return (SymmetricKey(data: key), AES.GCM.Nonce(of: nonce))
    }
    return options
  }

  @Test
  func `lays a record out byte by byte`() throws {
    let store = try storeOfSeven()
    let records = try [3, 7].map { try store.log.record(at: $0) }
    #expect(records[0].bytes.hex == [UInt8](hex: Self.third).hex)
    #expect(records[1].bytes.hex == [UInt8](hex: Self.seventh).hex)
    #expect(records[1].leaf.description == Self.seventhLeaf)
  }

  @Test
  func `keeps a row of leaf hash and record, and a head of position, time and root`() throws {
    _ = try storeOfSeven()
    let environment = try Environment(at: TemporaryFolder.path + "/log", for: .reading)
    let (named, main) = try environment.openTables(["records"])
    let (row, head) = try environment.read { transaction in
      let row = try transaction.copiedValue(for: [0, 0, 0, 0, 0, 0, 0, 7].span, in: named[0])
      return (row, try transaction.copiedValue(for: Array("head".utf8).span, in: main))
    }
    #expect(row?.hex == [UInt8](hex: Self.seventhLeaf + Self.seventh).hex)
    #expect(head?.hex == [UInt8](hex: Self.head).hex)
  }

  @Test
  func `keeps a data key wrapped by the master key and bound to its slot`() throws {
    _ = try storeOfSeven()
    let environment = try Environment(at: TemporaryFolder.path + "/keys", for: .reading)
    let table = try environment.openTables(["keys"]).named[0]
    let wrapped = try environment.read { transaction in
      try transaction.copiedValue(for: [0, 0, 0, 0, 0, 0, 0, 2].span, in: table)
    }
    #expect(wrapped?.hex == [UInt8](hex: Self.wrappedKey).hex)
  }

  @Test
  func `is read back field by field`() throws {
    let store = try storeOfSeven()
    let record = try store.log.record(at: 7)
    var header = Self.seventhEvent.header
    header.position = 7
    header.streamStart = 3
    header.streamPosition = 2
    header.previous = 3
    header.recordedAt = 1_700_000_000_123_456
    header.idempotencyKeyLength = 5
    header.sealedLength = 21
    header.nonce = BodyNonce(0xF0F1_F2F3_F4F5_F6FA_F8F9_FAFB)
    #expect(record.header == header)
    #expect(Array(record.idempotencyKey) == Array("again".utf8))
    #expect(try store.keys.open(record) == Array("Hello".utf8))
  }

  /// A store with six plain events and the one that has everything.
  private func storeOfSeven() throws -> Store {
    let store = try Store(Self.options)
    store.writer.stop()
    return store
  }

  private static var seventhEvent: ProposedEvent {
    var header = RecordHeader(
      type: 0x0102,
      schemaVersion: 0x0304,
      authorKind: 5,
      detail: 6,
      number: 0x0A0B_0C0D_0E0F_1011,
      parties: RecordHeader.Parties(1 << 127 | 0xA1, 0xA2 << 64, 0xA3),
      stream: StreamPlace(
        stream: 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF,
        start: 0,
        position: 0,
        previous: 0,
      ),
      keySlot: 2,
    )
    header.occurredAt = 1_600_000_000_000_001
    header.isImported = true
    return ProposedEvent(
      header: header,
      idempotencyKey: Array("again".utf8),
      body: Array("Hello".utf8),
    )
  }
}
