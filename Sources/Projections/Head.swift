import ConversationCoding
package import Conversations
package import EventStore

/// What is known of a conversation at a log position: facts and positions, no words.
package struct Head: Hashable, Sendable {
  /// The conversation.
  package let conversation: ConversationID
  /// The position of its first event; the conversation's number in every view.
  package let start: UInt64
  /// The state the rules look at.
  package private(set) var state: Conversation
  /// The slot of the key of its words.
  package let keySlot: UInt64
  /// Whether it was imported.
  package let isImported: Bool
  /// When it started, in microseconds since 1970.
  package let startedAt: Int64
  /// The bots that held it, in order: the origin, then each destination.
  package private(set) var path: [BotID]
  /// How many messages it has, agents' included.
  package private(set) var messages: UInt32 = 0
  /// The place of its last event in its stream.
  package private(set) var streamPosition: UInt32
  /// The position of its last event.
  package private(set) var lastPosition: UInt64
  /// The latest of the times of its events, in microseconds since 1970; it never goes back.
  package private(set) var lastActivityAt: Int64
  /// The position of its last message; zero if it has none.
  package private(set) var lastMessagePosition: UInt64 = 0
  /// The latest of the times of its messages; its start if it has none.
  package private(set) var lastMessageAt: Int64
  /// Who wrote its last message.
  package private(set) var lastMessageBy = AuthorKind.none
  /// The position of the event that put it in its holder's inbox.
  package private(set) var because: UInt64
  /// Whether an agent was ever in control.
  package private(set) var hadAgent = false

  /// Begins with the event that started the conversation; `nil` for any other.
  init?(startingWith header: RecordHeader) {
    let event = header.facts.conversationEvent
    guard case .started(let bot, let deployment, let visitor) = event else { return nil }
    conversation = ConversationID(header.stream)
    start = header.position
    state = Conversation(
      bot: bot,
      deployment: deployment,
      visitor: visitor,
      at: header.position,
    )
    keySlot = header.keySlot
    isImported = header.isImported
    startedAt = header.shownAt
    path = [bot]
    streamPosition = header.streamPosition
    lastPosition = header.position
    lastActivityAt = header.shownAt
    lastMessageAt = header.shownAt
    because = header.position
  }

  /// Takes in the next event; one that was taken in before changes nothing.
  package mutating func fold(_ header: RecordHeader) {
    guard header.position > lastPosition else { return }
    let event = header.facts.conversationEvent
    state.evolve(event, at: header.position)
    streamPosition = header.streamPosition
    lastPosition = header.position
    // A source can tell late what happened before.
    lastActivityAt = max(lastActivityAt, header.shownAt)
    switch event {
    case .messagePosted(let author): fold(messageBy: author.kind, header)
    case .handedOver(_, let destination, _):
      path.append(destination)
      because = header.position
    case .agentTookOver: hadAgent = true
    default: break
    }
  }

  private mutating func fold(messageBy author: AuthorKind, _ header: RecordHeader) {
    messages += 1
    lastMessagePosition = header.position
    lastMessageAt = max(lastMessageAt, header.shownAt)
    lastMessageBy = author
  }

  /// How often it was handed over.
  package var handovers: Int { path.count - 1 }
}

extension Head {
  /// Restores a head from its written form.
  init(
    conversation: ConversationID,
    start: UInt64,
    state: Conversation,
    keySlot: UInt64,
    isImported: Bool,
    hadAgent: Bool,
    times: (started: Int64, activity: Int64, message: Int64),
    path: [BotID],
    counts: (messages: UInt32, stream: UInt32),
    positions: (last: UInt64, message: UInt64, because: UInt64),
    lastMessageBy: AuthorKind,
  ) {
    self.conversation = conversation
    self.start = start
    self.state = state
    self.keySlot = keySlot
    self.isImported = isImported
    self.hadAgent = hadAgent
    startedAt = times.started
    lastActivityAt = times.activity
    lastMessageAt = times.message
    self.path = path
    messages = counts.messages
    streamPosition = counts.stream
    lastPosition = positions.last
    lastMessagePosition = positions.message
    because = positions.because
    self.lastMessageBy = lastMessageBy
  }
}
