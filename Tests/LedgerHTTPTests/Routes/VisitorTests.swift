import Conversations
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `A visitor` {
  /// A conversation of Anna's with something of everything that is not hers to read.
  private func story(_ scene: Scene) async throws -> String {
    let start = """
      {"deploymentId":"\(Scene.deployment("Flights"))","visitorId":"anna","name":"Anna",
       "externalId":"hidden-external","variables":{"hidden":"hidden"}}
      """
    let begun = try await scene.post("/v1/conversations", start)
    let id = try #require(try begun.json["conversationId"]?.text)
    let path = "/v1/conversations/\(id)"
    let eve = #""author":{"kind":"agent","id":"hidden-account","name":"Eve Lind"}"#
    let bot = #""author":{"kind":"bot","botId":"\#(Scene.bot("Flights"))"}"#
    let to = #""botId":"\#(Scene.bot("Hotels"))","moduleId":1"#
    for (call, body) in [
      ("messages", #"{"text":"Hello","author":{"kind":"visitor"}}"#),
      ("messages", #"{"text":"Which day?","quickReplies":["Friday"],\#(bot)}"#),
      ("variables", #"{"author":{"kind":"visitor"},"variables":{"hidden":"hidden"}}"#),
      ("handover", #"{\#(to),"reason":"hidden","variables":{"hidden":"hidden"}}"#),
      ("agent-request", #"{"reason":"hidden"}"#),
      ("take-over", #"{"reason":"hidden",\#(eve)}"#),
      ("messages", #"{"text":"This is Eve.",\#(eve)}"#),
      ("notes", #"{"text":"hidden",\#(eve)}"#),
      ("hand-back", #"{"reason":"hidden",\#(eve)}"#),
      ("end", #"{"reason":"hidden"}"#),
    ] {
      let answer = try await scene.post("\(path)/\(call)", body)
      #expect(answer.status < 300, "\(call): \(answer.text)")
    }
    return id
  }

  private func hidden(in text: String) -> [String] {
    let bots = ["Flights", "Hotels"].map { "\(Scene.bot($0))" }
    return (bots + ["\(Scene.deployment("Flights"))", "hidden"]).filter {
      text.localizedCaseInsensitiveContains($0)
    }
  }

  @Test
  func `reads words, names, and that an agent is there, and nothing else`() async throws {
    try await Scene.with { scene in
      let id = try await story(scene)
      let transcript = try await scene.get("/v1/conversations/\(id)/transcript", as: .anna)
      #expect(hidden(in: transcript.text) == [], "\(transcript.text)")
      let entries = try transcript.json["entries"]?.elements ?? []
      #expect(
        entries.map { $0["kind"]?.text } == [
          "message", "message", "handover", "agentRequested", "agentTookOver", "message",
          "agentHandedBack", "ended",
        ]
      )
      let messages = entries.filter { $0["kind"]?.text == "message" }
      #expect(messages.map { $0["text"]?.text } == ["Hello", "Which day?", "This is Eve."])
      #expect(
        messages.map { $0["author"]?["name"]?.text } == ["Anna", "Flights", "Eve Lind"]
      )
      #expect(messages[1]["content"]?["quickReplies"]?.elements == [.string("Friday")])
      let page = try await scene.get("/v1/conversations/\(id)", as: .anna)
      #expect(page.status == 200)
      #expect(hidden(in: page.text) == [], "\(page.text)")
      #expect(try page.json["row"]?["status"]?.text == "ended")
    }
  }

  @Test
  func `follows the same, from memory and from the log`() async throws {
    try await Scene.with { scene in
      let before = try await scene.get("/v1/bots").json["position"]?.number ?? 0
      var live = try await EventStream(scene, "/v1/events", as: .anna)
      _ = try await live.next()
      let id = try await story(scene)
      // Her start, three messages, a handover, and four of agents and the end.
      let seen = try await live.events(9).compactMap(\.data)
      for data in seen { #expect(hidden(in: data) == [], "\(data)") }
      #expect(seen.contains { $0.contains("This is Eve.") && $0.contains("Eve Lind") })
      #expect(seen.contains { $0.contains("Which day?") && $0.contains("\"Flights\"") })
      var later = try await EventStream(scene, "/v1/events?after=\(before)", as: .anna)
      #expect(try await later.events(9).compactMap(\.data) == seen)
      var ben = try await EventStream(scene, "/v1/events?after=\(before)", as: .ben)
      let own = try await scene.begin(visitor: "ben", as: .ben)
      #expect(try await ben.events(1).first?.json["subject"]?.text == own)
      #expect(own != id)
    }
  }

  @Test
  func `is not told by a start which bot it is`() async throws {
    try await Scene.with { scene in
      let body = #"{"deploymentId":"\#(Scene.deployment("Flights"))"}"#
      let answer = try await scene.post("/v1/conversations", body, as: .anna)
      #expect(answer.status == 201)
      #expect(try answer.json["holderBotId"] == nil)
      let owner = try await scene.post("/v1/conversations", body, as: .airline)
      #expect(try owner.json["holderBotId"]?.text == "\(Scene.bot("Flights"))")
    }
  }
}
