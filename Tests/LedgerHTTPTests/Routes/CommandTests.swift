import Conversations
import Testing

@Suite
struct `A call to a conversation` {
  @Test
  func `begins one, under a key only once`() async throws {
    try await Scene.with { scene async throws in
      let body = """
        {"deploymentId":"\(Scene.deployment("Flights"))","visitorId":"anna","name":"Anna Lee",
         "externalId":"x-1","variables":{"city":"Lyon"}}
        """
      let key = ["Idempotency-Key": "start-1"]
      let first = try await scene.post("/v1/conversations", body, headers: key)
      #expect(first.status == 201)
      let conversation = try #require(try first.json["conversationId"]?.text)
      try await scene.callHandover(conversation, to: "Hotels")
      let again = try await scene.post("/v1/conversations", body, headers: key)
      #expect(again.status == 201)
      #expect(again.body == first.body)
      #expect(again.headers["idempotency-replayed"] == "true")
      let second = try await scene.post("/v1/conversations", body)
      #expect(try second.json["conversationId"]?.text != conversation)
      let row = try await scene.get("/v1/conversations/\(conversation)").json["row"]
      #expect(row?["visitor"]?["name"]?.text == "Anna Lee")
      #expect(row?["externalId"]?.text == "x-1")
    }
  }

  @Test
  func `begins none with another owner's deployment, or in another's name`() async throws {
    try await Scene.with { scene async throws in
      func code(_ bot: String, _ visitor: String?, as user: User) async throws -> String? {
        let named = visitor.map { #","visitorId":"\#($0)""# } ?? ""
        let body = #"{"deploymentId":"\#(Scene.deployment(bot))"\#(named)}"#
        return try await scene.post("/v1/conversations", body, as: user).code
      }
      #expect(try await code("Rival", "anna", as: .airline) == "deployment_not_found")
      #expect(try await code("Nowhere", "anna", as: .airline) == "deployment_not_found")
      #expect(try await code("Flights", "anna", as: .ben) == "not_permitted")
      #expect(try await code("Flights", "anna", as: .eve) == "not_permitted")
      #expect(try await code("Flights", "anna", as: .auditor) == "not_permitted")
      #expect(try await code("Flights", nil, as: .ben) == nil)
      #expect(try await code("Flights", "anna", as: .admin) == nil)
    }
  }

  @Test
  func `writes for whom it may`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      func code(_ author: String?, as user: User) async throws -> String? {
        let named = author.map { #""author":\#($0),"# } ?? ""
        let path = "/v1/conversations/\(conversation)/messages"
        return try await scene.post(path, #"{\#(named)"text":"hello"}"#, as: user).code
      }
      let (flights, hotels) = (Scene.bot("Flights"), Scene.bot("Hotels"))
      #expect(try await code(nil, as: .anna) == nil)
      #expect(try await code(nil, as: .ben) == "conversation_not_found")
      #expect(try await code(nil, as: .airline) == "malformed_body")
      #expect(try await code(#"{"kind":"visitor"}"#, as: .airline) == nil)
      #expect(try await code(#"{"kind":"bot","botId":"\#(flights)"}"#, as: .airline) == nil)
      #expect(
        try await code(#"{"kind":"bot","botId":"\#(hotels)"}"#, as: .airline) == "not_the_holder"
      )
      #expect(
        try await code(#"{"kind":"bot","botId":"\#(flights)"}"#, as: .anna) == "not_permitted"
      )
      #expect(try await code(#"{"kind":"bot"}"#, as: .airline) == "malformed_body")
      #expect(try await code(#"{"kind":"staff"}"#, as: .airline) == "malformed_body")
      #expect(try await code(nil, as: .eve) == "agent_not_in_control")
      #expect(try await code(#"{"kind":"agent","id":"joe"}"#, as: .eve) == "not_permitted")
      #expect(try await code(nil, as: .auditor) == "malformed_body")
      #expect(try await code(#"{"kind":"visitor"}"#, as: .auditor) == "not_permitted")
      try await scene.post("/v1/conversations/\(conversation)/take-over", as: .eve)
      #expect(try await code(nil, as: .eve) == nil)
      #expect(
        try await code(#"{"kind":"bot","botId":"\#(flights)"}"#, as: .airline) == "agent_in_control"
      )
    }
  }

  @Test
  func `takes over once, and names the first to the second`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let path = "/v1/conversations/\(conversation)"
      #expect(try await scene.post("\(path)/agent-request", #"{"reason":"asks"}"#).status == 200)
      let first = try await scene.post("\(path)/take-over", as: .eve)
      #expect(first.status == 200)
      let again = try await scene.post("\(path)/take-over", as: .eve)
      #expect(again.body == first.body)
      #expect(again.headers["idempotency-replayed"] == "true")
      let second = try await scene.post("\(path)/take-over", as: .joe)
      #expect(second.status == 409)
      #expect(second.code == "agent_in_control")
      #expect(try second.json["agent"]?.text == "eve")
      #expect(
        try await scene.post("\(path)/take-over", as: .mallory).code == "conversation_not_found"
      )
      #expect(try await scene.post("\(path)/take-over", as: .anna).code == "not_permitted")
      #expect(try await scene.post("\(path)/hand-back", as: .joe).code == "agent_in_control")
      #expect(
        try await scene.post("\(path)/hand-back", #"{"reason":"done"}"#, as: .eve).status == 200
      )
      #expect(try await scene.callHandover(conversation, to: "Hotels").status == 200)
    }
  }

  @Test
  func `acts for a named agent when a platform asks`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let path = "/v1/conversations/\(conversation)"
      let eve = #"{"author":{"kind":"agent","id":"eve","name":"Eve"}}"#
      #expect(try await scene.post("\(path)/take-over", eve).status == 200)
      #expect(try await scene.get(path).json["row"]?["agent"]?.text == "Eve")
      #expect(try await scene.write("I am Eve", in: conversation, as: .eve).status == 201)
      #expect(try await scene.post("\(path)/take-over").code == "malformed_body")
    }
  }

  @Test
  func `asks for an agent by the way that fits the origin's channel`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin(with: "Cars")
      try await scene.callHandover(conversation, to: "Hotels")
      let path = "/v1/conversations/\(conversation)/agent-request"
      #expect(try await scene.post(path, #"{"method":"chat-api"}"#).code == "channel_mismatch")
      #expect(try await scene.post(path, #"{"method":"telepathy"}"#).code == "malformed_body")
      #expect(try await scene.post(path, #"{"method":"handover-protocol"}"#).status == 200)
    }
  }

  @Test
  func `keeps notes from the visitor`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let path = "/v1/conversations/\(conversation)"
      #expect(
        try await scene.post("\(path)/notes", #"{"text":"be kind"}"#, as: .eve).status == 201
      )
      #expect(
        try await scene.post("\(path)/notes", #"{"text":"hm"}"#, as: .anna).code == "not_permitted"
      )
      try await scene.write("hi", in: conversation)
      let seen = try await scene.get("\(path)/transcript", as: .anna).json
      #expect(seen["entries"]?.elements.compactMap { $0["text"]?.text } == ["hi"])
      let all = try await scene.get("\(path)/transcript", as: .eve).json
      #expect(all["entries"]?.elements.compactMap { $0["text"]?.text } == ["be kind", "hi"])
    }
  }

  @Test
  func `sets variables and ends it`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let path = "/v1/conversations/\(conversation)"
      let set = #"{"author":{"kind":"visitor"},"variables":{"a":[1,2.5,{"b":null}]}}"#
      #expect(try await scene.post("\(path)/variables", set).status == 200)
      #expect(
        try await scene.post("\(path)/variables", #"{"variables":7}"#).code == "malformed_body"
      )
      #expect(try await scene.post("\(path)/end", as: .auditor).code == "not_permitted")
      #expect(try await scene.post("\(path)/end", #"{"reason":"done"}"#).status == 200)
      #expect(try await scene.write("still there?", in: conversation).code == "conversation_ended")
    }
  }

  @Test
  func `is refused for a body of another kind, or none of JSON`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let path = "/v1/conversations/\(conversation)/messages"
      let form = ["Content-Type": "application/x-www-form-urlencoded"]
      #expect(
        try await scene.post(path, "text=hi", headers: form).code == "unsupported_media_type"
      )
      let latin = ["Content-Type": "application/json; charset=iso-8859-1"]
      #expect(try await scene.post(path, "{}", headers: latin).code == "unsupported_media_type")
      let unicode = ["Content-Type": "application/json; charset=UTF-8"]
      #expect(
        try await scene.post(path, #"{"text":"é"}"#, as: .anna, headers: unicode).status == 201
      )
      #expect(try await scene.post(path, "{}", as: .anna).code == "malformed_body")
    }
  }
}
