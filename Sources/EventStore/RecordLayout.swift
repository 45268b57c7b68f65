/// Where each field of a record's header lies (docs/record-format.md).
///
/// Numbers are big-endian.
enum RecordLayout {
  /// The format this code writes, and the only one it reads.
  static let format: UInt8 = 1
  /// The bytes of the fixed part of the header.
  static let fixedLength = 96
  /// The bytes of one identifier behind the fixed part.
  static let partyLength = 16
  /// The bytes a stored row has before the record: its leaf hash.
  static let leafLength = 32
  /// The bytes AES-GCM adds to a body: its tag (NIST SP 800-38D).
  static let tagLength = 16
  /// The most bytes of an idempotency key, because its length has one byte.
  static let idempotencyKeyLimit = 255

  /// The most bytes a record can have.
  static let recordLimit =
    clearLength(parties: 3, idempotencyKey: idempotencyKeyLimit) + bodyByteCountLimit + tagLength

  static let importedFlag: UInt8 = 1
  static let occurredFlag: UInt8 = 2

  /// The bytes of the header with its identifiers and the idempotency key: what is authenticated
  /// with the body.
  static func clearLength(parties: Int, idempotencyKey: Int) -> Int {
    fixedLength + parties * partyLength + idempotencyKey
  }
}

extension RecordHeader {
  /// Writes the fixed part and the identifiers to memory that has room for them.
  ///
  /// Safety: the caller reserved `clearLength` bytes.
  @unsafe
  func store(to memory: UnsafeMutableRawPointer) {
    func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
      unsafe memory.storeBytes(of: number.bigEndian, toByteOffset: offset, as: Number.self)
    }
    let imported = isImported ? RecordLayout.importedFlag : 0
    put(RecordLayout.format, at: 0)
    put(occurredAt == nil ? imported : imported | RecordLayout.occurredFlag, at: 1)
    put(type, at: 2)
    put(schemaVersion, at: 4)
    put(authorKind, at: 6)
    put(detail, at: 7)
    put(position, at: 8)
    put(previous, at: 16)
    put(streamStart, at: 24)
    put(streamPosition, at: 32)
    put(sealedLength, at: 36)
    put(recordedAt, at: 40)
    put(occurredAt ?? 0, at: 48)
    put(stream, at: 56)
    put(number, at: 72)
    put(keySlot, at: 80)
    put(UInt8(parties.count), at: 88)
    put(idempotencyKeyLength, at: 89)
    put(UInt16(0), at: 90)
    put(UInt32(0), at: 92)
    let partyOffset = RecordLayout.fixedLength
    for (index, party) in [parties.first, parties.second, parties.third].enumerated()
    where index < parties.count {
      put(party, at: partyOffset + index * RecordLayout.partyLength)
    }
  }

  /// Reads a header from the start of a record.
  ///
  /// - Parameters:
  ///   - record: The record without its leaf hash.
  ///   - position: Where it was found, which it must name.
  /// - Throws: `DamagedRecord` if the lengths or the position do not fit, or the format is newer.
  package init(parsing record: Span<UInt8>, at position: UInt64) throws(DamagedRecord) {
    guard record.count >= RecordLayout.fixedLength else {
      throw DamagedRecord(at: position, "\(record.count) bytes are fewer than a header")
    }
    // Safety: the fixed part was checked above, the identifiers are checked inside.
    let parsed = unsafe record.withUnsafeBytes { unsafe RecordHeader(loading: $0) }
    guard let parsed, parsed.position == position else {
      throw DamagedRecord(at: position, "the header is of another record or format")
    }
    self = parsed
    guard record.count == clearLength + Int(sealedLength) else {
      throw DamagedRecord(at: position, "\(record.count) bytes are not what the header says")
    }
  }

  /// Checks what `init(parsing:at:)` checks, without making a header.
  ///
  /// - Throws: `DamagedRecord` if the lengths or the position do not fit, or the format is newer.
  static func check(_ record: Span<UInt8>, at position: UInt64) throws(DamagedRecord) {
    guard record.count >= RecordLayout.fixedLength, record[0] == RecordLayout.format,
      record[88] <= 3, number(UInt64.self, of: record, at: 8) == position
    else { throw DamagedRecord(at: position, "the header is of another record or format") }
    let clearLength = RecordLayout.clearLength(
      parties: Int(record[88]),
      idempotencyKey: Int(record[89]),
    )
    guard record.count == clearLength + Int(number(UInt32.self, of: record, at: 36)) else {
      throw DamagedRecord(at: position, "\(record.count) bytes are not what the header says")
    }
  }

  /// The position of the first event of a record's stream, as the record has it.
  static func streamStart(of record: Span<UInt8>) -> UInt64 {
    record.count < RecordLayout.fixedLength ? 0 : number(UInt64.self, of: record, at: 24)
  }

  /// When a record was recorded, as the record has it.
  static func recordedAt(of record: Span<UInt8>) -> Int64 {
    record.count < RecordLayout.fixedLength ? .min : number(Int64.self, of: record, at: 40)
  }

  /// A number of the fixed part, highest byte first.
  private static func number<Number: FixedWidthInteger>(
    _ type: Number.Type,
    of record: Span<UInt8>,
    at offset: Int,
  ) -> Number {
    // Safety: the callers checked that the fixed part is there; any bit pattern is a number.
    unsafe record.withUnsafeBytes { bytes in
      unsafe Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }

  /// The bytes before the sealed body.
  package var clearLength: Int {
    RecordLayout.clearLength(
      parties: parties.count,
      idempotencyKey: Int(idempotencyKeyLength),
    )
  }

  @unsafe
  private init?(loading memory: UnsafeRawBufferPointer) {
    func get<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
      unsafe Number(
        bigEndian: memory.loadUnaligned(fromByteOffset: offset, as: Number.self)
      )
    }
    let partyCount = Int(get(UInt8.self, at: 88))
    let parties = RecordLayout.fixedLength
    guard get(UInt8.self, at: 0) == RecordLayout.format, partyCount <= 3,
      memory.count >= parties + partyCount * RecordLayout.partyLength
    else { return nil }
    func identifier(at offset: Int) -> UInt128 {
      UInt128(get(UInt64.self, at: offset)) << 64 | UInt128(get(UInt64.self, at: offset + 8))
    }
    func party(_ index: Int) -> UInt128 {
      index < partyCount ? identifier(at: parties + index * RecordLayout.partyLength) : 0
    }
    self.init(
      type: get(UInt16.self, at: 2),
      schemaVersion: get(UInt16.self, at: 4),
      authorKind: get(UInt8.self, at: 6),
      detail: get(UInt8.self, at: 7),
      number: get(UInt64.self, at: 72),
      parties: Parties(party(0), party(1), party(2)),
      stream: StreamPlace(
        stream: identifier(at: 56),
        start: get(UInt64.self, at: 24),
        position: get(UInt32.self, at: 32),
        previous: get(UInt64.self, at: 16),
      ),
      keySlot: get(UInt64.self, at: 80),
    )
    let flags = get(UInt8.self, at: 1)
    position = get(UInt64.self, at: 8)
    sealedLength = get(UInt32.self, at: 36)
    recordedAt = get(Int64.self, at: 40)
    occurredAt = flags & RecordLayout.occurredFlag == 0 ? nil : get(Int64.self, at: 48)
    isImported = flags & RecordLayout.importedFlag != 0
    idempotencyKeyLength = get(UInt8.self, at: 89)
  }
}
