/// What is erased: the words of a person, of one conversation, or of all that are old enough.
public enum ErasureSubject: Hashable, Sendable {
  /// Every conversation of a visitor; the visitor cannot begin another one.
  case visitor(VisitorID)
  /// One conversation; its visitor may begin others.
  case conversation(ConversationID)
  /// Conversations without activity since a moment, of all bots or of those in one inbox.
  case retention(inboxOf: BotID?)

  /// The word of the command line and the JSON shapes.
  public var scope: String {
    switch self {
    case .visitor: "visitor"
    case .conversation: "conversation"
    case .retention: "retention"
    }
  }
}

/// An order to make words unreadable.
public struct ErasureOrder: Hashable, Sendable {
  /// Whose words.
  public var subject: ErasureSubject
  /// The conversations it reaches.
  public var conversations: [ConversationID]
  /// Of a retention rule: the moment before which their last activity lies.
  public var inactiveSince: Timestamp?
  /// Who gave it.
  public var orderedBy: String?
  /// Why: the request, the rule, the law.
  public var ground: String
  /// A hash of the name the subject was called by; what bore the name itself is erased.
  public var nameFingerprint: [UInt8]?

  /// Describes an order.
  public init(
    _ subject: ErasureSubject,
    of conversations: [ConversationID] = [],
    by orderedBy: String? = nil,
    ground: String,
  ) {
    self.subject = subject
    self.conversations = conversations
    self.orderedBy = orderedBy
    self.ground = ground
  }
}

extension ErasureOrder {
  /// The most conversations of one order: their identifiers fill three quarters of a body.
  public static let conversationLimit = 196_608
  /// The most bytes of the ground, and of the name of who orders.
  ///
  /// Both stand again in each conversation that is erased.
  public static let textByteCountLimit = 4_096

  /// The body of the order's event.
  public var body: EventBody {
    var body = note
    body.amount = inactiveSince?.microseconds
    body.fingerprint = nameFingerprint
    body.raw = conversations.flatMap { id in
      [id.high, id.low].flatMap { half in
        (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
      }
    }
    return body
  }

  /// Who and why, as the order and each erased conversation bear it.
  public var note: EventBody {
    var body = EventBody()
    body.authorID = orderedBy
    body.reason = ground
    body.name = subject.scope
    return body
  }

  /// Reads an order from its event.
  public init(_ subject: ErasureSubject, _ body: EventBody) {
    self.init(
      subject,
      of: body.erasedConversations,
      by: body.authorID,
      ground: body.reason ?? "",
    )
    inactiveSince = body.amount.map(Timestamp.init(microseconds:))
    nameFingerprint = body.fingerprint
  }
}

extension EventBody {
  /// The conversations an order of erasure reaches.
  var erasedConversations: [ConversationID] {
    let bytes = raw ?? []
    return stride(from: 0, through: bytes.count - 16, by: 16).map { start in
      ConversationID(bytes[start..<start + 16].reduce(0) { $0 << 8 | UInt128($1) })
    }
  }
}

/// What is known of erasures: what the rules look up, and what has to be finished.
public struct Erasures: Hashable, Sendable {
  /// The visitors who were erased: none of them begins another conversation.
  public internal(set) var visitors: Set<VisitorID> = []
  /// The orders that are not finished, by the log positions of their events.
  public internal(set) var open: [UInt64: Set<ConversationID>] = [:]
  /// The log position of the newest order; zero if there is none.
  public internal(set) var newest: UInt64 = 0

  /// No erasures.
  public init() {}

  /// Whether an order that is not finished reaches a conversation.
  public func reach(_ conversation: ConversationID) -> Bool {
    open.values.contains { $0.contains(conversation) }
  }
}

extension Registry {
  /// Takes in an order.
  mutating func order(_ subject: ErasureSubject, _ body: EventBody, at position: UInt64) {
    if case .visitor(let visitor) = subject { erasures.visitors.insert(visitor) }
    erasures.open[position] = Set(body.erasedConversations)
    erasures.newest = max(erasures.newest, position)
  }

  /// Decides on an order.
  func order(
    _ order: ErasureOrder,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: nil)
    guard order.ground.contains(where: { !$0.isWhitespace }) else {
      throw Refusal(.malformedBody, "an erasure needs a ground: the request, the rule, the law")
    }
    let length = max(order.ground.utf8.count, order.orderedBy?.utf8.count ?? 0)
    guard length <= ErasureOrder.textByteCountLimit else {
      throw Refusal(
        .tooLarge,
        "\(length) bytes are more than the \(ErasureOrder.textByteCountLimit) a ground may have",
      )
    }
    guard order.conversations.count <= ErasureOrder.conversationLimit else {
      throw Refusal(
        .tooLarge,
        "\(order.conversations.count) conversations are more than the "
          + "\(ErasureOrder.conversationLimit) of one order; erase in several",
      )
    }
    return [NewEvent(.erasureOrdered(order.subject), order.body)]
  }

  /// Decides that an order was carried out; nothing if that is written down.
  func finishErasure(
    _ order: UInt64,
    _ keys: Int64,
    _ caller: Caller,
  ) throws(Refusal) -> [NewEvent<RegistryEvent>] {
    try requireAdministrator(caller, orOwner: nil)
    guard erasures.open[order] != nil else { return [] }
    var event = NewEvent(RegistryEvent.erasureFinished(order: order))
    event.body.amount = keys
    return [event]
  }

  /// Refuses what would add to a conversation whose words are erased, or are about to be.
  ///
  /// - Throws: `visitorErased`.
  public func requireUnerased(
    _ id: ConversationID,
    _ conversation: Conversation,
  ) throws(Refusal) {
    guard conversation.isErased || erasures.reach(id) else { return }
    throw Refusal(.visitorErased, "the conversation was erased; nothing can be added")
  }

  /// Refuses a new conversation of a visitor who was erased.
  ///
  /// - Throws: `visitorErased`.
  public func requireUnerased(_ visitor: VisitorID) throws(Refusal) {
    guard erasures.visitors.contains(visitor) else { return }
    throw Refusal(
      .visitorErased,
      "visitor \(visitor) was erased; who comes again needs another identifier",
    )
  }
}
