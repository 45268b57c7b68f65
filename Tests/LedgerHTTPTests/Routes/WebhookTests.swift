import Conversations
import Testing

@Suite
struct `The handover webhook` {
  @Test
  func `moves a conversation and says where it is now`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let answer = try await scene.post(
        "/v1/conversations/\(conversation)/handover",
        """
        {"botId": "\(Scene.bot("Hotels"))", "moduleId": 1, "sourceBotId": "\(Scene.bot("Flights"))",
         "variables": {"city": "Lyon", "adults": 2}, "reason": "books a room"}
        """,
      )
      #expect(answer.status == 200)
      #expect(try answer.json["conversationId"]?.text == conversation)
      #expect(try answer.json["holderBotId"]?.text == Scene.bot("Hotels").description)
      #expect(try answer.json["moduleId"]?.number == 1)
      let page = try await scene.get("/v1/conversations/\(conversation)").json
      #expect(page["row"]?["icon"]?.text == "right-arrow")
      #expect(page["lastPosition"] == (try answer.json["position"]))
    }
  }

  @Test(arguments: [
    "", "[]", "null", "7", "{", #""text""#, "{}", #"{"botId":"B"}"#, #"{"moduleId":1}"#,
    #"{"botId":"B","moduleId":"12"}"#, #"{"botId":"B","moduleId":12.5}"#,
    #"{"botId":"B","moduleId":1.0}"#, #"{"botId":"B","moduleId":1e0}"#,
    #"{"botId":"B","moduleId":true}"#, #"{"botId":"B","moduleId":null}"#,
    #"{"botId":"B","moduleId":0}"#, #"{"botId":"B","moduleId":-1}"#,
    #"{"botId":"B","moduleId":4294967296}"#, #"{"botId":"B","moduleId":[1]}"#,
    #"{"botId":"Hotels","moduleId":1}"#, #"{"botId":7,"moduleId":1}"#,
    #"{"botId":"00000000-0000-0000-0000-000000000000","moduleId":1}"#,
    #"{"botId":"B","moduleId":1,"extra":1}"#, #"{"botId":"B","moduleId":1,"moduleId":1}"#,
    #"{"botId":"B","BotId":"B","moduleId":1}"#, #"{"botId":"B","moduleId":1,"reason":7}"#,
    #"{"botId":"B","moduleId":1,"variables":[]}"#, #"{"botId":"B","moduleId":1,"sourceBotId":"x"}"#,
    #"{"botId":"B","moduleId":1}{}"#, #"{"botId":"B","moduleId":1,}"#,
    #"{"botId":"B","moduleId":1,"reason":"\ud800"}"#, #"{"botId":"B","moduleId":01}"#,
  ])
  func `takes exactly its shape`(body: String) async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let answer = try await scene.post(
        "/v1/conversations/\(conversation)/handover",
        body.replacing("\"B\"", with: "\"\(Scene.bot("Hotels"))\""),
      )
      #expect(answer.status == 400)
      #expect(answer.code == "malformed_body")
    }
  }

  @Test
  func `answers a repeated key as it did first, and changes nothing`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let key = ["Idempotency-Key": "a-1"]
      let first = try await scene.callHandover(conversation, to: "Hotels", headers: key)
      #expect(first.headers["idempotency-replayed"] == nil)
      try await scene.callHandover(conversation, to: "Cars")
      let again = try await scene.callHandover(conversation, to: "Hotels", headers: key)
      #expect(again.status == 200)
      #expect(again.body == first.body)
      #expect(again.headers["idempotency-replayed"] == "true")
      let other = try await scene.callHandover(conversation, to: "Cars", headers: key)
      #expect(other.status == 422)
      #expect(other.code == "idempotency_key_reused")
      let page = try await scene.get("/v1/conversations/\(conversation)").json
      #expect(page["row"]?["handovers"]?.number == 2)
    }
  }

  @Test
  func `refuses an expected position that is past`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let answer = try await scene.callHandover(
        conversation,
        to: "Hotels",
        headers: ["Expected-Position": "1"],
      )
      #expect(answer.status == 409)
      #expect(answer.code == "wrong_expected_position")
      let actual = try #require(try answer.json["actualPosition"]?.number)
      let headers = ["Expected-Position": "\(actual)"]
      #expect(
        try await scene.callHandover(conversation, to: "Hotels", headers: headers).status == 200
      )
      for text in ["x", "-1", "1.5", ""] {
        let headers = ["Expected-Position": text]
        let answer = try await scene.callHandover(conversation, to: "Cars", headers: headers)
        #expect(answer.code == "malformed_body" || text.isEmpty, "\(text)")
      }
    }
  }

  /// R7: each call has everything wrong that the checks behind its own would find.
  @Test
  func `checks in the order of the rules`() async throws {
    try await Scene.with { scene async throws in
      let nowhere = "0190b6a0-5c1f-7d1e-8000-00000000ffff"
      let bad = #"{"botId":7}"#
      func code(
        _ conversation: String,
        to bot: String,
        module: Int = 9,
        source: String? = nil,
        as user: User? = .airline,
      ) async throws -> String? {
        let named = source.map { #","sourceBotId":"\#(Scene.bot($0))""# } ?? ""
        let body = #"{"botId":"\#(Scene.bot(bot))","moduleId":\#(module)\#(named)}"#
        let path = "/v1/conversations/\(conversation)/handover"
        return try await scene.post(path, body, as: user).code
      }
      let path = "/v1/conversations/\(nowhere)/handover"
      #expect(try await scene.post(path, bad, as: nil).code == "token_missing")
      #expect(try await scene.post(path, bad).code == "malformed_body")
      #expect(try await scene.post("/v1/conversations/x/handover", bad).code == "malformed_body")
      #expect(try await code(nowhere, to: "Nobody") == "conversation_not_found")
      #expect(try await code("not-a-uuid", to: "Nobody") == "conversation_not_found")

      let ended = try await scene.begin()
      try await scene.post("/v1/conversations/\(ended)/take-over", as: .eve)
      try await scene.post("/v1/conversations/\(ended)/end", as: .eve)
      #expect(
        try await code(ended, to: "Nobody", source: "Hotels", as: .rival)
          == "conversation_not_found"
      )
      #expect(try await code(ended, to: "Nobody", source: "Hotels") == "conversation_ended")

      let taken = try await scene.begin()
      try await scene.post("/v1/conversations/\(taken)/take-over", as: .eve)
      #expect(try await code(taken, to: "Nobody", source: "Hotels") == "agent_in_control")

      let free = try await scene.begin()
      #expect(try await code(free, to: "Flights", source: "Hotels") == "not_the_holder")
      #expect(try await code(free, to: "Flights", source: "Flights") == "same_bot")
      #expect(try await code(free, to: "Nobody") == "bot_not_found")
      #expect(try await code(free, to: "Rival") == "owner_mismatch")
      #expect(try await code(free, to: "Trains") == "handover_not_enabled")
      #expect(try await code(free, to: "Hotels") == "module_not_found")
      for bot in ["Hotels", "Flights", "Hotels", "Flights", "Hotels"] + ["Flights", "Hotels"] {
        #expect(try await code(free, to: bot, module: 1) == nil)
      }
      for bot in ["Flights", "Hotels", "Flights"] {
        #expect(try await code(free, to: bot, module: 1) == nil)
      }
      #expect(try await code(free, to: "Cars", module: 1) == "handover_loop")
      #expect(try await scene.write("hello?", in: free).status == 201)
      #expect(try await code(free, to: "Cars", module: 1) == nil)
    }
  }

  @Test
  func `is for the owner of both bots alone`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      for (user, code) in [
        (User.rival, "conversation_not_found"), (.mallory, "conversation_not_found"),
        (.ben, "conversation_not_found"), (.anna, "owner_mismatch"), (.eve, "owner_mismatch"),
        (.admin, "owner_mismatch"), (.auditor, "owner_mismatch"),
      ] {
        let answer = try await scene.callHandover(conversation, to: "Hotels", as: user)
        #expect(answer.code == code, "\(user.name)")
      }
      #expect(try await scene.callHandover(conversation, to: "Hotels").status == 200)
    }
  }

  @Test
  func `does one thing for two calls with one key at once`() async throws {
    try await Scene.with { scene async throws in
      for round in 0..<8 {
        let conversation = try await scene.begin(visitor: "v\(round)")
        let key = ["Idempotency-Key": "round-\(round)"]
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
          for _ in 0..<4 {
            group.addTask {
              try await scene.callHandover(conversation, to: "Hotels", headers: key)
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(answers.count { $0.headers["idempotency-replayed"] == nil } == 1)
        let page = try await scene.get("/v1/conversations/\(conversation)").json
        #expect(page["row"]?["handovers"]?.number == 1)
      }
    }
  }
}
