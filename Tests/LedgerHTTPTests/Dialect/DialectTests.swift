import ConversationLedger
import Conversations
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `The dialect of the Certainly platform` {
  private func path(_ call: String, _ user: String, at bot: String = "Flights") -> String {
    "/webbot/api/webchat/\(Scene.deployment(bot))/\(call)/\(user)/"
  }

  private func lastPosition(_ scene: Scene, _ conversation: String) async throws -> Int64? {
    try await scene.get("/v1/conversations/\(conversation)").json["lastPosition"]?.number
  }

  private func entries(_ scene: Scene, _ conversation: String) async throws -> [JSONValue] {
    let answer = try await scene.get("/v1/conversations/\(conversation)/transcript")
    return try answer.json["entries"]?.elements ?? []
  }

  @Test
  func `puts the bot in listen mode, once however often it is asked`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      for _ in 0..<3 {
        let answer = try await scene.get(path("handover", "anna"), as: .eve)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"error":[],"message":"1"}"#)
      }
      let entries = try await entries(scene, conversation)
      #expect(entries.map { $0["kind"]?.text } == ["agentTookOver"])
      let body = #"{"author":{"kind":"bot","botId":"\#(Scene.bot("Flights"))"},"text":"Hi"}"#
      let refused = try await scene.post("/v1/conversations/\(conversation)/messages", body)
      #expect(refused.code == "agent_in_control")
    }
  }

  @Test
  func `takes an agent's message in each documented shape`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      _ = try await scene.get(path("handover", "anna"), as: .eve)
      for body in [
        #"{"type":"text","text":"Hello"}"#,
        #"{"type":"choice","text":"Which?","options_type":"x","options":["a","b"]}"#,
        #"{"type":"card","cards":[{"title":"Google","text":"google","buttons":[]}]}"#,
      ] {
        #expect(try await scene.post(path("handover", "anna"), body, as: .eve).status == 200)
      }
      let messages = try await entries(scene, conversation).dropFirst()
      #expect(messages.map { $0["author"]?["kind"]?.text } == ["agent", "agent", "agent"])
      #expect(messages.map { $0["text"]?.text } == ["Hello", "Which?", ""])
      let replies = messages.dropFirst().first?["content"]?["quickReplies"]
      #expect(replies?.elements.compactMap(\.text) == ["a", "b"])
      for body in [#"{"type":"video","text":"x"}"#, #"{"type":"text"}"#, "{}", "[]", "nonsense"] {
        let answer = try await scene.post(path("handover", "anna"), body, as: .eve)
        #expect(answer.status == 400, "\(body)")
        #expect(answer.code == "malformed_body", "\(body)")
      }
    }
  }

  @Test
  func `answers a message again under its idempotency key`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      _ = try await scene.get(path("handover", "anna"), as: .eve)
      let body = #"{"type":"text","text":"once"}"#
      for _ in 0..<2 {
        let key = ["Idempotency-Key": "k1"]
        let answer = try await scene.post(path("handover", "anna"), body, as: .eve, headers: key)
        #expect(answer.status == 200)
      }
      #expect(try await entries(scene, conversation).count == 2)
    }
  }

  @Test
  func `gives control back to the last bot with the value of ClaimEnd, once`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      try await scene.moveConversation(conversation, to: "Hotels")
      _ = try await scene.get(path("handover", "anna"), as: .eve)
      for _ in 0..<3 {
        let answer = try await scene.get(path("takeover", "anna") + "?ClaimEnd=solved", as: .eve)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"error":[],"message":"1"}"#)
      }
      let back = try await entries(scene, conversation).filter {
        $0["kind"]?.text == "agentHandedBack"
      }
      #expect(back.count == 1)
      #expect(back.first?["to"]?.text == Scene.bot("Hotels").description)
      #expect(back.first?["content"]?["variables"]?["ClaimEnd"]?.text == "solved")
    }
  }

  @Test
  func `changes nothing by a takeover when no agent is in control`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      let before = try await lastPosition(scene, conversation)
      let answer = try await scene.get(path("takeover", "anna"), as: .eve)
      #expect(answer.status == 200)
      #expect(try await lastPosition(scene, conversation) == before)
    }
  }

  @Test
  func `refuses an agent's message while the bot talks`() async throws {
    try await Scene.with { scene in
      _ = try await scene.openConversation("anna")
      let body = #"{"type":"text","text":"Hello"}"#
      let answer = try await scene.post(path("handover", "anna"), body, as: .eve)
      #expect(answer.status == 409)
      #expect(answer.code == "agent_not_in_control")
      #expect(try answer.json["message"] == .null)
      #expect(try answer.json["error"]?.text?.isEmpty == false)
    }
  }

  @Test
  func `tells a second agent who was first`() async throws {
    try await Scene.with { scene in
      _ = try await scene.openConversation("anna")
      _ = try await scene.get(path("handover", "anna"), as: .eve)
      for call in ["handover", "takeover"] {
        let answer = try await scene.get(path(call, "anna"), as: .joe)
        #expect(answer.status == 409)
        #expect(answer.code == "agent_in_control")
        #expect(try answer.json["agent"]?.text == "eve")
      }
    }
  }

  @Test
  func `lets a platform act for the agent in control`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      _ = try await scene.get(path("handover", "anna"), as: .eve)
      let body = #"{"type":"text","text":"for Eve"}"#
      #expect(try await scene.post(path("handover", "anna"), body, as: .airline).status == 200)
      #expect(try await scene.get(path("takeover", "anna"), as: .airline).status == 200)
      let kinds = try await entries(scene, conversation).map { $0["kind"]?.text }
      #expect(kinds == ["agentTookOver", "message", "agentHandedBack"])
    }
  }

  @Test
  func `means the conversation the visitor began last, by either name of the visitor`()
    async throws
  {
    try await Scene.with { scene in
      let (older, _) = try await scene.openConversation("anna")
      let (newer, _) = try await scene.openConversation("anna")
      let visitor = "webbot:\(VisitorID.named("visitor", "anna"))"
      #expect(try await scene.get(path("handover", visitor), as: .eve).status == 200)
      let encoded = visitor.replacingOccurrences(of: ":", with: "%3A")
      #expect(try await scene.get(path("handover", encoded), as: .eve).status == 200)
      #expect(try await entries(scene, older).isEmpty)
      #expect(try await entries(scene, newer).count == 1)
    }
  }

  @Test
  func `hides what is not there and what is another owner's alike`() async throws {
    try await Scene.with { scene in
      _ = try await scene.openConversation("anna")
      for (user, path, code) in [
        (User.mallory, path("handover", "anna"), "deployment_not_found"),
        (.rival, path("takeover", "anna"), "deployment_not_found"),
        (.eve, path("handover", "nobody"), "conversation_not_found"),
        (.eve, path("handover", "anna", at: "Hotels"), "conversation_not_found"),
      ] {
        let answer = try await scene.get(path, as: user)
        #expect(answer.status == 404)
        #expect(answer.code == code, "\(user.name) \(path)")
      }
      let unknown = "/webbot/api/webchat/\(DeploymentID.fresh())/handover/anna/"
      #expect(try await scene.get(unknown, as: .eve).code == "deployment_not_found")
      let missing = try await scene.get(path("handover", "anna"), as: nil)
      #expect(missing.status == 401)
      #expect(missing.code == "token_missing")
    }
  }
}
