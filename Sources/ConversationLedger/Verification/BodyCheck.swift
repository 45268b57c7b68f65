import ConversationCoding
import Conversations
import EventStore

/// Opens the sealed bodies of a span: each is what was sealed with the header before it, or its key
/// was destroyed.
struct BodyCheck: Sendable {
  private(set) var tally = CheckTally(.body)
  /// The bodies whose key was destroyed.
  private(set) var erased: UInt64 = 0

  /// Opens the bodies of a span; a record that cannot be read is another check's finding.
  init(_ span: LogSpan, _ log: EventLog, _ keys: KeyRing) {
    var next = span.first
    while next <= span.last {
      do {
        try log.forEachRecord(from: next, through: span.last) { record in
          next = record.header.position + 1
          open(record, keys)
        }
      } catch {
        next = max(next, (error as? DamagedRecord)?.position ?? next) + 1
      }
    }
  }

  private mutating func open(_ record: Record, _ keys: KeyRing) {
    guard record.header.sealedLength > 0 else { return }
    tally.checked += 1
    do {
      guard let bytes = try keys.open(record) else {
        erased += 1
        return
      }
      _ = try EventBody(decoding: bytes)
    } catch let error as CodingError {
      tally.fail(at: record.header.position, "the body is malformed: expected \(error.expected)")
    } catch let damage as DamagedRecord {
      tally.fail(at: record.header.position, damage.reason)
    } catch {
      tally.fail(at: record.header.position, "\(error)")
    }
  }

  /// Takes in what another processor found.
  mutating func join(_ other: BodyCheck) {
    tally.join(other.tally)
    erased += other.erased
    tally.note = "\(erased) were erased"
  }

  /// Nothing opened yet.
  init() {}
}
