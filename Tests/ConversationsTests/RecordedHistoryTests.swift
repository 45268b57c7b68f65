import Conversations
import Testing

@Suite
struct `Recorded history` {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `is taken in whatever it says, and read as it stands (R1, R19)`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = given()
    var reading = PlainReading()
    for step in 1...300 {
      let event = ConversationEvent.random(using: &generator)
      scene.take(event)
      reading.entries.append(.init(position: scene.position, event: event))
      #expect(reading.agrees(with: scene.conversation), "seed \(seed), step \(step), \(event)")
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `read in two parts is the same as read in one`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let events = (0..<60).map { _ in ConversationEvent.random(using: &generator) }
    let whole = given(events)
    for cut in events.indices {
      var scene = given(Array(events[..<cut]))
      for event in events[cut...] { scene.take(event) }
      #expect(scene.conversation == whole.conversation, "seed \(seed), cut at \(cut)")
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `restored from what a view wrote down is the same`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = given()
    for step in 0..<60 {
      scene.take(.random(using: &generator))
      let state = scene.conversation
      let restored = Conversation(
        restoring: (bot: state.originBot, deployment: state.deployment, visitor: state.visitor),
        holder: state.holder,
        control: state.control,
        controlSince: state.controlSince,
        handoversSinceVisitor: state.handoversSinceVisitor,
        isEnded: state.isEnded,
        isErased: state.isErased,
      )
      #expect(restored == state, "seed \(seed), step \(step)")
    }
  }

  @Test(arguments: ConversationEvent.Kind.allCases)
  func `of every kind is taken in by every state (R19)`(kind: ConversationEvent.Kind) {
    var generator = SeededGenerator(seed: 5)
    for first in ConversationEvent.Kind.allCases {
      for second in ConversationEvent.Kind.allCases {
        let events = [first, second, kind].map { $0.sample(using: &generator) }
        let scene = given(events)
        var reading = PlainReading()
        for (index, event) in events.enumerated() {
          let position = 1 + UInt64(index + 1) * Scene.stride
          reading.entries.append(.init(position: position, event: event))
        }
        #expect(reading.agrees(with: scene.conversation), "\(events)")
      }
    }
  }

  @Test
  func `begins with the bot of the deployment in control`() {
    let conversation = Conversation(bot: french, deployment: website, visitor: carol, at: 7)
    #expect(conversation.originBot == french)
    #expect(conversation.holder == french)
    #expect(conversation.deployment == website)
    #expect(conversation.visitor == carol)
    #expect(conversation.control == .bot)
    #expect(conversation.controlSince == 7)
    #expect(conversation.handoversSinceVisitor == 0)
    #expect(!conversation.isEnded)
  }

  @Test
  func `may hand over where no rule would allow it (R19)`() {
    let scene = given(
      .agentTookOver(alice),
      .handedOver(from: unheardOf, to: german, module: nil),
      .ended(by: .source),
      .handedOver(from: german, to: unheardOf, module: missing),
    )
    #expect(scene.conversation.holder == unheardOf)
    #expect(scene.conversation.control == .agent(alice))
    #expect(scene.conversation.isEnded)
  }
}

extension ConversationEvent.Kind {
  /// An event of the kind.
  fileprivate func sample(using generator: inout SeededGenerator) -> ConversationEvent {
    .random(self, using: &generator)
  }
}
