import ConversationCoding
import Conversations
import Testing

@Suite
struct `The facts of an unknown event` {
  @Test(arguments: EventType.allCases)
  func `that stayed unknown stay so when they are written again (R22)`(type: EventType) {
    let event = ConversationEvent.unknown(type: type.rawValue)
    #expect(EventFacts(event).conversationEvent == event)
    let registryEvent = RegistryEvent.unknown(type: type.rawValue)
    #expect(EventFacts(registryEvent).registryEvent == registryEvent)
  }
}

@Suite
struct `The canonical bytes of a body` {
  @Test
  func `are without the fingerprint of the body (R17)`() {
    var body = EventBody(text: "Hello")
    let plain = EventFacts(.messagePosted(by: .staff)).canonicalBytes(body)
    body.fingerprint = Array(0..<16)
    #expect(EventFacts(.messagePosted(by: .staff)).canonicalBytes(body) == plain)
    #expect(
      ConversationCommand.post(as: .staff, body).canonicalBytes
        == ConversationCommand.post(as: .staff, EventBody(text: "Hello")).canonicalBytes
    )
  }
}

@Suite
struct `A JSON value nested too deep` {
  @Test
  func `of 513 levels is refused though the last one is empty`() {
    let lists = Array(repeating: [6, 0, 0, 0, 1] as [UInt8], count: 512).flatMap { $0 }
    #expect(throws: CodingError.self) {
      try EventBody(decoding: field(3, lists + [6, 0, 0, 0, 0]))
    }
  }
}
