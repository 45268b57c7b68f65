import ConversationCoding
import Conversations
import Testing

@Suite
struct `The canonical bytes` {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `are the same whatever the order in which members came`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let names = (0..<12).map { "\(generator.text())\($0)" }
      let pairs = names.map { ($0, generator.jsonValue()) }
      var body = EventBody(text: generator.text())
      body.variables = JSONObject(pairs)
      body.card = .object(body.variables)
      var other = body
      other.variables = rebuilt(pairs, using: &generator)
      other.card = .object(rebuilt(pairs, using: &generator))
      let author = Author.bot(Samples.bot)
      #expect(
        ConversationCommand.post(as: author, body).canonicalBytes
          == ConversationCommand.post(as: author, other).canonicalBytes,
        "seed \(seed)",
      )
    }
  }

  @Test
  func `order names by their bytes`() {
    var body = EventBody()
    body.variables = ["b": .null, "": .null, "é": .null, "ab": .null, "z": .null, "a": .null]
    let names = ["", "a", "ab", "b", "z", "é"]
    let fields = names.flatMap { name in
      field(8, [0, 0, 0, UInt8(name.utf8.count)] + Array(name.utf8) + [0])
    }
    #expect(body.bytes == fields)
  }

  @Test
  func `differ where commands differ`() {
    let commands = CommandSamples.all
    let bytes = Dictionary(grouping: commands, by: \.canonicalBytes)
    #expect(bytes.values.filter { $0.count > 1 } == [])
    #expect(Set(commands).count == commands.count)
    #expect(commands.count > 250)
  }

  @Test
  func `are the same for the same command, asked twice`() {
    #expect(CommandSamples.all.map(\.canonicalBytes) == CommandSamples.all.map(\.canonicalBytes))
  }

  @Test
  func `tell a request by the fitting way from one by a named way`() {
    let author = Author.bot(Samples.bot)
    let ways = [nil] + AgentMethod.allCases.map(Optional.some)
    let requests = ways.map { way in
      ConversationCommand.requestAgent(by: author, method: way, EventBody()).canonicalBytes
    }
    #expect(Set(requests).count == 5)
  }

  @Test
  func `are the same wherever in its log a human stretch began`() {
    let bytes = [1, .max].map { position in
      EventFacts(.agentHandedBack(Samples.agent, to: Samples.bot, since: position))
        .canonicalBytes(EventBody())
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test
  func `differ where events differ`() {
    // Where the human stretch began is a position of one log, and no part of what is said.
    let stretch = ConversationEvent.agentHandedBack(Samples.agent, to: Samples.bot, since: .max)
    let events = Set(Samples.conversationEvents).subtracting([stretch])
    let bytes = Set(events.map { EventFacts($0).canonicalBytes(EventBody()) })
    #expect(bytes.count == events.count)
    let registryEvents = Set(Samples.registryEvents)
    let registryBytes = registryEvents.map { EventFacts($0).canonicalBytes(EventBody()) }
    #expect(Set(registryBytes).count == registryEvents.count)
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `differ where bodies differ, also in a row of several events`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var seen: [[UInt8]: [EventBody]] = [:]
    for _ in 0..<400 {
      let bodies = (0..<generator.pick([1, 2])).map { _ -> EventBody in
        var body = generator.once(in: 4) ? EventBody() : generator.body()
        body.fingerprint = nil
        return body
      }
      let facts = EventFacts(.messagePosted(by: .staff))
      let bytes = bodies.flatMap { facts.canonicalBytes($0) }
      #expect(seen[bytes] == nil || seen[bytes] == bodies, "seed \(seed)")
      seen[bytes] = bodies
    }
    #expect(seen.count > 300, "seed \(seed)")
  }

  /// The same names and values, put together in another order.
  private func rebuilt(
    _ pairs: [(String, JSONValue)],
    using generator: inout SeededGenerator,
  ) -> JSONObject {
    var members = JSONObject()
    for (name, value) in pairs.shuffled(using: &generator) { members[name] = value }
    return members
  }
}
