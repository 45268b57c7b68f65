import ConversationCoding
import Conversations
import EventStore
import Projections

/// The conversation a command is addressed to, and those that follow it because it expired (R21).
struct ConversationLine {
  /// The one that is addressed.
  let addressed: Head
  /// Where those that follow it begin, in their order; empty unless a visitor writes.
  let followers: [UInt64]
  /// The last of the line: the one the command is decided in.
  let newest: Head
  /// Whether the command is a message of the line's visitor.
  let isOfVisitor: Bool

  /// Whether the command is decided in another conversation than the one that is addressed.
  var isLedOn: Bool { newest.start != addressed.start }

  /// The key that an event in another conversation than the addressed one bears.
  ///
  /// It names the addressed conversation: the same key in another one is another key (R17).
  func successorKey(_ key: [UInt8]) -> [UInt8] {
    // A key may have 255 bytes already, so its hash stands for it.
    var writer = ByteWriter()
    writer.put(counted: key)
    return Array("after \(addressed.conversation) \(hexadecimal(writer.fingerprint))".utf8)
  }

  /// The key that the event bears if the command is decided in the newest of the line.
  func recordedKey(_ key: [UInt8]) -> [UInt8] { isLedOn ? successorKey(key) : key }
}

extension LedgerMachine {
  /// Where a command goes: a visitor's message to the newest conversation of the line, any other
  /// command to the one it names.
  mutating func line(
    of command: ConversationCommand,
    addressedTo head: Head,
  ) throws -> ConversationLine {
    guard case .post(as: .visitor(let author), _) = command.resolved(in: head.state),
      author == head.state.visitor
    else {
      return ConversationLine(addressed: head, followers: [], newest: head, isOfVisitor: false)
    }
    var followers: [UInt64] = []
    while let next = try state.successor(of: followers.last ?? head.start) {
      followers.append(next)
    }
    let newest = try followers.last.flatMap { try state.head(start: $0) } ?? head
    return ConversationLine(
      addressed: head,
      followers: followers,
      newest: newest,
      isOfVisitor: true,
    )
  }

  /// Where an event can be that bears a command's key: in the addressed conversation, and in those
  /// that a visitor's message was led on to.
  func places(of key: [UInt8], in line: ConversationLine) -> [KeyPlace] {
    let own = KeyPlace(.conversation(start: line.addressed.start), key)
    guard !line.followers.isEmpty else { return [own] }
    let ledOn = line.successorKey(key)
    return [own] + line.followers.reversed().map { KeyPlace(.conversation(start: $0), ledOn) }
  }

  /// The first answer to a visitor's message that began a successor when it came before.
  mutating func answerOfSuccessor(
    to request: ConversationRequest,
    _ line: ConversationLine,
    _ asked: AskedContent,
  ) throws -> LedgerAnswer? {
    guard line.isOfVisitor, let key = request.idempotencyKey else { return nil }
    let head = line.addressed.state
    let ledOn = line.successorKey(Array(key.utf8))
    var asked = asked
    if let origin = state.registry.deployments[head.deployment]?.bot {
      // Earlier releases recorded what the start and the message said.
      let started = ConversationEvent.started(
        bot: origin,
        deployment: head.deployment,
        visitor: head.visitor,
      )
      let events = [NewEvent(started), firstMessage(of: request, head)]
      asked.earlier = { _ in
        var writer = ByteWriter()
        for event in events { writer.put(canonical: EventFacts(event.event), event.body) }
        return writer.fingerprint
      }
    }
    return try answer(to: KeyPlace(.start(head.deployment, head.visitor), ledOn), asked)
  }

  /// Starts the conversation that follows an expired one, with the visitor's message (R21).
  ///
  /// - Throws: `PastNeeded` if the command does not bring what the expired one leaves behind: it is
  ///   read off the writer, because its chain may be of any length (docs/decisions/0027).
  mutating func startSuccessor(
    in line: ConversationLine,
    _ request: ConversationRequest,
    _ terms: AppendTerms,
    _ batch: PendingBatch,
  ) throws -> LedgerAnswer {
    let expired = line.newest
    let (id, visitor) = (expired.state.deployment, expired.state.visitor)
    let deployment = try state.registry.deployment(id, toStartFor: visitor, by: request.caller)
    try state.registry.requireUnerased(visitor)
    let message = firstMessage(of: request, expired.state)
    try message.body.requireShortNames()
    guard let legacy = request.legacy, legacy.start == expired.start,
      legacy.through == expired.lastPosition
    else { throw PastNeeded.legacy(start: expired.start, through: expired.lastPosition) }
    let started = NewConversationEvent(
      .started(bot: deployment.bot, deployment: id, visitor: visitor),
      legacy.body,
    )
    var terms = terms
    terms.predecessor = expired.start
    if let key = request.idempotencyKey { terms.key = line.successorKey(Array(key.utf8)) }
    return try begin(request.successor, of: visitor, with: [started, message], terms, batch)
  }

  private func firstMessage(
    of request: ConversationRequest,
    _ expired: Conversation,
  ) -> NewConversationEvent {
    NewEvent(.messagePosted(by: .visitor(expired.visitor)), request.command.body)
  }
}
