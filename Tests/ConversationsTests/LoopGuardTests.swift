import Conversations
import Testing

@Suite
struct `The loop guard` {
  @Test(arguments: [0, 1, 2, 3, 10, 25] as [UInt32])
  func `lets so many handovers pass and refuses the next (R9)`(limit: UInt32) {
    var scene = given()
    scene.rules.handoverLimit = limit
    for _ in 0..<limit {
      #expect(scene.when(scene.nextHandover) != .refused(.handoverLoop))
      scene = scene.after(scene.nextHandover)
    }
    #expect(scene.conversation.handoversSinceVisitor == limit)
    #expect(scene.when(scene.nextHandover) == .refused(.handoverLoop))
  }

  @Test
  func `stops at ten unless somebody says otherwise (R9)`() {
    #expect(Rules().handoverLimit == 10)
  }

  @Test
  func `counts anew from each message of the visitor (R9)`() {
    let scene = atTheLimit.after(.post(as: .visitor(carol)))
    #expect(scene.conversation.handoversSinceVisitor == 0)
    #expect(scene.when(scene.nextHandover) != .refused(.handoverLoop))
    #expect(atTheLimit(from: scene).when(scene.nextHandover) == .refused(.handoverLoop))
  }

  @Test
  func `is not reset by anything else that happens (R9)`() {
    let others: [ConversationEvent] = [
      .messagePosted(by: .bot(english)), .messagePosted(by: .agent(alice)),
      .messagePosted(by: .staff), .messagePosted(by: .source), .notePosted(by: .visitor(carol)),
      .variablesSet(by: .visitor(carol)),
      .handoverRefused(.sameBot, destination: nil, module: nil),
      .requested, .agentTookOver(alice), .agentHandedBack(alice, to: english, since: 1),
      .visitorErased(carol), .sourceTruncated, .foreign, .transcriptRead(by: .visitor(carol)),
      .requestRepeated(by: .agent(alice)), .unknown(type: 999),
    ]
    for event in others {
      var scene = atTheLimit
      scene.take(event)
      #expect(scene.conversation.handoversSinceVisitor == 10, "\(event)")
    }
  }

  @Test
  func `does not stop what is no handover (R9)`() {
    #expect(atTheLimit.when(.post(as: .bot(english))) != .refused(.handoverLoop))
    #expect(atTheLimit.when(.requestAgent(by: .bot(english))) == .event(.requested))
    #expect(atTheLimit.when(.takeOver(alice)) == .event(.agentTookOver(alice)))
  }

  @Test
  func `is no reason to refuse what was recorded elsewhere (R19)`() {
    var scene = atTheLimit
    scene.take(.handedOver(from: english, to: spanish))
    #expect(scene.conversation.holder == spanish)
    #expect(scene.conversation.handoversSinceVisitor == 11)
    #expect(scene.when(.handOver(to: french)) == .refused(.handoverLoop))
  }

  private var atTheLimit: Scene { atTheLimit(from: given()) }

  private func atTheLimit(from scene: Scene) -> Scene {
    (0..<10).reduce(scene) { scene, _ in scene.after(scene.nextHandover) }
  }
}

extension Scene {
  /// To the Spanish bot, and from there back to the English one.
  fileprivate var nextHandover: ConversationCommand {
    .handOver(to: conversation.holder == english ? spanish : english)
  }
}
