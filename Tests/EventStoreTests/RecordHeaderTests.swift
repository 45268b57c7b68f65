import Testing

@testable import EventStore

@Suite
struct `A record header` {
  private static let seed: UInt64 = 0x5EED_0101

  @Test
  func `is read as it was stored, whatever its fields hold`() throws {
    print("seed \(Self.seed)")
    var generator = SeededGenerator(seed: Self.seed)
    for _ in 0..<2_000 {
      let header = RecordHeader.random(using: &generator)
      let record = header.record()
      let parsed = try RecordHeader(parsing: record.span, at: header.position)
      #expect(parsed == header)
      #expect(parsed.record() == record)
    }
  }

  @Test
  func `is refused if even one byte of the record is missing, or one is too many`() throws {
    var generator = SeededGenerator(seed: Self.seed)
    for _ in 0..<20 {
      let header = RecordHeader.random(using: &generator)
      let record = header.record()
      for count in 0..<record.count {
        let failure = #expect(throws: DamagedRecord.self) {
          try RecordHeader(parsing: record.span.extracting(first: count), at: header.position)
        }
        #expect(failure?.position == header.position)
      }
      #expect(throws: DamagedRecord.self) {
        try RecordHeader(parsing: (record + [0]).span, at: header.position)
      }
    }
  }

  @Test
  func `is refused at another position than its own`() throws {
    var header = RecordHeader.plain
    header.position = 7
    let record = header.record()
    #expect(try RecordHeader(parsing: record.span, at: 7) == header)
    for position in [0, 6, 8, 7 << 8, UInt64.max] {
      let reason = "the header is of another record or format"
      #expect(throws: DamagedRecord(at: position, reason)) {
        try RecordHeader(parsing: record.span, at: position)
      }
    }
  }

  @Test
  func `of format 1 has the nonce of its position and its time`() throws {
    var header = RecordHeader.plain
    header.format = .withoutNonce
    (header.position, header.recordedAt) = (0x0102_0304_0506_0708, 0x1112_1314_1516_1718)
    let parsed = try RecordHeader(parsing: header.record().span, at: header.position)
    #expect(parsed.nonce == BodyNonce(0x0304_0506_0708_1314_1516_1718))
    // So two texts at one position and one time, in two copies of a log, shared it.
    var other = header
    (other.type, other.number, other.sealedLength) = (7, 7, 40)
    #expect(
      try RecordHeader(parsing: other.record().span, at: header.position).nonce == parsed.nonce
    )
  }

  @Test
  func `says what an imported event follows, and has its nonce behind that`() throws {
    var header = RecordHeader.plain
    header.follows = 0x0102_0304_0506_0708
    header.nonce = BodyNonce(.max)
    let record = header.record()
    #expect(Array(record[96..<104]) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(Array(record[104..<116]) == Array(repeating: 255, count: 12))
    #expect(try RecordHeader(parsing: record.span, at: 0) == header)
  }

  @Test(arguments: [UInt8(0), 3, 255])
  func `is refused in another format`(format: UInt8) {
    var record = RecordHeader.plain.record()
    record[0] = format
    #expect(throws: DamagedRecord.self) { try RecordHeader(parsing: record.span, at: 0) }
  }

  @Test(arguments: [UInt8(4), 255])
  func `is refused with more than three parties`(count: UInt8) {
    var header = RecordHeader.plain
    header.sealedLength = 16 * 252
    var record = header.record()
    record[88] = count
    #expect(throws: DamagedRecord.self) { try RecordHeader(parsing: record.span, at: 0) }
  }

  @Test
  func `is the same whatever its six spare bytes hold`() throws {
    var record = RecordHeader.plain.record()
    for index in 90..<96 {
      #expect(record[index] == 0)
      record[index] = 255
    }
    #expect(try RecordHeader(parsing: record.span, at: 0) == .plain)
  }

  @Test
  func `keeps no more parties than it has`() {
    let parties: [(RecordHeader.Parties, Int)] = [
      (.init(0, 0, 0), 0), (.init(1, 0, 0), 16), (.init(1, 2, 0), 32), (.init(1, 2, 3), 48),
      (.init(0, 2, 0), 32), (.init(0, 0, 3), 48), (.init(1, 0, 3), 48),
    ]
    for (parties, length) in parties {
      var header = RecordHeader.plain
      header.parties = parties
      #expect(header.clearLength == 116 + length)
      #expect(header.record().count == 116 + length)
      header.format = .withoutNonce
      #expect(header.clearLength == 96 + length)
      #expect(header.record().count == 96 + length)
    }
  }

  @Test
  func `tells a time of zero from none`() throws {
    for time in [nil, 0, -1, Int64.min, .max] {
      var header = RecordHeader.plain
      header.occurredAt = time
      let parsed = try RecordHeader(parsing: header.record().span, at: 0)
      #expect(parsed.occurredAt == time)
    }
  }
}

extension RecordHeader {
  /// A header with nothing in it.
  fileprivate static var plain: Self {
    Self(
      type: 0,
      schemaVersion: 0,
      authorKind: 0,
      detail: 0,
      number: 0,
      parties: Parties(0, 0, 0),
      stream: StreamPlace(stream: 0, start: 0, position: 0, previous: 0),
      keySlot: 0,
    )
  }

  fileprivate static func random(using generator: inout SeededGenerator) -> Self {
    var header = Self(
      type: generator.number(),
      schemaVersion: generator.number(),
      authorKind: generator.number(),
      detail: generator.number(),
      number: generator.number(),
      parties: Parties(generator.number(), generator.number(), generator.number()),
      stream: StreamPlace(
        stream: generator.number(),
        start: generator.number(),
        position: generator.number(),
        previous: generator.number(),
      ),
      keySlot: generator.number(),
    )
    header.position = generator.number()
    header.recordedAt = Int64(bitPattern: generator.number())
    header.occurredAt = Bool.random(using: &generator) ? Int64(bitPattern: generator.number()) : nil
    header.isImported = .random(using: &generator)
    header.idempotencyKeyLength = generator.number()
    header.sealedLength = .random(in: 0...300, using: &generator)
    if Bool.random(using: &generator) {
      header.follows = generator.number()
      header.nonce = BodyNonce(generator.number())
    } else {
      header.format = .withoutNonce
      header.nonce = BodyNonce(position: header.position, recordedAt: header.recordedAt)
    }
    return header
  }

  /// The record of a header: its key and its body hold nothing but ones.
  fileprivate func record() -> [UInt8] {
    var record = [UInt8](repeating: 1, count: clearLength + Int(sealedLength))
    // Safety: the array has the `clearLength` bytes that are written.
    unsafe record.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe store(to: base)
    }
    return record
  }
}
