import ConversationLedger
import Conversations
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `The live stream of the log` {
  @Test
  func `gives each event as a CloudEvent whose id is its position`() async throws {
    try await Scene.with { scene async throws in
      var stream = try await EventStream(scene, "/v1/events", as: .airline)
      #expect(stream.status == 200)
      #expect(stream.mediaType == "text/event-stream")
      _ = try await stream.next()
      let (conversation, first) = try await scene.openConversation()
      try await scene.visitorSays("Hello", in: conversation)
      let events = try await stream.events(2)
      #expect(events.map(\.lastEventID) == [first, first + 1])
      let cloudEvent = try events[1].json
      #expect(cloudEvent["specversion"]?.text == "1.0")
      #expect(cloudEvent["id"]?.text == "\(first + 1)")
      #expect(cloudEvent["type"]?.text == "conversation-ledger.messagePosted")
      #expect(cloudEvent["subject"]?.text == conversation)
      #expect(cloudEvent["data"]?["text"]?.text == "Hello")
      for event in events { try CloudEventSchema.check(event.json) }
    }
  }

  @Test
  func `goes on behind Last-Event-ID with exactly what is missing`() async throws {
    try await Scene.with { scene async throws in
      let (conversation, start) = try await scene.openConversation()
      for number in 0..<10 { try await scene.visitorSays("\(number)", in: conversation) }
      var first = try await EventStream(scene, "/v1/events?after=\(start - 1)", as: .airline)
      let read = try await first.events(4)
      for number in 10..<20 { try await scene.visitorSays("\(number)", in: conversation) }
      let last = read.last?.lastEventID
      var second = try await EventStream(scene, "/v1/events", as: .airline, lastEventID: last)
      let positions = (read + (try await second.events(17))).map(\.lastEventID)
      #expect(positions == (start...start + 20).map { $0 })
    }
  }

  @Test
  func `is the same from memory and from the log`() async throws {
    try await Scene.with(environment: ["HANDOVER_LIVE_BUFFERED_EVENTS": "4"]) {
      scene async throws in
      var live = try await EventStream(scene, "/v1/events", as: .airline)
      _ = try await live.next()
      let (conversation, start) = try await scene.openConversation()
      for number in 0..<5 { try await scene.visitorSays("\(number)", in: conversation) }
      try await scene.moveConversation(conversation, to: "Hotels")
      for number in 5..<20 { try await scene.visitorSays("\(number)", in: conversation) }
      let seen = try await live.events(22).map(\.data)
      for behind in [0, 3, 6, 7, 15, 20] {
        let after = start - 1 + UInt64(behind)
        var later = try await EventStream(scene, "/v1/events?after=\(after)", as: .airline)
        #expect(try await later.events(22 - behind).map(\.data) == Array(seen[behind...]))
      }
    }
  }

  @Test
  func `has no word of what was erased, though it was kept for readers`() async throws {
    try await Scene.with { scene async throws in
      var live = try await EventStream(scene, "/v1/events", as: .airline)
      _ = try await live.next()
      let (conversation, start) = try await scene.openConversation()
      try await scene.visitorSays("a secret word", in: conversation)
      #expect(try await live.events(2).last?.json["data"]?["text"]?.text == "a secret word")
      let order = #"{"conversationId":"\#(conversation)","ground":"ticket 81"}"#
      #expect(try await scene.post("/v1/erasures", order, as: .admin).status == 201)
      var later = try await EventStream(scene, "/v1/events?after=\(start - 1)", as: .airline)
      let message = try await later.events(2)[1].json
      #expect(message["data"]?["text"]?.text == nil)
      #expect(message["data"]?["erased"] == .bool(true))
      // The stream that was open goes on.
      #expect(try await live.events(1).first?.json["type"]?.text?.contains("visitorErased") == true)
    }
  }

  @Test
  func `shows an owner only the own bots, and says how far it has looked`() async throws {
    try await Scene.with(environment: ["HANDOVER_LIVE_HEARTBEAT_SECONDS": "1"]) {
      scene async throws in
      var rival = try await EventStream(scene, "/v1/events", as: .rival)
      var auditor = try await EventStream(scene, "/v1/events", as: .auditor)
      let (conversation, _) = try await scene.openConversation()
      let hidden = try await scene.visitorSays("secret", in: conversation)
      let (_, own) = try await scene.openConversation("rita", with: "Rival", as: .rival)
      let event = try await rival.events(1)
      #expect(event.map(\.lastEventID) == [own])
      let later = try await scene.visitorSays("secret too", in: conversation)
      var block = try await rival.next()
      while let heard = block, heard.lastEventID != later { block = try await rival.next() }
      #expect(block?.data == nil)
      #expect(try await auditor.events(3).map(\.lastEventID).contains(hidden))
    }
  }

  @Test(arguments: ["x", "-1", "999999"])
  func `refuses a position that is malformed or has not come yet`(after: String) async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.get("/v1/events?after=\(after)")
      #expect(answer.status == 400)
      #expect(answer.code == "malformed_query")
      let header = ["Last-Event-ID": after]
      #expect(try await scene.get("/v1/events", headers: header).status == 400)
      #expect(try await scene.get("/v1/events", as: nil).status == 401)
    }
  }

  @Test
  func `tells its readers when the server stops`() async throws {
    try await Scene.with { scene async throws in
      var stream = try await EventStream(scene, "/v1/events", as: .airline)
      _ = try await stream.next()
      async let code = scene.server.stop(SIGTERM)
      let last = try await stream.events(1)
      #expect(last.map(\.name) == ["dropped"])
      #expect(try last.first?.json["reason"]?.text == "server_stopping")
      #expect(try await stream.next() == nil)
      #expect(try await code == 0)
    }
  }

  @Test
  func `has room for as many as the operator says`() async throws {
    try await Scene.with(environment: ["HANDOVER_LIVE_FOLLOWERS": "2"]) { scene async throws in
      var streams: [EventStream] = []
      for _ in 0..<2 {
        var stream = try await EventStream(scene, "/v1/events", as: .airline)
        _ = try await stream.next()
        streams.append(stream)
      }
      let answer = try await scene.get("/v1/events")
      #expect(answer.status == 503)
      #expect(answer.code == "too_many_followers")
      #expect(try await scene.metric("handover_followers") == 2)
      withExtendedLifetime(streams) {}
    }
  }

  @Test
  func `has room for as many of one person as the operator says`() async throws {
    try await Scene.with(environment: ["HANDOVER_LIVE_FOLLOWERS_PER_PERSON": "1"]) {
      scene async throws in
      var first = try await EventStream(scene, "/v1/events", as: .eve)
      _ = try await first.next()
      let second = try await scene.get("/v1/events", as: .eve)
      #expect(second.status == 429)
      #expect(second.code == "too_many_streams")
      let joe = try await EventStream(scene, "/v1/events", as: .joe)
      #expect(joe.status == 200)
      // A person of the same name with another role is another one.
      let visitor = User(name: "eve", role: "visitor")
      #expect(try await EventStream(scene, "/v1/events", as: visitor).status == 200)
      withExtendedLifetime((first, joe)) {}
    }
  }

  @Test
  func `gives the place of a reader that went away to the next one`() async throws {
    let settings = [
      "HANDOVER_LIVE_FOLLOWERS": "1", "HANDOVER_LIVE_HEARTBEAT_SECONDS": "3600",
    ]
    try await Scene.with(environment: settings) { scene async throws in
      let reader = try Connection(port: scene.server.port)
      let token = try scene.token(.airline)
      try reader.send(
        "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n"
      )
      _ = try await onThread { try reader.receive { $0.contains("retry:") } }
      #expect(try await scene.metric("handover_followers") == 1)
      reader.close()
      while try await scene.metric("handover_followers") != 0 {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(try await EventStream(scene, "/v1/events", as: .airline).status == 200)
    }
  }

  @Test
  func `ends with the token of its reader`() async throws {
    let flags = ["--set", "tokens.leeway-seconds=0", "--set", "live.heartbeat-seconds=1"]
    try await Scene.with(arguments: flags) { scene async throws in
      let token = try scene.token(.airline, lasting: 5)
      var stream = try await EventStream(scene, "/v1/events", as: .airline, token: token)
      #expect(stream.status == 200)
      let last = try await stream.events(1)
      #expect(last.map(\.name) == ["dropped"])
      #expect(try last.first?.json["reason"]?.text == "token_expired")
      #expect(try await stream.next() == nil)
    }
  }

  @Test
  func `reaches two hundred readers`() async throws {
    try await Scene.with(environment: ["HANDOVER_LIVE_FOLLOWERS_PER_PERSON": "0"]) {
      scene async throws in
      let (conversation, start) = try await scene.openConversation()
      try await withThrowingTaskGroup(of: UInt64?.self) { group in
        for _ in 0..<200 {
          group.addTask {
            var stream = try await EventStream(scene, "/v1/events?after=\(start)", as: .airline)
            return try await stream.events(1).first?.lastEventID
          }
        }
        let position = try await scene.visitorSays("to all", in: conversation)
        for try await seen in group { #expect(seen == position) }
      }
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `The live stream of an inbox` {
  private func path(_ bot: String) -> String { "/v1/bots/\(Scene.bot(bot))/inbox/live" }

  @Test
  func `shows a conversation come, stay and leave`() async throws {
    try await Scene.with { scene async throws in
      var hotels = try await EventStream(scene, path("Hotels"), as: .airline)
      _ = try await hotels.next()
      let (conversation, start) = try await scene.openConversation()
      try await scene.visitorSays("in Flights", in: conversation)
      let came = try await scene.moveConversation(conversation, to: "Hotels")
      let stayed = try await scene.visitorSays("in Hotels", in: conversation)
      let left = try await scene.moveConversation(conversation, to: "Cars")
      try await scene.visitorSays("in Cars", in: conversation)
      let back = try await scene.moveConversation(conversation, to: "Hotels")
      let expected: [UInt64?] = [came, stayed, left, back]
      #expect(try await hotels.events(4).map(\.lastEventID) == expected)
      let again = path("Hotels") + "?after=\(start)"
      var later = try await EventStream(scene, again, as: .airline)
      #expect(try await later.events(4).map(\.lastEventID) == expected)
    }
  }

  @Test
  func `is hidden from other owners, and from visitors`() async throws {
    try await Scene.with { scene async throws in
      for (user, status) in [(User.rival, 404), (.mallory, 404), (.anna, 403)] {
        let answer = try await scene.get(path("Flights"), as: user)
        #expect(answer.status == status)
      }
    }
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `A process that only reads` {
  @Test
  func `hears of what the server writes`() async throws {
    try await Scene.with { scene async throws in
      let reader = try Ledger(at: scene.ledger.path, for: .reading, options: .small)
      let head = try reader.headPosition()
      async let next = reader.headPosition(beyond: head)
      let (_, position) = try await scene.openConversation()
      #expect(try await next == position)
    }
  }
}
