import Conversations
import Testing

@Suite
struct `An erasure` {
  static let talk = ConversationID(0xC1)
  static let other = ConversationID(0xC2)

  /// The registry after an order, and perhaps after it was carried out.
  private func registry(_ order: ErasureOrder, isFinished: Bool = false) throws -> Registry {
    var registry = Registry.network
    for event in try registry.decide(.orderErasure(order), by: .admin) {
      registry.evolve(event.event, event.body, at: 50)
    }
    guard isFinished else { return registry }
    for event in try registry.decide(.finishErasure(order: 50, keys: 1), by: .trusted) {
      registry.evolve(event.event, event.body, at: 60)
    }
    return registry
  }

  private func conversation(isErased: Bool = false) -> Conversation {
    given(isErased ? [.visitorErased(carol)] : []).conversation
  }

  static let subjects: [ErasureSubject] = [
    .visitor(carol), .conversation(talk), .retention(inboxOf: nil), .retention(inboxOf: english),
  ]

  @Test(arguments: subjects)
  func `forbids additions to what it reaches as soon as it is ordered`(
    subject: ErasureSubject
  ) throws {
    let registry = try registry(ErasureOrder(subject, of: [Self.talk], ground: "asked for"))
    let refusal = #expect(throws: Refusal.self) {
      try registry.requireUnerased(Self.talk, conversation())
    }
    #expect(refusal?.code == .visitorErased)
    #expect(throws: Never.self) { try registry.requireUnerased(Self.other, conversation()) }
  }

  @Test(arguments: subjects)
  func `forbids additions for ever once the conversation says that it happened`(
    subject: ErasureSubject
  ) throws {
    let order = ErasureOrder(subject, of: [Self.talk], ground: "asked for")
    let registry = try registry(order, isFinished: true)
    #expect(registry.erasures.open.isEmpty)
    #expect(registry.erasures.newest == 50)
    #expect(throws: Refusal.self) {
      try registry.requireUnerased(Self.talk, conversation(isErased: true))
    }
  }

  @Test(arguments: subjects)
  func `keeps out a visitor only if it is the visitor's`(subject: ErasureSubject) throws {
    let order = ErasureOrder(subject, of: [Self.talk], ground: "asked for")
    let registry = try registry(order, isFinished: true)
    if case .visitor = subject {
      #expect(throws: Refusal.self) { try registry.requireUnerased(carol) }
    } else {
      #expect(throws: Never.self) { try registry.requireUnerased(carol) }
    }
    #expect(throws: Never.self) { try registry.requireUnerased(stranger) }
  }

  @Test(arguments: subjects)
  func `is read from its event as it was ordered`(subject: ErasureSubject) throws {
    var order = ErasureOrder(
      subject,
      of: [Self.talk, ConversationID(.max), Self.other],
      by: "dpo@example.com",
      ground: "Art. 17",
    )
    order.inactiveSince = Timestamp(microseconds: -7)
    let event = try #require(try Registry().decide(.orderErasure(order), by: .trusted).first)
    guard case .erasureOrdered(let read) = event.event else {
      Issue.record("\(event)")
      return
    }
    #expect(ErasureOrder(read, event.body) == order)
  }

  @Test(arguments: ["", " \n\t", "\u{00A0}"])
  func `needs a ground`(ground: String) {
    let order = ErasureOrder(.visitor(carol), ground: ground)
    #expect(Registry.network.when(.orderErasure(order)) == .refused(.malformedBody))
  }

  @Test
  func `has limits`() {
    let long = String(repeating: "x", count: ErasureOrder.textByteCountLimit + 1)
    let many = [ConversationID](repeating: Self.talk, count: ErasureOrder.conversationLimit + 1)
    for order in [
      ErasureOrder(.visitor(carol), ground: long),
      ErasureOrder(.visitor(carol), by: long, ground: "x"),
      ErasureOrder(.visitor(carol), of: many, ground: "x"),
    ] {
      #expect(Registry.network.when(.orderErasure(order)) == .refused(.tooLarge))
    }
  }

  @Test
  func `that is not open is not finished again`() throws {
    let order = ErasureOrder(.visitor(carol), of: [Self.talk], ground: "asked for")
    let registry = try registry(order, isFinished: true)
    #expect(registry.when(.finishErasure(order: 50, keys: 1)) == .nothing)
  }
}
