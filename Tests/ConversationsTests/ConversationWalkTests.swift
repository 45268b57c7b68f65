import Conversations
import Testing

/// A conversation that random commands drive through the rules, beside its plain reading.
private struct Walk {
  var scene = given()
  var reading = PlainReading()
  var generator: SeededGenerator
  /// How many events each command's kind appended, so that a walk can be seen to have gone far.
  var appended: [ConversationEvent.Kind: Int] = [:]

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// A command that may be nonsense; endings are rare, so that the walk goes on.
  mutating func command() -> ConversationCommand {
    let bot = generator.pick([english, spanish, french, italian, german, unheardOf])
    let agent = generator.pick([alice, alice, bob])
    let author: Author = generator.pick([
      .visitor(carol), .visitor(carol), .visitor(stranger), .bot(bot), .bot(reading.holder),
      .agent(agent), .staff, .source,
    ])
    switch Int.random(in: 0..<20, using: &generator) {
    case 0..<4: return .post(as: author)
    case 4: return .note(as: author)
    case 5: return generator.once(in: 2) ? .setVariable(as: author) : .setNoVariables(as: author)
    case 6..<13: return handOver(to: bot)
    case 13..<15:
      let method = generator.once(in: 2) ? nil : generator.pick(AgentMethod.allCases)
      return .requestAgent(by: .bot(reading.holder), method: method)
    case 15, 16: return .takeOver(agent)
    case 19 where generator.once(in: 20): return .end(by: author)
    default: return .handBack(agent)
    }
  }

  private mutating func handOver(to bot: BotID) -> ConversationCommand {
    .handOver(
      to: bot,
      landingOn: generator.once(in: 8) ? missing : greeting,
      from: generator.pick([nil, nil, reading.holder, bot]),
    )
  }

  /// Takes in what was decided, after other conversations' events.
  mutating func take(_ events: [ConversationEvent]) {
    for event in events {
      appended[event.kind, default: 0] += 1
      scene.position += UInt64.random(in: 0..<5, using: &generator)
      scene.take(event)
      reading.entries.append(.init(position: scene.position, event: event))
    }
  }

  /// An admin changes his mind about a bot.
  mutating func toggleBot() {
    let bot = generator.pick([english, spanish, french, italian])
    let isEnabled = scene.registry.bots[bot]?.isEnabledForHandover == true
    scene.registry.evolve(
      isEnabled ? .handoverDisabled(bot) : .handoverEnabled(bot),
      EventBody(),
      at: 1,
    )
  }
}

@Suite
struct `A random walk through the rules` {
  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `never breaks one (R1, R2, R5, R9, R10, R13)`(seed: UInt64) {
    var walk = Walk(seed: seed)
    for step in 1...400 {
      if walk.generator.once(in: 30) { walk.toggleBot() }
      let command = walk.command()
      let before = walk.scene
      let outcome = before.when(command)
      #expect(before.when(command) == outcome, "seed \(seed), step \(step): two answers")
      guard case .events(let events) = outcome else { continue }
      let broken = events.filter { !walk.allows($0) }
      #expect(broken == [], "seed \(seed), step \(step), \(command)")
      #expect(events.count <= 1, "seed \(seed), step \(step), \(command)")
      walk.take(events)
      #expect(
        walk.reading.agrees(with: walk.scene.conversation),
        "seed \(seed), step \(step), \(command)",
      )
    }
    #expect(walk.appended.count >= 5, "seed \(seed) went nowhere: \(walk.appended)")
  }

  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `is not turned by what was refused (R8)`(seed: UInt64) {
    var walk = Walk(seed: seed)
    for step in 1...200 {
      let command = walk.command()
      do {
        walk.take(try walk.scene.decision(on: command).map(\.event))
      } catch {
        let before = walk.scene.conversation
        let event = before.refusalEvent(of: command, for: error)
        walk.take(event.map { [$0.event] } ?? [])
        #expect(walk.scene.conversation == before, "seed \(seed), step \(step)")
      }
    }
  }
}

extension Walk {
  /// Whether the rules allow an event, judged from the plain reading alone.
  func allows(_ event: ConversationEvent) -> Bool {
    guard !reading.isEnded else { return false }
    let hasAgent = if case .agent = reading.control { true } else { false }
    switch event {
    case .messagePosted(.bot(let bot)): return bot == reading.holder && !hasAgent
    case .messagePosted(.agent(let agent)): return reading.control == .agent(agent)
    case .messagePosted(let author): return author == .visitor(carol)
    case .handedOver(let source, let destination, let module):
      let bot = scene.registry.bots[destination]
      return source == reading.holder && destination != source && !hasAgent
        && bot?.owner == acme && bot?.isEnabledForHandover == true && module == greeting
        && reading.handoversSinceVisitor < 10
    case .agentRequested(_, let method): return !hasAgent && method == .chatAPI
    case .agentTookOver: return !hasAgent
    case .agentHandedBack(let agent, let bot, let since):
      let isAllowed = reading.control == .agent(agent) || (!hasAgent && reading.control != .bot)
      return isAllowed && bot == reading.holder && since == reading.controlSince
    case .notePosted(let author): return author.kind == .agent || author.kind == .staff
    case .variablesSet(.bot(let bot)): return bot == reading.holder && !hasAgent
    case .variablesSet: return true
    case .ended(.bot(let bot)): return bot == reading.holder && !hasAgent
    case .ended(.agent(let agent)): return reading.control == .agent(agent)
    case .ended(let author): return author == .staff || author == .visitor(carol)
    case .started, .handoverRefused, .visitorErased, .sourceTruncated, .foreign: return false
    case .transcriptRead, .requestRepeated, .unknown: return false
    }
  }
}
