import Conversations
import Testing

@Suite
struct `The registry over HTTP` {
  @Test
  func `takes a bot, has it requested and approved, and then lets it be handed over to`()
    async throws
  {
    try await Scene.with { scene async throws in
      let body = """
        {"name":"Boats","channel":"web","sessionMinutes":30,
         "modules":[{"moduleId":7,"name":"Welcome"},{"moduleId":8}]}
        """
      let entered = try await scene.post("/v1/bots", body)
      #expect(entered.status == 201)
      let bot = try #require(try entered.json["botId"]?.text)
      #expect(try entered.json["deploymentId"]?.text != nil)
      let again = try await scene.post("/v1/bots", body)
      #expect(try again.json["botId"]?.text == bot)

      let conversation = try await scene.begin()
      func code(of module: Int) async throws -> String? {
        let body = #"{"botId":"\#(bot)","moduleId":\#(module)}"#
        return try await scene.post("/v1/conversations/\(conversation)/handover", body).code
      }
      #expect(try await code(of: 7) == "handover_not_enabled")
      let path = "/v1/bots/\(bot)"
      #expect(try await scene.post("\(path)/handover-request").status == 200)
      #expect(try await scene.post("\(path)/handover-approval").code == "not_permitted")
      #expect(try await scene.post("\(path)/handover-approval", as: .admin).status == 200)
      #expect(try await code(of: 9) == "module_not_found")
      #expect(try await scene.call("PUT", "\(path)/modules/9", #"{"name":"More"}"#).status == 200)
      #expect(try await code(of: 9) == nil)
      #expect(try await scene.call("DELETE", "\(path)/handover-approval").code == "not_permitted")
      let revoked = try await scene.call("DELETE", "\(path)/handover-approval", as: .admin)
      #expect(revoked.status == 200)
      let other = try await scene.begin(visitor: "other")
      let call = #"{"botId":"\#(bot)","moduleId":7}"#
      let refused = try await scene.post("/v1/conversations/\(other)/handover", call)
      #expect(refused.code == "handover_not_enabled")
      // The running conversation goes on.
      #expect(try await scene.write("hello", in: conversation).status == 201)
    }
  }

  @Test
  func `is each owner's own`() async throws {
    try await Scene.with { scene async throws in
      let flights = "/v1/bots/\(Scene.bot("Flights"))"
      let module = #"{"name":"Mine"}"#
      for user in [User.rival, .eve, .anna, .auditor] {
        #expect(
          try await scene.call("PUT", "\(flights)/modules/5", module, as: user).status == 403
        )
        #expect(try await scene.post("\(flights)/handover-request", as: user).status == 403)
        let channel = #"{"channel":"sunshine"}"#
        #expect(try await scene.post("\(flights)/deployments", channel, as: user).status == 403)
      }
      let theirs = #"{"name":"Trojan","ownerId":"airline"}"#
      #expect(try await scene.post("/v1/bots", theirs, as: .rival).code == "not_permitted")
      #expect(try await scene.post("/v1/bots", theirs, as: .admin).status == 201)
      #expect(
        try await scene.post("/v1/bots", #"{"name":"New"}"#, as: .admin).code == "malformed_body"
      )
      // It is made from another's name, so nobody else enters it, taken or not.
      let taken = #"{"name":"Mine","botId":"\#(Scene.bot("Flights"))"}"#
      #expect(try await scene.post("/v1/bots", taken, as: .rival).code == "not_permitted")
      let fresh = User(name: "newcomer", role: "owner")
      #expect(try await scene.post("/v1/bots", #"{"name":"First"}"#, as: fresh).status == 201)
    }
  }

  @Test
  func `answers what it does not know`() async throws {
    try await Scene.with { scene async throws in
      let nobody = "/v1/bots/\(Scene.bot("Nobody"))"
      #expect(try await scene.post("\(nobody)/handover-request").code == "bot_not_found")
      #expect(try await scene.post("/v1/bots/x/handover-request").code == "bot_not_found")
      #expect(try await scene.get("\(nobody)/inbox").code == "bot_not_found")
      let flights = "/v1/bots/\(Scene.bot("Flights"))"
      for module in ["0", "-1", "x", "4294967296", "1.0"] {
        let answer = try await scene.call("PUT", "\(flights)/modules/\(module)", #"{"name":"M"}"#)
        #expect(answer.code == "malformed_body", "\(module)")
      }
      #expect(
        try await scene.post("\(flights)/deployments", #"{"channel":""}"#).code == "malformed_body"
      )
    }
  }
}
