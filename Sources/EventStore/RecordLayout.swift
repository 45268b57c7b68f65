/// The formats of records: all are read, the last one is written.
package enum RecordFormat: UInt8, Hashable, Sendable {
  /// The nonce of the body follows from position and time.
  case withoutNonce = 1
  /// The record bears the nonce of its body, and the event it follows.
  case withNonce = 2

  /// What new records have.
  package static let current = withNonce

  /// The bytes of the fixed part of the header.
  var fixedLength: Int {
    switch self {
    case .withoutNonce: RecordLayout.sharedLength
    case .withNonce: RecordLayout.sharedLength + RecordLayout.addedLength
    }
  }
}

/// Where each field of a record's header lies (docs/record-format.md).
///
/// Numbers are big-endian.
enum RecordLayout {
  /// The bytes of the fixed part that are the same in every format, and all of it in format 1.
  static let sharedLength = 96
  /// The bytes that format 2 has behind those: the position followed, and the nonce.
  static let addedLength = 20
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
    clearLength(.current, parties: 3, idempotencyKey: idempotencyKeyLimit) + bodyByteCountLimit
    + tagLength

  static let importedFlag: UInt8 = 1
  static let occurredFlag: UInt8 = 2

  /// The bytes of the header with its identifiers and the idempotency key: what is authenticated
  /// with the body.
  static func clearLength(_ format: RecordFormat, parties: Int, idempotencyKey: Int) -> Int {
    format.fixedLength + parties * partyLength + idempotencyKey
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
    put(format.rawValue, at: 0)
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
    if format == .withNonce {
      put(follows, at: 96)
      put(UInt64(truncatingIfNeeded: nonce.value >> 32), at: 104)
      put(UInt32(truncatingIfNeeded: nonce.value), at: 112)
    }
    let partyOffset = format.fixedLength
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
    guard record.count >= RecordLayout.sharedLength else {
      throw DamagedRecord(at: position, "\(record.count) bytes are fewer than a header")
    }
    // Safety: the shared part was checked above, the rest is checked inside.
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
    guard record.count >= RecordLayout.sharedLength, let format = RecordFormat(rawValue: record[0]),
      record[88] <= 3, number(UInt64.self, of: record, at: 8) == position
    else { throw DamagedRecord(at: position, "the header is of another record or format") }
    let clearLength = RecordLayout.clearLength(
      format,
      parties: Int(record[88]),
      idempotencyKey: Int(record[89]),
    )
    guard record.count == clearLength + Int(number(UInt32.self, of: record, at: 36)) else {
      throw DamagedRecord(at: position, "\(record.count) bytes are not what the header says")
    }
  }

  /// The position of the first event of a record's stream, as the record has it.
  static func streamStart(of record: Span<UInt8>) -> UInt64 {
    record.count < RecordLayout.sharedLength ? 0 : number(UInt64.self, of: record, at: 24)
  }

  /// When a record was recorded, as the record has it.
  static func recordedAt(of record: Span<UInt8>) -> Int64 {
    record.count < RecordLayout.sharedLength ? .min : number(Int64.self, of: record, at: 40)
  }

  /// A number of the shared part, highest byte first.
  private static func number<Number: FixedWidthInteger>(
    _ type: Number.Type,
    of record: Span<UInt8>,
    at offset: Int,
  ) -> Number {
    // Safety: the callers checked that the shared part is there; any bit pattern is a number.
    unsafe record.withUnsafeBytes { bytes in
      unsafe Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }

  /// The bytes before the sealed body.
  package var clearLength: Int {
    RecordLayout.clearLength(
      format,
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
    guard let format = RecordFormat(rawValue: get(UInt8.self, at: 0)), partyCount <= 3,
      memory.count >= format.fixedLength + partyCount * RecordLayout.partyLength
    else { return nil }
    let parties = format.fixedLength
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
    self.format = format
    switch format {
    case .withoutNonce:
      nonce = BodyNonce(position: position, recordedAt: recordedAt)
    case .withNonce:
      follows = get(UInt64.self, at: 96)
      let high = UInt128(get(UInt64.self, at: 104))
      nonce = BodyNonce(high << 32 | UInt128(get(UInt32.self, at: 112)))
    }
  }
}
