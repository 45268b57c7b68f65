import Conversations
import Testing

@Suite
struct `A question` {
  @Test
  func `is answered to those who may see the bot`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      try await scene.write("hello", in: conversation)
      let paths = [
        "/v1/bots/\(Scene.bot("Flights"))/inbox", "/v1/conversations/\(conversation)",
        "/v1/conversations/\(conversation)/transcript", "/v1/conversations/\(conversation)/why",
        "/v1/conversations/\(conversation)/events",
      ]
      for path in paths {
        for user in [User.airline, .eve, .admin, .auditor] {
          #expect(try await scene.get(path, as: user).status == 200, "\(path) \(user.name)")
        }
        for user in [User.rival, .mallory] {
          let answer = try await scene.get(path, as: user)
          #expect(answer.status == 404, "\(path) \(user.name)")
          #expect(answer.code?.hasSuffix("_not_found") == true)
        }
        #expect(try await scene.get(path, as: nil).code == "token_missing")
      }
      #expect(try await scene.get(paths[0], as: .anna).code == "not_permitted")
      #expect(try await scene.get(paths[1], as: .anna).status == 200)
      #expect(try await scene.get(paths[2], as: .anna).status == 200)
      #expect(try await scene.get(paths[3], as: .anna).code == "not_permitted")
      #expect(try await scene.get(paths[1], as: .ben).code == "conversation_not_found")
    }
  }

  @Test
  func `says nothing of another owner's conversation that a missing one does not say`() async throws
  {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let missing = "0190b6a0-5c1f-7d1e-8000-00000000ffff"
      for suffix in ["", "/transcript", "/why", "/events"] {
        let other = try await scene.get("/v1/conversations/\(conversation)\(suffix)", as: .rival)
        let none = try await scene.get("/v1/conversations/\(missing)\(suffix)", as: .rival)
        #expect(other.body == none.body)
      }
    }
  }

  @Test
  func `lists the bots of an owner alone`() async throws {
    try await Scene.with { scene async throws in
      func names(_ user: User) async throws -> [String] {
        try await scene.get("/v1/bots", as: user).json["bots"]?.elements
          .compactMap { $0["name"]?.text } ?? []
      }
      #expect(try await names(.airline) == ["Cars", "Flights", "Hotels", "Trains"])
      #expect(try await names(.eve) == ["Cars", "Flights", "Hotels", "Trains"])
      #expect(try await names(.rival) == ["Rival"])
      #expect(try await names(.auditor).count == 5)
      #expect(try await scene.get("/v1/bots", as: .anna).code == "not_permitted")
    }
  }

  @Test
  func `pages through an inbox without a gap or a double`() async throws {
    try await Scene.with { scene async throws in
      var started: [String] = []
      for number in 0..<7 { started.append(try await scene.begin(visitor: "v\(number)")) }
      var seen: [String] = []
      var next: String?
      repeat {
        let after = next.map { "&after=\($0)" } ?? ""
        let page = try await scene.get("/v1/bots/\(Scene.bot("Flights"))/inbox?limit=3\(after)")
          .json
        #expect(page["total"]?.number == 7)
        seen += page["rows"]?.elements.compactMap { $0["conversationId"]?.text } ?? []
        next = page["next"]?.text
        #expect(page["complete"] == .bool(next == nil))
      } while next != nil
      #expect(seen == started.reversed())
    }
  }

  @Test
  func `filters an inbox`() async throws {
    try await Scene.with { scene async throws in
      let moved = try await scene.begin(visitor: "v1")
      let helped = try await scene.begin(visitor: "v2")
      let ended = try await scene.begin(visitor: "v3")
      try await scene.callHandover(moved, to: "Hotels")
      try await scene.post("/v1/conversations/\(helped)/take-over", as: .eve)
      try await scene.write("a room in Lyon", in: helped, as: .eve)
      try await scene.post("/v1/conversations/\(ended)/end")
      func rows(_ query: String) async throws -> [String] {
        let answer = try await scene.get("/v1/bots/\(Scene.bot("Flights"))/inbox?\(query)")
        return try answer.json["rows"]?.elements.compactMap { $0["conversationId"]?.text } ?? []
      }
      #expect(try await Set(rows("")) == [helped, ended])
      #expect(try await Set(rows("tookPart=true")) == [moved, helped, ended])
      #expect(try await rows("tookPart=true&hadHandover=true") == [moved])
      #expect(try await rows("hadAgent=true") == [helped])
      #expect(try await rows("status=ended") == [ended])
      #expect(try await rows("text=lyon%20room") == [helped])
      #expect(try await rows("to=2001-01-01").isEmpty)
      #expect(try await Set(rows("from=2001-01-01")) == [helped, ended])
    }
  }

  @Test(arguments: [
    "limit=0", "limit=1001", "limit=x", "limit=1.5", "after=x", "status=gone", "from=yesterday",
    "tookPart=1", "asOf=never", "colour=red", "limit=1&limit=2", "to=2026-13-01",
  ])
  func `is refused with parameters it does not have`(query: String) async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.get("/v1/bots/\(Scene.bot("Flights"))/inbox?\(query)")
      #expect(answer.status == 400)
      #expect(answer.code == "malformed_query")
    }
  }

  @Test
  func `is answered with 304 until something changes`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let (path, inbox) = (
        "/v1/conversations/\(conversation)/transcript", "/v1/bots/\(Scene.bot("Flights"))/inbox",
      )
      for path in [path, inbox, "/v1/conversations/\(conversation)"] {
        let first = try await scene.get(path)
        let tag = try #require(first.headers["etag"])
        _ = try await scene.begin(with: "Hotels", visitor: "other")
        let same = try await scene.get(path, headers: ["If-None-Match": "\"x\", \(tag)"])
        #expect(same.status == 304)
        #expect(same.body.isEmpty)
        try await scene.write("hello", in: conversation)
        let changed = try await scene.get(path, headers: ["If-None-Match": tag])
        #expect(changed.status == 200)
        #expect(changed.headers["etag"] != tag)
      }
    }
  }

  @Test
  func `looks at the past`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let started = try await scene.get("/v1/conversations/\(conversation)").json["lastPosition"]
      let position = try #require(started?.number)
      try await scene.write("hello", in: conversation)
      try await scene.callHandover(conversation, to: "Hotels")
      let path = "/v1/conversations/\(conversation)"
      let then = try await scene.get("\(path)/transcript?asOf=\(position)").json
      #expect(then["position"]?.number == position)
      #expect(then["count"]?.number == 0)
      #expect(try await scene.get("\(path)/transcript").json["count"]?.number == 2)
      let row = try await scene.get("\(path)?asOf=\(position + 1)").json["row"]
      #expect(row?["holderBotId"]?.text == Scene.bot("Flights").description)
      #expect(row?["messages"]?.number == 1)
      let before = try await scene.get("\(path)/transcript?asOf=1")
      #expect(before.code == "conversation_not_found")
      let inbox = "/v1/bots/\(Scene.bot("Flights"))/inbox?asOf=\(position)"
      #expect(try await scene.get(inbox).json["total"]?.number == 1)
    }
  }

  @Test
  func `shows the empty line of a handover, and why`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      try await scene.callHandover(conversation, to: "Trains")
      try await scene.callHandover(conversation, to: "Hotels")
      let path = "/v1/conversations/\(conversation)"
      let entries = try await scene.get("\(path)/transcript").json["entries"]?.elements ?? []
      #expect(entries.map { $0["kind"]?.text } == ["handover"])
      #expect(entries.first?["text"]?.text == "")
      let why = try await scene.get("\(path)/why").json["events"]?.elements ?? []
      #expect(
        why.map { $0["type"]?.text } == ["conversationStarted", "handoverRefused", "handedOver"]
      )
      #expect(why[1]["code"]?.text == "handover_not_enabled")
    }
  }
}
