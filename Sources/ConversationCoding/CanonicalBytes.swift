package import Conversations

extension ByteWriter {
  /// The facts and the body of an event, the same for the same content on every machine.
  package mutating func put(canonical facts: EventFacts, _ body: EventBody) {
    var body = body
    body.fingerprint = nil
    put(UInt32(facts.type))
    put(byte: facts.authorKind)
    put(byte: facts.detail)
    put(facts.isPositionOfLog ? 0 : facts.number)
    put(facts.parties.first)
    put(facts.parties.second)
    put(facts.parties.third)
    put(tag: 0) { body.write(to: &$0) }
  }

  /// What a command says, the same for the same content on every machine (R17).
  package mutating func put(canonical command: ConversationCommand) {
    switch command {
    case .post(let author, let body): put(1, .messagePosted(by: author), body)
    case .note(let author, let body): put(2, .notePosted(by: author), body)
    case .setVariables(let author, let body): put(3, .variablesSet(by: author), body)
    case .handOver(let command):
      let from = command.source ?? BotID(0)
      let module = command.landingModule
      put(4, .handedOver(from: from, to: command.destination, module: module), command.body)
    case .requestAgent(let author, let method, let body):
      put(method == nil ? 9 : 5, .agentRequested(by: author, method: method ?? .chatAPI), body)
    case .takeOver(let agent, let body): put(6, .agentTookOver(agent), body)
    case .handBack(let agent, let body):
      put(7, .agentHandedBack(agent, to: BotID(0), since: 0), body)
    case .end(let author, let body): put(8, .ended(by: author), body)
    }
  }

  private mutating func put(_ kind: UInt8, _ event: ConversationEvent, _ body: EventBody) {
    put(byte: kind)
    put(canonical: EventFacts(event), body)
  }
}
