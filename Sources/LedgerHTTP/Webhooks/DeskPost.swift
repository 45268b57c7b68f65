import ConversationLedger
import Conversations

/// What an agent desk is told of one event, in the dialect it speaks (docs/decisions/0004).
struct DeskPost: Hashable, Sendable {
  /// Which of the desk's two addresses it goes to.
  let kind: Kind
  /// The log position of the event: what the desk tells repeated posts by.
  let position: UInt64
  /// The JSON body.
  let body: [UInt8]

  /// What a post is about.
  enum Kind: Hashable, Sendable {
    /// A visitor is to be helped by an agent.
    case claim
    /// A visitor or a bot wrote.
    case message
  }

  /// Makes the post of an event; `nil` if the desk is not told of it.
  ///
  /// History that was imported is not told, and agents' words are not sent back to the desk they
  /// came from.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - ledger: Knows what was said before a claim.
  /// - Throws: `LedgerError` if the conversation cannot be read.
  init?(_ event: PlacedEvent, in ledger: Ledger) throws {
    let recorded = event.recorded
    guard !recorded.isImported, let conversation = recorded.conversation,
      let visitor = event.visitor
    else { return nil }
    let value: JSONValue
    switch recorded.event {
    case .agentRequested(.bot(let bot), _):
      kind = .claim
      let past = try ledger.events(of: conversation, asOf: .position(recorded.position)).events
      value = Self.claim(past, conversation, visitor, bot)
    case .messagePosted(.visitor):
      kind = .message
      value = Self.message("user", ["message": Self.clientMessage(recorded, visitor)])
    case .messagePosted(.bot):
      kind = .message
      let body = recorded.body ?? EventBody(text: Transcript.erasedText)
      value = .object(["interlocutor": .string("bot"), "data": DialectMessage.shape(of: body)])
    default: return nil
    }
    position = recorded.position
    body = try JSONText.bytes(of: value)
  }

  private static func message(_ interlocutor: String, _ data: JSONObject) -> JSONValue {
    .object(["interlocutor": .string(interlocutor), "data": .object(data)])
  }

  /// A visitor's message as a client of the platform sends it.
  private static func clientMessage(_ event: RecordedEvent, _ visitor: VisitorID) -> JSONValue {
    let body = event.body
    let action = JSONValue.object([
      "type": .string("text"),
      "text": .string(body.map { $0.text ?? "" } ?? Transcript.erasedText),
    ])
    return .object([
      "from": .string("human"),
      "user_profile": .object([:]),
      "ref": .null,
      "user_id": .string(visitor.dialectUser),
      "timestamp": .integer(event.recordedAt.microseconds / 1_000_000),
      "attachments": .array(body?.attachment.map { [$0] } ?? []),
      "id": .string("\(event.position)"),
      "actions": .array([action]),
    ])
  }

  /// The body that claims an agent; roles are turned round there: `to` is the user.
  private static func claim(
    _ past: [RecordedEvent],
    _ conversation: ConversationID,
    _ visitor: VisitorID,
    _ bot: BotID,
  ) -> JSONValue {
    var variables: JSONObject = [:]
    var (reply, module) = ("", "")
    for event in past {
      for (name, value) in event.body?.variables ?? [:] { variables[name] = value }
      switch event.event {
      case .messagePosted(.visitor): reply = event.body?.text ?? ""
      case .handedOver(_, _, let landing): module = landing?.description ?? ""
      default: break
      }
    }
    let texts = [
      "attachedMedia": "", "reply": reply, "botId": bot.description, "direction": "out",
      "lastName": "", "sessionId": conversation.description, "from": "token", "firstName": "",
      "to": visitor.dialectUser, "replyData": "", "moduleId": module, "botTrainedModelId": "",
    ]
    var claim = JSONObject(texts.map { ($0.key, .string($0.value)) })
    claim["extractedData"] = .object([:])
    claim["customVariables"] = .object(variables)
    return .object(claim)
  }
}
