import ConversationCoding
import Conversations

extension Head {
  /// Appends the head in the form the views keep.
  func write(to writer: inout ByteWriter) {
    writer.put(conversation.value)
    writer.put(start)
    writer.put(state.deployment.value)
    writer.put(state.visitor.value)
    write(state.control, to: &writer)
    writer.put(state.controlSince)
    writer.put(state.handoversSinceVisitor)
    writer.put(byte: flags)
    writer.put(byte: lastMessageBy.rawValue)
    for number in [keySlot, lastPosition, lastMessagePosition, because] { writer.put(number) }
    for time in [startedAt, lastActivityAt, lastMessageAt] {
      writer.put(UInt64(bitPattern: time))
    }
    writer.put(messages)
    writer.put(streamPosition)
    writer.put(UInt32(path.count))
    for bot in path { writer.put(bot.value) }
  }

  private var flags: UInt8 {
    (state.isEnded ? 1 : 0) | (isImported ? 2 : 0) | (hadAgent ? 4 : 0) | (state.isErased ? 8 : 0)
  }

  /// One byte for the control, one for the way to an agent, sixteen for the agent.
  private func write(_ control: Conversation.Control, to writer: inout ByteWriter) {
    switch control {
    case .bot:
      writer.put(byte: 0)
      writer.put(byte: 0)
      writer.put(UInt128(0))
    case .agentRequested(let method):
      writer.put(byte: 1)
      writer.put(byte: method.rawValue)
      writer.put(UInt128(0))
    case .agent(let agent):
      writer.put(byte: 2)
      writer.put(byte: 0)
      writer.put(agent.value)
    }
  }

  /// Reads the form the views keep.
  init(decoding bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    let conversation = ConversationID(try reader.identifier())
    let start = try reader.longNumber()
    let deployment = DeploymentID(try reader.identifier())
    let visitor = VisitorID(try reader.identifier())
    let control = try reader.control()
    let controlSince = try reader.longNumber()
    let handoversSinceVisitor = try reader.number()
    let flags = try reader.byte()
    let lastMessageBy = AuthorKind(rawValue: try reader.byte()) ?? .none
    let keySlot = try reader.longNumber()
    let positions = (try reader.longNumber(), try reader.longNumber(), try reader.longNumber())
    let times = (try reader.time(), try reader.time(), try reader.time())
    let counts = (try reader.number(), try reader.number())
    let path = try (0..<(try reader.number())).map { _ in BotID(try reader.identifier()) }
    guard let origin = path.first, let holder = path.last else {
      throw CodingError(expected: "a path of at least one bot")
    }
    let state = Conversation(
      restoring: (origin, deployment, visitor),
      holder: holder,
      control: control,
      controlSince: controlSince,
      handoversSinceVisitor: handoversSinceVisitor,
      isEnded: flags & 1 != 0,
      isErased: flags & 8 != 0,
    )
    self.init(
      conversation: conversation,
      start: start,
      state: state,
      keySlot: keySlot,
      isImported: flags & 2 != 0,
      hadAgent: flags & 4 != 0,
      times: (times.0, times.1, times.2),
      path: path,
      counts: (counts.0, counts.1),
      positions: (positions.0, positions.1, positions.2),
      lastMessageBy: lastMessageBy,
    )
  }
}

extension ByteReader {
  /// Sixteen bytes as an identifier.
  mutating func identifier() throws(CodingError) -> UInt128 {
    let high = try longNumber()
    return UInt128(high) << 64 | UInt128(try longNumber())
  }

  fileprivate mutating func time() throws(CodingError) -> Int64 {
    Int64(bitPattern: try longNumber())
  }

  fileprivate mutating func control() throws(CodingError) -> Conversation.Control {
    let kind = try byte()
    let method = AgentMethod(rawValue: try byte())
    let agent = AgentID(try identifier())
    switch (kind, method) {
    case (0, _): return .bot
    case (1, .some(let method)): return .agentRequested(method)
    case (2, _): return .agent(agent)
    default: throw CodingError(expected: "a control from 0 to 2")
    }
  }
}
