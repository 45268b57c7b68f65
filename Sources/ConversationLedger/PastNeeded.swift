import ConversationCoding
import Conversations
import EventStore
import Projections

/// What the machine needs to know of the past and does not read itself, because a conversation may
/// be of any length and there is one writer: whoever proposed reads it and asks again.
enum PastNeeded: Error, Hashable {
  /// The first answer to a repeated command, from the event that bears its key.
  case answer(at: UInt64)
  /// What an expired conversation leaves to the one that follows it.
  case legacy(start: UInt64, through: UInt64)
  /// The past of an earlier command of the same proposal: this one was not applied, because order
  /// is kept.
  case ofCommandBefore
}

/// What an expired conversation leaves to the one that follows it (docs/decisions/0027): the
/// visitor's name and account, the identifier elsewhere, the variables.
///
/// Good for one position: what was added since would be missing.
struct Legacy: Sendable {
  /// The position of the expired conversation's first event.
  let start: UInt64
  /// The position of its last event.
  let through: UInt64
  /// What the successor's first event says.
  let body: EventBody
}

/// The most bytes of variables that go on into the next conversation.
///
/// A quarter of what an event may have, so that the successor can always begin. The ones that were
/// set last go on.
private let inheritedVariablesByteCountLimit = 1 << 20

extension Ledger {
  /// Reads what an expired conversation leaves behind; costs its whole chain.
  ///
  /// - Parameters:
  ///   - start: The position of its first event.
  ///   - last: The position of its last event.
  /// - Returns: What its successor begins with.
  /// - Throws: What reading the log throws.
  func legacy(start: UInt64, through last: UInt64) throws -> Legacy {
    let begun = try event(at: start).body
    var body = EventBody()
    body.authorID = begun?.authorID?.nonLonger(than: accountByteCountLimit)
    body.authorName = begun?.authorName.map { $0.cut(toBytes: nameByteCountLimit) }
    body.externalID = begun?.externalID?.nonLonger(than: externalIDByteCountLimit)
    body.variables = try variables(through: last)
    return Legacy(start: start, through: last, body: body)
  }

  /// The variables as they stand behind an event of a conversation, the ones set last first, as
  /// many as may go on.
  private func variables(through last: UInt64) throws -> JSONObject {
    var variables = JSONObject()
    var room = inheritedVariablesByteCountLimit
    for position in try log.chain(endingAt: last).reversed() {
      let record = try log.record(at: position)
      guard record.header.facts.conversationEvent.maySetVariables,
        let bytes = try keys.open(record)
      else { continue }
      for (name, value) in try EventBody(decoding: bytes).variables where variables[name] == nil {
        var single = EventBody()
        single.variables = [name: value]
        var writer = ByteWriter()
        single.write(to: &writer)
        guard writer.bytes.count <= room else { return variables }
        room -= writer.bytes.count
        variables[name] = value
      }
    }
    return variables
  }

  /// The answer that was given when an event was recorded, its conversation's state of then folded
  /// from the chain.
  func firstAnswer(at position: UInt64) throws -> LedgerAnswer {
    let record = try log.record(at: position)
    var state: Conversation?
    try log.forEachRecord(at: log.chain(endingAt: position)) { record in
      state.evolve(record.header.facts.conversationEvent, at: record.header.position)
    }
    let body = try keys.open(record).map(EventBody.init(decoding:))
    return .first(record.header, body, state.map(Standing.init))
  }
}

extension ConversationEvent {
  /// Whether the event's body can have variables.
  fileprivate var maySetVariables: Bool {
    switch self {
    case .started, .variablesSet, .handedOver, .agentRequested, .agentTookOver, .agentHandedBack,
      .ended:
      true
    case .messagePosted, .notePosted, .handoverRefused, .visitorErased, .sourceTruncated, .foreign,
      .transcriptRead, .requestRepeated, .unknown:
      false
    }
  }
}

extension String {
  /// The text, unless it is longer; an identifier that was cut would be another one.
  fileprivate func nonLonger(than limit: Int) -> String? { utf8.count <= limit ? self : nil }
}
