import Conversations
import Foundation
import Testing

@testable import ConversationLedger

@Suite
struct `What a visitor sees` {
  private static let bot = BotID(0x0B07_0B07_0B07)
  private static let other = BotID(0x0B08_0B08_0B08)
  private static let agent = AgentID(0x0A9E_0A9E_0A9E)
  private static let visitor = VisitorID(0x0715_0715_0715)

  /// Every type of event there is, by whoever can cause it.
  private static let events: [ConversationEvent] =
    [Author.visitor(visitor), .bot(bot), .agent(agent), .staff, .source].flatMap { author in
      [
        .messagePosted(by: author), .notePosted(by: author), .variablesSet(by: author),
        .agentRequested(by: author, method: .chatAPI), .ended(by: author),
        .transcriptRead(by: author), .requestRepeated(by: author),
      ]
    } + [
      .handedOver(from: bot, to: other, module: ModuleID(77)),
      .handoverRefused(.handoverLoop, destination: other, module: ModuleID(77)),
      .agentTookOver(agent), .agentHandedBack(agent, to: other, since: 3), .sourceTruncated,
      .foreign, .unknown(type: 999), .visitorErased(VisitorID(0x0E0E_0E0E)),
    ]

  /// A body with every field filled; what no visitor may see says so.
  private static var body: EventBody {
    var body = EventBody(text: "said")
    body.fingerprint = Array(repeating: 7, count: 16)
    body.quickReplies = ["offered"]
    body.card = .object(["title": .string("shown card")])
    body.attachment = .string("shown attachment")
    body.authorID = "hidden account"
    body.authorName = "Shown Name"
    body.reason = "hidden reason"
    body.variables = ["hidden variable": .string("hidden value")]
    body.externalID = "hidden identifier"
    body.source = "hidden source"
    body.name = "hidden name"
    body.channel = "hidden channel"
    body.amount = 471_147
    body.raw = Array("hidden row".utf8)
    return body
  }

  /// A ledger with one conversation that has one event of every type.
  private func withEverything(
    _ check: (Network, ConversationID) throws -> Void
  ) async throws {
    let network = try await Network()
    let owner = network.owner
    _ = try await network.ledger.submit(
      [
        .registerBot(Self.bot, owner: owner, name: "Shown Bot", sessionMinutes: nil),
        .registerDeployment(DeploymentID(91), bot: Self.bot, channel: "web"),
      ].map { .registry($0, by: .trusted) }
    )
    let conversation = ConversationID(0xC0DE)
    let start = ConversationEvent.started(
      bot: Self.bot,
      deployment: DeploymentID(91),
      visitor: Self.visitor,
    )
    let rows = ([start] + Self.events).enumerated().map { index, event in
      ImportedRow(
        key: "row \(index)",
        occurredAt: nil,
        events: [NewConversationEvent(event, Self.body)],
      )
    }
    let answers = try await network.ledger.submit(
      [.record(ImportedConversation(conversation, rows: rows))]
    )
    #expect(
      answers == [.recorded(Array(repeating: .appended(events: 1), count: rows.count))]
    )
    try check(network, conversation)
  }

  private func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONText.bytes(of: value), as: UTF8.self)
  }

  /// What of a text no visitor may see.
  private func hidden(in text: String) -> [String] {
    let identifiers = [
      Self.bot.description, Self.other.description, Self.agent.description,
      DeploymentID(91).description, VisitorID(0x0E0E_0E0E).description,
    ]
    let members = ["module", "code", "since", "method", "variables"].map { "\"\($0)\":" }
    return (identifiers + members + ["hidden", "chat-api", "loop"]).filter {
      text.localizedCaseInsensitiveContains($0)
    }
  }

  @Test
  func `of a transcript is words, authors by name, and that an agent is there`() async throws {
    try await withEverything { network, conversation in
      let own = try network.ledger.transcript(of: conversation, seenBy: .visitor(Self.visitor))
      for entry in own.entries { #expect(hidden(in: try json(entry)) == [], "\(entry)") }
      #expect(
        Set(own.entries.map(\.kind)) == [
          "message", "handover", "agentRequested", "agentTookOver", "agentHandedBack", "ended",
        ]
      )
      #expect(own.count == own.entries.count)
      let messages = own.entries.filter { $0.kind == "message" }
      #expect(messages.count == 5)
      for message in messages {
        #expect(message.text == "said")
        #expect(message.content?.quickReplies == ["offered"])
        #expect(message.content?.card == .object(["title": .string("shown card")]))
        #expect(message.content?.attachment == .string("shown attachment"))
      }
      let names = messages.map { $0.author.name ?? "" }
      #expect(names == ["Shown Name", "Shown Bot", "Shown Name", "Shown Name", "Shown Name"])
      for entry in own.entries where entry.kind != "message" {
        #expect(entry.text == "")
        #expect(entry.content == nil)
      }
      let all = try network.ledger.transcript(of: conversation)
      #expect(all.entries.contains { $0.kind == "note" })
      #expect(all.entries.contains { $0.reason == "hidden reason" })
    }
  }

  @Test
  func `of the live stream is the same, in members that are listed`() async throws {
    try await withEverything { network, conversation in
      var walk = LogWalk(network.ledger, after: 0)
      let caller = Caller.visitor(Self.visitor)
      let own = try walk.next(1_000).filter { $0.isVisible(to: caller) }
      let listed: Set = [
        "position", "type", "at", "source", "conversationId", "authorKind", "author", "text",
        "content",
      ]
      for event in own {
        let shown = CloudEvent(event, source: "urn:log", seenBy: caller)
        #expect(hidden(in: try json(shown)) == [], "\(event.recorded.type)")
        let members = try JSONDecoder().decode(
          [String: JSONValue].self,
          from: Data(try JSONText.bytes(of: shown.data)),
        )
        #expect(Set(members.keys).isSubset(of: listed))
        #expect((members["text"] != nil) == (event.recorded.type == "messagePosted"))
      }
      #expect(
        Set(own.map(\.recorded.type)) == [
          "conversationStarted", "messagePosted", "handedOver", "agentRequested", "agentTookOver",
          "agentHandedBack", "conversationEnded",
        ]
      )
      #expect(own.filter { $0.recorded.type == "messagePosted" }.count == 5)
    }
  }

  @Test
  func `of a list is the own conversation, and neither bots nor the agent's account`() async throws
  {
    try await withEverything { network, conversation in
      let page = try network.ledger.page(of: conversation)
      let shown = try json(VisitorPage(page))
      #expect(hidden(in: shown) == [], "\(shown)")
      #expect(hidden(in: try json(page)) != [])
    }
  }
}
