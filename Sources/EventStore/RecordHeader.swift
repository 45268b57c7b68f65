/// The clear part of a record: all that is needed to place an event without opening its body.
///
/// The layout is drawn byte by byte in docs/record-format.md.
package struct RecordHeader: Hashable, Sendable {
  /// How the record is laid out; a new one has the current format.
  package var format = RecordFormat.current
  /// The number of the event type.
  package var type: UInt16
  /// The version of the type's schema.
  package var schemaVersion: UInt16
  /// The kind of the author.
  package var authorKind: UInt8
  /// A small code whose meaning depends on the type.
  package var detail: UInt8
  /// A number whose meaning depends on the type.
  package var number: UInt64
  /// Up to three identifiers whose meaning depends on the type; zero where there is none.
  package var parties: Parties
  /// The place in the log, from 1 on.
  package var position: UInt64 = 0
  /// What happened to: the events of a stream form a chain by `previous`.
  package var stream: UInt128
  /// The position of the stream's first event.
  package var streamStart: UInt64
  /// The place in the stream, from 1 on.
  package var streamPosition: UInt32
  /// The position of the stream's event before this one; zero at its first.
  package var previous: UInt64
  /// The ledger's clock when the command was ordered, in microseconds since 1970.
  package var recordedAt: Int64 = 0
  /// The time the source claims, in microseconds since 1970.
  package var occurredAt: Int64?
  /// Whether the event was imported: claimed by a source, not witnessed.
  package var isImported = false
  /// The position of the event that an imported one follows; zero if it follows the one before it.
  package var follows: UInt64 = 0
  /// The slot of the key that seals the body.
  package var keySlot: UInt64
  /// What the body is sealed with beside the key.
  package var nonce = BodyNonce(0)
  /// How many bytes the idempotency key has.
  package var idempotencyKeyLength: UInt8 = 0
  /// How many bytes the sealed body has, its tag included; zero for an empty body.
  package var sealedLength: UInt32 = 0

  /// Three identifiers without their kinds.
  package struct Parties: Hashable, Sendable {
    package var first: UInt128
    package var second: UInt128
    package var third: UInt128

    package init(_ first: UInt128, _ second: UInt128, _ third: UInt128) {
      self.first = first
      self.second = second
      self.third = third
    }

    /// How many of the three a record keeps.
    var count: Int { third != 0 ? 3 : second != 0 ? 2 : first != 0 ? 1 : 0 }
  }

  package init(
    type: UInt16,
    schemaVersion: UInt16,
    authorKind: UInt8,
    detail: UInt8,
    number: UInt64,
    parties: Parties,
    stream: StreamPlace,
    keySlot: UInt64,
  ) {
    self.type = type
    self.schemaVersion = schemaVersion
    self.authorKind = authorKind
    self.detail = detail
    self.number = number
    self.parties = parties
    self.stream = stream.stream
    streamStart = stream.start
    streamPosition = stream.position
    previous = stream.previous
    self.keySlot = keySlot
  }
}

/// Where an event stands in its stream.
package struct StreamPlace: Hashable, Sendable {
  /// The stream.
  package var stream: UInt128
  /// The log position of the stream's first event; zero if the event itself is the first.
  package var start: UInt64
  /// The place in the stream, from 1.
  package var position: UInt32
  /// The log position of the stream's event before; zero at its first.
  package var previous: UInt64

  package init(stream: UInt128, start: UInt64, position: UInt32, previous: UInt64) {
    self.stream = stream
    self.start = start
    self.position = position
    self.previous = previous
  }
}

/// A record that is not what the format says, or not what its leaf says.
package struct DamagedRecord: Error, Hashable, Sendable {
  /// The log position of the record.
  package let position: UInt64
  /// What is wrong with it.
  package let reason: String

  package init(at position: UInt64, _ reason: String) {
    self.position = position
    self.reason = reason
  }

  private static let missing = "there is no record"

  /// Whether it is not damaged but not there.
  package var isMissing: Bool { reason == Self.missing }

  /// A position that has no record though the log goes beyond it.
  static func missing(at position: UInt64) -> DamagedRecord {
    DamagedRecord(at: position, missing)
  }
}
