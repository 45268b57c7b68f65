import ConversationCoding
public import Conversations
import EventStore
import Projections

extension ImportedRow {
  /// What the row says of a conversation and when that was, in sixteen bytes.
  ///
  /// Rows that say the same at the same time have the same, in whatever file they stand
  /// (docs/decisions/0030).
  public func contentHash(in conversation: ConversationID) -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    writer.put(conversation.value)
    writer.put(byte: occurredAt == nil ? 0 : 1)
    writer.put(UInt64(bitPattern: occurredAt?.microseconds ?? 0))
    for event in events { writer.put(canonical: EventFacts(event.event), event.body) }
    return writer.fingerprint
  }

  /// What the row's key stands for, in sixteen bytes.
  var fingerprint: [UInt8] { exportedFingerprint ?? fingerprint(of: events) }

  /// What releases before decision 0031 recorded instead; `nil` if they recorded the same.
  private var roundedFingerprint: [UInt8]? {
    guard exportedFingerprint == nil else { return nil }
    let bodies = events.map(\.body.withRoundedNumbers)
    guard bodies.contains(where: { $0 != nil }) else { return nil }
    return fingerprint(of: zip(events, bodies).map { NewEvent($0.event, $1 ?? $0.body) })
  }

  private func fingerprint(of events: [NewConversationEvent]) -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    for event in events { writer.put(canonical: EventFacts(event.event), event.body) }
    return writer.fingerprint
  }

  /// Whether an event that was recorded under the row's key is the row.
  ///
  /// - Parameters:
  ///   - header: The event's header.
  ///   - body: Its body; `nil` if that was erased, and then the time alone is compared.
  /// - Returns: Whether words and time are the same.
  func isRecorded(as header: RecordHeader, _ body: EventBody?) -> Bool {
    guard happened(asIn: header) else { return false }
    guard let body else { return true }
    if exportedFingerprint != nil, events.first?.isSame(as: header.facts, body) != true {
      return false
    }
    return body.fingerprint == fingerprint
      || body.fingerprint != nil && body.fingerprint == roundedFingerprint
  }

  /// Whether the event at the row's place is the row.
  ///
  /// - Parameters:
  ///   - header: The event's header.
  ///   - body: Its body; `nil` if that was erased.
  /// - Returns: Whether words and time are the same.
  func isPlaced(as header: RecordHeader, _ body: EventBody?) -> Bool {
    happened(asIn: header) && events.first?.isSame(as: header.facts, body) == true
  }

  /// Whether a recorded event has the row's time, as an export writes it: of imported history what
  /// the source claims, of all else the ledger's clock.
  private func happened(asIn header: RecordHeader) -> Bool {
    let time = header.isImported ? header.occurredAt : header.shownAt
    return time.map { Timestamp(microseconds: $0).nearestWritable } == occurredAt?.nearestWritable
  }
}
