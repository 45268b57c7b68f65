import ConversationLedger
import Conversations
import Foundation

extension JSONLine {
  /// Writes an event of a conversation down; `nil` for an event of the registry.
  init?(_ recorded: RecordedEvent) {
    guard let event = recorded.event, let conversation = recorded.conversation else { return nil }
    self.init(type: recorded.type)
    self.conversation = conversation.description
    id = "@\(recorded.streamPosition)"
    at = recorded.shownAt.text
    if recorded.isImported, recorded.occurredAt == nil { at = nil }
    set(recorded.body)
    set(event, recorded.body)
    setKey(recorded)
  }

  /// Writes the idempotency key down; one that only says the place, because an import gave it,
  /// says nothing new.
  private mutating func setKey(_ recorded: RecordedEvent) {
    guard recorded.idempotencyKey != id else { return }
    key = recorded.idempotencyKey
    fingerprint = recorded.body?.fingerprint.map(\.hexadecimal)
  }

  private mutating func set(_ body: EventBody?) {
    guard let body else { return }
    text = body.text
    quickReplies = body.quickReplies.isEmpty ? nil : body.quickReplies
    card = body.card
    attachment = body.attachment
    variables = body.variables.isEmpty ? nil : body.variables
    reason = body.reason
    name = body.name
    externalId = body.externalID
    source = body.source
    raw = body.raw.map { Data($0).base64EncodedString() }
  }

  private mutating func set(_ event: ConversationEvent, _ body: EventBody?) {
    switch event {
    case .started(let bot, let deployment, let visitor):
      self.bot = bot.description
      self.deployment = deployment.description
      self.visitor = Party(.visitor(visitor), body, kind: nil)
    case .messagePosted(let author), .notePosted(let author), .variablesSet(let author),
      .ended(let author), .transcriptRead(let author), .requestRepeated(let author):
      self.author = Party(author, body)
    case .handedOver(let from, let to, let module):
      self.from = from.description
      self.to = to.description
      self.module = module?.number
      if body?.authorName != nil || body?.authorID != nil { author = Party(.bot(from), body) }
    case .handoverRefused(let code, let destination, let module):
      self.code = code.name
      to = destination?.description
      self.module = module?.number
    case .agentRequested(let author, let method):
      self.author = Party(author, body)
      self.method = method.name
    case .agentTookOver(let agent): self.agent = Party(.agent(agent), body, kind: nil)
    case .agentHandedBack(let agent, let bot, let since):
      self.agent = Party(.agent(agent), body, kind: nil)
      to = bot.description
      self.since = since
    case .visitorErased(let visitor): self.visitor = Party(.visitor(visitor), body, kind: nil)
    case .sourceTruncated, .foreign, .unknown: break
    }
  }
}

extension JSONLine.Party {
  init(_ author: Author, _ body: EventBody?) { self.init(author, body, kind: author.kind.name) }

  init(_ author: Author, _ body: EventBody?, kind: String?) {
    self.kind = kind
    name = body?.authorName
    account = body?.authorID
    id =
      switch author {
      case .visitor(let visitor): visitor.description
      case .bot(let bot): bot.description
      case .agent(let agent): agent.description
      case .staff, .source: nil
      }
  }
}

extension [UInt8] {
  /// The bytes in hexadecimal digits.
  var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
