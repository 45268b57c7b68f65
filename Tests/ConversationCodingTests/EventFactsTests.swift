import ConversationCoding
import Conversations
import Testing

@Suite
struct `The facts of an event` {
  @Test
  func `give the event of a conversation back`() {
    let lost = Samples.conversationEvents.filter { EventFacts($0).conversationEvent != $0 }
    #expect(lost == [])
    #expect(Samples.conversationEvents.count > 180)
  }

  @Test
  func `give the event of the registry back`() {
    let lost = Samples.registryEvents.filter { EventFacts($0).registryEvent != $0 }
    #expect(lost == [])
  }

  @Test
  func `bear the type and its schema version`() {
    for event in Samples.conversationEvents {
      guard let type = event.type else { continue }
      #expect(EventFacts(event).type == type.rawValue)
      #expect(EventFacts(event).schemaVersion == type.schemaVersion)
      #expect(EventFacts(event).isOfConversation)
    }
    for event in Samples.registryEvents {
      guard let type = event.type else { continue }
      #expect(EventFacts(event).type == type.rawValue)
      #expect(EventFacts(event).schemaVersion == type.schemaVersion)
      #expect(!EventFacts(event).isOfConversation)
    }
  }

  @Test
  func `differ where the events differ`() {
    let facts = Samples.conversationEvents.map { EventFacts($0) }
    #expect(Set(facts).count == Set(Samples.conversationEvents).count)
    let registryFacts = Samples.registryEvents.map { EventFacts($0) }
    #expect(Set(registryFacts).count == Set(Samples.registryEvents).count)
  }

  @Test
  func `of a handover name the bot before as the author, and the one after (R2)`() {
    let facts = EventFacts(.handedOver(from: BotID(1), to: BotID(2), module: ModuleID(3)))
    #expect(facts.author == .bot(BotID(1)))
    #expect(facts.parties == EventFacts.Parties(1, 2, 0))
    #expect(facts.number == 3)
  }

  @Test(arguments: Samples.authors)
  func `name the author`(author: Author) {
    let facts = EventFacts(.messagePosted(by: author))
    #expect(facts.author == author)
    #expect(facts.authorKind == author.kind.rawValue)
  }

  @Test
  func `name a kind of author nobody knows as the source`() {
    var facts = EventFacts(.messagePosted(by: .staff))
    for kind in [0, 6, 255] as [UInt8] {
      facts.authorKind = kind
      #expect(facts.author == .source)
      #expect(facts.conversationEvent == .messagePosted(by: .source))
    }
  }
}

@Suite
struct `Facts of another version` {
  @Test(arguments: EventType.allCases, [2, 3, .max] as [UInt16])
  func `with a newer schema are unknown, and keep their type (R22)`(
    type: EventType,
    schemaVersion: UInt16,
  ) {
    let facts = EventFacts(type: type.rawValue, schemaVersion: schemaVersion)
    #expect(facts.conversationEvent == .unknown(type: type.rawValue))
    #expect(facts.registryEvent == .unknown(type: type.rawValue))
  }

  @Test
  func `with a type nobody knows are unknown, and keep it (R22)`() {
    let known = Set(EventType.allCases.map(\.rawValue))
    for number in 0...UInt16.max where !known.contains(number) {
      let facts = EventFacts(type: number, schemaVersion: 1)
      guard
        facts.conversationEvent != .unknown(type: number)
          || facts.registryEvent != .unknown(type: number)
          || facts.isOfConversation != (number >= 32)
      else { continue }
      Issue.record("type \(number)")
    }
  }

  @Test
  func `are unknown to the side they are not of (R22)`() {
    for event in Samples.conversationEvents {
      let facts = EventFacts(event)
      #expect(facts.registryEvent == .unknown(type: facts.type))
    }
    for event in Samples.registryEvents {
      let facts = EventFacts(event)
      #expect(facts.conversationEvent == .unknown(type: facts.type))
    }
  }

  @Test
  func `with a code, way or module nobody knows are unknown (R22)`() {
    var refused = EventFacts(.handoverRefused(.sameBot, destination: nil, module: nil))
    var requested = EventFacts(.agentRequested(by: .staff, method: .zendesk))
    var ordered = EventFacts(.erasureOrdered(.visitor(Samples.visitor)))
    for detail in 0...UInt8.max {
      refused.detail = detail
      requested.detail = detail
      ordered.detail = detail
      let isCode = Refusal.Code(rawValue: detail) != nil
      let isMethod = AgentMethod(rawValue: detail) != nil
      #expect((refused.conversationEvent == .unknown(type: 37)) == !isCode)
      #expect((requested.conversationEvent == .unknown(type: 38)) == !isMethod)
      #expect((ordered.registryEvent == .unknown(type: 10)) == !(1...3).contains(detail))
    }
    var defined = EventFacts(type: EventType.moduleDefined.rawValue, schemaVersion: 1)
    for number in [0, 1 << 32, .max] as [UInt64] {
      defined.number = number
      #expect(defined.registryEvent == .unknown(type: 3))
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `are read whatever they say, and never trap (R22)`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let types = EventType.allCases.map(\.rawValue) + [0, 47, .max]
    for _ in 0..<1_000 {
      var facts = EventFacts(type: generator.pick(types), schemaVersion: generator.pick([1, 2]))
      facts.authorKind = generator.pick([0, 1, 2, 3, 4, 5, 6, .max])
      facts.detail = UInt8.random(in: 0...30, using: &generator)
      facts.number = generator.pick([0, 1, generator.next(), .max])
      facts.parties = .init(UInt128(generator.next()), 0, .max)
      let event = facts.conversationEvent
      let isOfConversation = facts.isOfConversation && facts.schemaVersion == 1
      #expect(isOfConversation || event == .unknown(type: facts.type), "seed \(seed)")
      #expect(event.type == nil || event.type?.rawValue == facts.type, "seed \(seed)")
      let registryType = facts.registryEvent.type?.rawValue
      #expect(registryType == nil || registryType == facts.type, "seed \(seed)")
    }
  }
}
