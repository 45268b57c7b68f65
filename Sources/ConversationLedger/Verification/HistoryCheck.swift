import ConversationCoding
import Conversations
import EventStore
import Projections

/// Walks the log once and follows every conversation: its events form one chain, and the rules
/// could have given each of them.
///
/// Memory is that of the conversations that have not ended; an ended one is folded again from its
/// chain if something still happens to it.
struct HistoryCheck {
  private(set) var chain = CheckTally(.chain)
  private(set) var rules = CheckTally(.rules)

  private let log: EventLog
  private let keys: KeyRing
  private var replay: RuleReplay
  private var tails: [UInt128: StreamTail] = [:]
  private var lastRecordedAt = Int64.min
  /// Whether an event of the administration could not be read, so that later rules are unknown.
  private var isRegistryLost = false
  /// The events whose conversation or registry could not be followed from the beginning.
  private var unjudged: UInt64 = 0
  private var imported: UInt64 = 0

  init(_ log: EventLog, _ keys: KeyRing, _ rules: Rules) {
    self.log = log
    self.keys = keys
    replay = RuleReplay(rules: rules)
  }

  /// Walks over the log; a record that cannot be read is another check's finding.
  ///
  /// - Parameters:
  ///   - end: The last position to read.
  ///   - head: The log's head, whose time is no less than the last record's.
  ///   - progress: Hears the position reached.
  mutating func run(through end: UInt64, of head: LogHead, progress: (UInt64) -> Void) {
    var next: UInt64 = 1
    while next <= end {
      do {
        try log.forEachKeyedHeader(from: next, through: end) { header, _ in
          next = header.position + 1
          take(header)
          if header.position.isMultiple(of: 16_384) { progress(header.position) }
        }
      } catch {
        next = max(next, (error as? DamagedRecord)?.position ?? next) + 1
      }
    }
    if head.position > 0, head.recordedAt < lastRecordedAt {
      rules.fail(at: head.position, "the head's time is before the last record's")
    }
    var notes = ["\(imported) imported events are exempt"]
    if unjudged > 0 { notes.append("\(unjudged) events stand behind a gap and were not judged") }
    rules.note = notes.joined(separator: "; ")
  }

  private mutating func take(_ header: RecordHeader) {
    if header.recordedAt < lastRecordedAt {
      rules.fail(at: header.position, "it is recorded at an earlier time than the event before it")
    }
    lastRecordedAt = max(lastRecordedAt, header.recordedAt)
    let isFollowed = follow(header)
    header.stream == administrationStream ? judgeRegistry(header) : judge(header, isFollowed)
    if case .ended = header.facts.conversationEvent, header.stream != administrationStream {
      tails[header.stream] = nil
      replay.forget(ConversationID(header.stream))
    }
  }

  /// Compares an event with the end of its stream; says whether all before it was seen.
  private mutating func follow(_ header: RecordHeader) -> Bool {
    chain.checked += 1
    let known = tails[header.stream] ?? recalled(header)
    let breaks = StreamTail.breach(of: header, behind: known)
    if let breaks { chain.fail(at: header.position, breaks) }
    let isWhole = breaks == nil && known?.isWhole != false
    tails[header.stream] = StreamTail(header, isWhole: isWhole)
    return isWhole
  }

  /// The end of an ended conversation's stream, with the conversation as it was there.
  private mutating func recalled(_ header: RecordHeader) -> StreamTail? {
    guard header.stream != administrationStream, header.previous > 0,
      header.previous < header.position,
      let records = try? log.records(ofStreamEndingAt: header.previous, through: header.previous),
      records.allSatisfy({ $0.header.stream == header.stream }),
      let first = records.first, let last = records.last,
      var known = ReplayedConversation(startingWith: HistoryFact(first.header))
    else { return nil }
    for record in records.dropFirst() { known.evolve(HistoryFact(record.header)) }
    replay.recall(ConversationID(header.stream), as: known)
    return StreamTail(last.header, isWhole: true)
  }

  private mutating func judge(_ header: RecordHeader, _ isFollowed: Bool) {
    if header.isImported { imported += 1 } else { rules.checked += 1 }
    let fact = HistoryFact(header)
    let judgement = replay.take(fact)
    guard case .impossible(let breach) = judgement else { return }
    guard isFollowed, !isRegistryLost else { return unjudged += 1 }
    fail(header, breach)
  }

  private mutating func judgeRegistry(_ header: RecordHeader) {
    rules.checked += 1
    do {
      if let breach = try replay.take(administration: header, log, keys) { fail(header, breach) }
    } catch {
      // A body that cannot be opened is named by the check of bodies.
      isRegistryLost = true
      unjudged += 1
    }
  }

  private mutating func fail(_ header: RecordHeader, _ breach: RuleBreach) {
    let type = EventType.name(of: header.type)
    rules.fail(
      at: header.position,
      "the rules could not have given this \(type) (\(breach.code)): \(breach.sentence)",
    )
  }
}

/// Where the stream of a conversation, or of the administration, has come to.
private struct StreamTail {
  let start: UInt64
  let last: UInt64
  let count: UInt32
  /// Whether all its events were seen.
  let isWhole: Bool

  init(_ header: RecordHeader, isWhole: Bool) {
    start = header.stream == administrationStream ? 0 : header.streamStart
    last = header.position
    count = header.streamPosition
    self.isWhole = isWhole
  }

  /// Why an event does not go on from the end of its stream; `nil` if it does.
  static func breach(of header: RecordHeader, behind tail: StreamTail?) -> String? {
    let isAdministration = header.stream == administrationStream
    guard let tail else {
      guard header.streamPosition == 1, header.previous == 0 else {
        return "the event before it in its conversation, position \(header.previous), is not there"
      }
      return header.streamStart == header.position
        ? nil : "it is the first of its stream and names another, position \(header.streamStart)"
    }
    guard header.previous == tail.last else {
      return "it names position \(header.previous) as the event before it, not \(tail.last)"
    }
    guard header.streamPosition == tail.count &+ 1, header.streamPosition > 1 else {
      return "it is number \(header.streamPosition) of its stream, behind number \(tail.count)"
    }
    let start = isAdministration ? 0 : tail.start
    return header.streamStart == start
      ? nil : "it names position \(header.streamStart) as its stream's beginning, not \(start)"
  }
}
