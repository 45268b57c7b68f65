package import Conversations

/// What a record's clear header says of its event: enough to place it without opening the body.
///
/// The meaning of each field by type is the table in docs/events.md.
package struct EventFacts: Hashable, Sendable {
  /// The number of the event type.
  package var type: UInt16
  /// The version of the type's schema.
  package var schemaVersion: UInt16
  /// The kind of the author.
  package var authorKind: UInt8 = 0
  /// A small code: the refusal, or the way to an agent.
  package var detail: UInt8 = 0
  /// A number: the module, or a log position.
  package var number: UInt64 = 0
  /// Up to three identifiers; zero where there is none.
  package var parties = Parties()

  /// Three identifiers without their kinds.
  package struct Parties: Hashable, Sendable {
    package var first: UInt128 = 0
    package var second: UInt128 = 0
    package var third: UInt128 = 0

    package init(_ first: UInt128 = 0, _ second: UInt128 = 0, _ third: UInt128 = 0) {
      self.first = first
      self.second = second
      self.third = third
    }
  }

  /// Facts as they were read from a record.
  package init(type: UInt16, schemaVersion: UInt16) {
    self.type = type
    self.schemaVersion = schemaVersion
  }

  init(_ type: EventType) {
    self.init(type: type.rawValue, schemaVersion: type.schemaVersion)
  }

  init(_ type: EventType, by author: Author) {
    self.init(type)
    set(author)
  }

  /// Whether the number is a position of the log, which another ledger with the same history has
  /// elsewhere.
  var isPositionOfLog: Bool {
    knownType == .agentHandedBack || knownType == .conversationStarted
  }

  /// The position of the first event of the conversation that this start follows, because that one
  /// had expired (docs/decisions/0027); `nil` if it follows none, or the event is no start.
  package var predecessor: UInt64? {
    get { knownType == .conversationStarted && number > 0 ? number : nil }
    set { if knownType == .conversationStarted { number = newValue ?? 0 } }
  }

  /// Whether two events say the same, wherever in whichever log they stand.
  package func saysTheSame(as other: EventFacts) -> Bool {
    guard isPositionOfLog else { return self == other }
    var other = other
    other.number = number
    return self == other
  }

  /// The type, if this version knows it and its schema.
  var knownType: EventType? {
    guard let type = EventType(rawValue: type),
      (1...type.schemaVersion).contains(schemaVersion)
    else {
      return nil
    }
    return type
  }

  mutating func set(_ author: Author) {
    authorKind = author.kind.rawValue
    switch author {
    case .visitor(let visitor): parties.first = visitor.value
    case .bot(let bot): parties.first = bot.value
    case .agent(let agent): parties.first = agent.value
    case .staff, .source: break
    }
  }

  /// The author; a kind this version does not know counts as the source.
  package var author: Author {
    switch AuthorKind(rawValue: authorKind) {
    case .visitor: .visitor(VisitorID(parties.first))
    case .bot: .bot(BotID(parties.first))
    case .agent: .agent(AgentID(parties.first))
    case .staff: .staff
    case .source, .some(.none), nil: .source
    }
  }
}
