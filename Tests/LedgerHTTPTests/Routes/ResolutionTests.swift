import ConversationLedger
import Conversations
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `What a call leaves to the ledger` {
  @Test
  func `is decided in order, so its key is answered as first given`() async throws {
    try await Scene.with { scene async throws in
      // Given a request for an agent by whoever holds the conversation.
      let (conversation, _) = try await scene.openConversation("anna")
      let path = "/v1/conversations/\(conversation)/agent-request"
      let key = ["Idempotency-Key": "a-1"]
      let first = try await scene.post(path, "{}", headers: key)
      #expect(first.status == 200)
      // When another bot holds it and the call comes again, then its answer does.
      try await scene.moveConversation(conversation, to: "Hotels")
      let again = try await scene.post(path, "{}", headers: key)
      #expect(again.status == 200)
      #expect(again.body == first.body)
      #expect(again.headers["idempotency-replayed"] == "true")
    }
  }

  @Test
  func `is refused again under its key with when it was refused first`() async throws {
    try await Scene.with { scene async throws in
      let (conversation, _) = try await scene.openConversation("anna")
      let path = "/v1/conversations/\(conversation)/handover"
      let body = #"{"botId":"\#(Scene.bot("Trains"))","moduleId":1}"#
      let key = ["Idempotency-Key": "h-1"]
      let first = try await scene.post(path, body, headers: key)
      #expect(first.code == "handover_not_enabled")
      #expect(first.headers["idempotency-replayed"] == nil)
      #expect(try first.json["firstGivenAt"] == nil)
      let approval = "/v1/bots/\(Scene.bot("Trains"))/handover-approval"
      #expect(try await scene.post(approval, as: .admin).status == 200)
      let again = try await scene.post(path, body, headers: key)
      #expect(again.code == "handover_not_enabled")
      #expect(again.headers["idempotency-replayed"] == "true")
      let then = try #require(try again.json["firstGivenAt"]?.text)
      let detail = try #require(try again.json["detail"]?.text)
      #expect(detail.hasSuffix("(first answered \(then); a new idempotency key asks anew)"))
      #expect(try await scene.post(path, body, headers: ["Idempotency-Key": "h-2"]).status == 200)
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `An identifier made from a name` {
  @Test
  func `is entered only by the account it is made from`() async throws {
    try await Scene.with { scene async throws in
      let rival = "/v1/bots/\(Scene.bot("Rival"))/deployments"
      func deploy(_ id: String?) async throws -> Answer {
        let given = id.map { #","deploymentId":"\#($0)""# } ?? ""
        return try await scene.post(rival, #"{"channel":"sunshine"\#(given)}"#, as: .rival)
      }
      // What Flights will have on Sunshine, and what is Flights' on the web.
      let future = DeploymentID.of(Scene.bot("Flights"), on: "sunshine").description
      for id in [future, Scene.deployment("Flights").description] {
        #expect(try await deploy(id).code == "not_permitted")
      }
      let own = DeploymentID.of(Scene.bot("Rival"), on: "sunshine").description
      #expect(try await deploy(own).status == 201)
      #expect(try await deploy(nil).status == 201)
      let free = DeploymentID.fresh().description
      #expect(try await deploy(free).status == 201)

      let airline = OwnerID.account("airline").description
      let boats = BotID.named("bot", airline, "Boats").description
      let trojan = #"{"name":"Boats","botId":"\#(boats)"}"#
      #expect(try await scene.post("/v1/bots", trojan, as: .rival).code == "not_permitted")
      #expect(try await scene.post("/v1/bots", trojan, as: .airline).status == 201)
    }
  }

  @Test
  func `of a conversation is that of the own account and external id`() async throws {
    try await Scene.with { scene async throws in
      func begin(_ id: ConversationID, as user: User) async throws -> Answer {
        let body = """
          {"deploymentId":"\(Scene.deployment(user == .rival ? "Rival" : "Flights"))",
           "conversationId":"\(id)","externalId":"crm-1"}
          """
        return try await scene.post("/v1/conversations", body, as: user)
      }
      let imported = ConversationID.named("conversation", "crm", "crm-1")
      #expect(try await begin(imported, as: .rival).code == "not_permitted")
      let owner = OwnerID.account("rival").description
      let own = ConversationID.named("conversation", owner, "crm-1")
      #expect(try await begin(own, as: .airline).code == "not_permitted")
      #expect(try await begin(own, as: .rival).status == 201)
      #expect(try await begin(imported, as: .admin).status == 201)
      // Taken or not, it is refused alike.
      #expect(try await begin(imported, as: .rival).code == "not_permitted")
    }
  }

  @Test
  func `is not the account that is written like it`() async throws {
    try await Scene.with { scene async throws in
      let (conversation, _) = try await scene.openConversation("anna")
      let path = "/v1/conversations/\(conversation)/transcript"
      let anna = VisitorID.named("visitor", "anna")
      let twin = User(name: anna.description, role: "visitor")
      #expect(try await scene.get(path, as: .anna).status == 200)
      #expect(try await scene.get(path, as: twin).code == "conversation_not_found")
      // Nor is a visitor who is begun under it.
      let (own, _) = try await scene.openConversation(anna.description)
      let ownPath = "/v1/conversations/\(own)/transcript"
      #expect(try await scene.get(ownPath, as: twin).status == 200)
      #expect(try await scene.get(ownPath, as: .anna).code == "conversation_not_found")
      // A visitor whose identifier the ledger made is known by it.
      let body = #"{"deploymentId":"\#(Scene.deployment("Flights"))"}"#
      let begun = try await scene.post("/v1/conversations", body).json
      let fresh = User(name: try #require(begun["visitorId"]?.text), role: "visitor")
      let freshPath = "/v1/conversations/\(begun["conversationId"]?.text ?? "")/transcript"
      #expect(try await scene.get(freshPath, as: fresh).status == 200)
    }
  }

  @Test
  func `of another owner's deployment answers the dialect as one that is not there`() async throws {
    try await Scene.with { scene async throws in
      _ = try await scene.openConversation("anna")
      let theirs = Scene.deployment("Flights"), nobodys = DeploymentID.fresh()
      for deployment in [theirs, nobodys] {
        for user in ["anna", "nobody"] {
          let path = "/webbot/api/webchat/\(deployment)/handover/\(user)/"
          let answer = try await scene.get(path, as: .mallory)
          #expect(answer.status == 404)
          #expect(answer.code == "deployment_not_found")
        }
      }
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `A name that no list could show` {
  @Test
  func `is a malformed body, by its bytes and not by what people count`() async throws {
    try await Scene.with { scene async throws in
      let long = "a" + String(repeating: "\u{301}", count: 600)
      let deployment = Scene.deployment("Flights")
      for member in [#""name":"\#(long)""#, #""externalId":"\#(long)""#] {
        let body = #"{"deploymentId":"\#(deployment)",\#(member)}"#
        let answer = try await scene.post("/v1/conversations", body)
        #expect(answer.status == 400)
        #expect(answer.code == "malformed_body")
      }
      let (conversation, _) = try await scene.openConversation("anna")
      let reason = String(repeating: "r", count: 5_000)
      for path in ["end", "agent-request"] {
        let body = #"{"reason":"\#(reason)"}"#
        let answer = try await scene.post("/v1/conversations/\(conversation)/\(path)", body)
        #expect(answer.code == "malformed_body", "\(path)")
      }
      let bot = #"{"name":"\#(long)"}"#
      #expect(try await scene.post("/v1/bots", bot).code == "malformed_body")
    }
  }
}
