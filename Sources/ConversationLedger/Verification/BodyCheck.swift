import ConversationCoding
import Conversations
import EventStore

/// Opens the sealed bodies of a span: each is what was sealed with the header before it, or the log
/// says why its key is not there.
struct BodyCheck: Sendable {
  private(set) var tally = CheckTally(.body)
  /// The slots whose keys are missing: how many bodies they seal, and where the first one is.
  private var missing: [UInt64: (count: UInt64, first: UInt64)] = [:]
  /// The bodies whose key is missing for a reason.
  private var explained: [MissingKeys.Reason: UInt64] = [:]
  /// Why it is not known what explains them.
  private var unexplained: String?

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
      guard let bytes = try keys.open(record) else { return note(record.header) }
      _ = try EventBody(decoding: bytes)
    } catch let error as CodingError {
      tally.fail(at: record.header.position, "the body is malformed: expected \(error.expected)")
    } catch let damage as DamagedRecord {
      tally.fail(at: record.header.position, damage.reason)
    } catch {
      tally.fail(at: record.header.position, "\(error)")
    }
  }

  private mutating func note(_ header: RecordHeader) {
    missing[header.keySlot, default: (0, header.position)].count += 1
  }

  /// Takes in what another processor found in a later span.
  mutating func join(_ other: BodyCheck) {
    tally.join(other.tally)
    missing.merge(other.missing) { ($0.count + $1.count, min($0.first, $1.first)) }
  }

  /// Holds the keys that are missing against what explains them.
  mutating func explain(by known: () -> MissingKeys) {
    if !missing.isEmpty {
      let known = known()
      if let unknown = known.unknown { unexplained = unknown }
      for (slot, bodies) in missing.sorted(by: { $0.value.first < $1.value.first }) {
        if let reason = known.reason(ofSlot: slot) {
          explained[reason, default: 0] += bodies.count
        } else {
          tally.fail(
            at: bodies.first,
            "the key of slot \(slot) is missing, and no erasure in the log explains it; it seals "
              + "\(bodies.count) bodies, this one first",
          )
        }
      }
    }
    tally.note = "\(explained[.erased] ?? 0) were erased"
  }

  /// The bodies that could not be opened, a sentence for each reason.
  var unopened: [String] {
    let sentences = MissingKeys.Reason.allCases.compactMap { reason in
      explained[reason].map { "the words of \($0) events, whose keys \(reason.words)" }
    }
    return sentences + [unexplained].compactMap { $0 }
  }

  /// Nothing opened yet.
  init() {}
}

extension MissingKeys.Reason {
  /// What became of the keys.
  fileprivate var words: String {
    switch self {
    case .erased: "were destroyed"
    case .accepted: "were missing when somebody went on without them, as the log says"
    case .leftOut: "were left out when the ledger was restored"
    }
  }
}
