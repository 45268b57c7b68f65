import ConversationCoding
import Conversations
import Testing

@Suite(.serialized)
struct `A golden record` {
  @Test
  func `is written as it was the first time`() throws {
    for record in GoldenRecord.all {
      try file(of: record).expect([
        ("facts", record.facts.bytes), ("body", record.body.bytes),
      ])
    }
  }

  @Test
  func `is read as the event it was`() throws {
    for record in GoldenRecord.all {
      let lines = try file(of: record).lines()
      let facts = try EventFacts(reading: #require(lines["facts"].flatMap(bytes(hexadecimal:))))
      let body = try EventBody(decoding: #require(lines["body"].flatMap(bytes(hexadecimal:))))
      #expect(facts == record.facts)
      #expect(body == record.body)
      #expect(facts.type == record.type.rawValue)
      #expect(facts.conversationEvent.type ?? facts.registryEvent.type == record.type)
    }
  }

  @Test
  func `is there for every type and every version of its schema`() throws {
    let wanted = EventType.allCases.flatMap { type in
      (1...type.schemaVersion).map { "\(type.name)-v\($0).hex" }
    }
    let files = try GoldenFile.names().filter { !$0.hasPrefix("command-") }
    #expect(Set(files) == Set(wanted))
    #expect(Set(GoldenRecord.all.map(\.type)) == Set(EventType.allCases))
  }

  private func file(of record: GoldenRecord) -> GoldenFile {
    GoldenFile(name: "\(record.type.name)-v\(record.facts.schemaVersion).hex")
  }
}

@Suite(.serialized)
struct `A golden command` {
  /// The bytes of which a stored fingerprint is made: were they others, every retry would fail.
  static let commands: [ConversationCommand] = [
    .post(as: .visitor(Samples.visitor), EventBody(text: "Hello")),
    .note(as: .agent(Samples.agent), EventBody(text: "Call back")),
    .setVariables(as: .bot(Samples.bot), variables),
    .handOver(HandOver(to: Samples.otherBot, landingOn: module, from: Samples.bot)),
    .requestAgent(by: .bot(Samples.bot), method: nil, EventBody()),
    .takeOver(Samples.agent, EventBody()),
    .handBack(Samples.agent, EventBody()),
    .end(by: .staff, EventBody()),
  ]

  @Test
  func `says the same bytes as it did the first time (R17)`() throws {
    for command in Self.commands {
      try GoldenFile(name: "command-\(command.word).hex").expect([
        ("canonical", command.canonicalBytes)
      ])
    }
  }

  @Test
  func `is there for every command`() throws {
    let files = try GoldenFile.names().filter { $0.hasPrefix("command-") }
    #expect(Set(files) == Set(CommandSamples.all.map { "command-\($0.word).hex" }))
  }

  private static let variables: EventBody = {
    var body = EventBody()
    body.variables = ["b": .integer(2), "a": .string("1")]
    return body
  }()

  private static let module: ModuleID = {
    guard let module = ModuleID(7) else { preconditionFailure("7 is positive") }
    return module
  }()
}
