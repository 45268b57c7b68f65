import ConversationLedger
import Conversations
import Crypto
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `An agent desk` {
  private static let secret = "a secret that only the desk and the ledger know"

  /// The settings of a server that tells a desk.
  ///
  /// On a busy machine a desk may answer late, and is then asked again; so only the test of that
  /// gives it little time.
  private static func settings(_ desk: DeskServer, timeout: String = "30") -> [String: String] {
    [
      "HANDOVER_WEBHOOKS_DESK_URL": desk.url + "/messages",
      "HANDOVER_WEBHOOKS_DESK_CLAIM_URL": desk.url + "/claims",
      "HANDOVER_WEBHOOKS_DESK_SECRET": secret,
      "HANDOVER_WEBHOOKS_DESK_TIMEOUT_SECONDS": timeout,
    ]
  }

  private func with(
    timeout: String = "30",
    _ body: (Scene, DeskServer) async throws -> Void,
  ) async throws {
    try await DeskServer.with { desk in
      let settings = Self.settings(desk, timeout: timeout)
      try await Scene.with(environment: settings) { try await body($0, desk) }
    }
  }

  @Test(arguments: ["", "\n", "short", "whsec_", "whsec_c2hvcnQ="])
  func `is not signed to with a secret that is none`(secret: String) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "desk-\(UUID().uuidString)")
    try Data(secret.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let flags = ["serve", "--check", "--set", "webhooks.desk.url=http://127.0.0.1:1/"]
    for setting in ["secret-file=\(file.path)", "secret=\(secret)"] {
      let answer = try await Tool.run(flags + ["--set", "webhooks.desk.\(setting)"])
      #expect(answer.code == 78)
      #expect(answer.error.contains("desk desk needs a secret of at least 24 bytes"))
    }
  }

  @Test
  func `is told of a claim and of what users and bots write, in order and signed`() async throws {
    try await with { scene, desk in
      let (conversation, _) = try await scene.openConversation("anna")
      let said = try await scene.visitorSays("Help me", in: conversation)
      let bot = #"{"kind":"bot","botId":"\#(Scene.bot("Flights"))"}"#
      let messages = "/v1/conversations/\(conversation)/messages"
      let choice = #"{"author":\#(bot),"text":"Which?","quickReplies":["a","b"]}"#
      #expect(try await scene.post(messages, choice).status == 201)
      let variables = #"{"author":\#(bot),"variables":{"order":7}}"#
      let path = "/v1/conversations/\(conversation)/"
      #expect(try await scene.post(path + "variables", variables).status == 200)
      let request = try await scene.post(path + "agent-request")
      #expect(request.status == 200, "\(request.text)")
      #expect(try await scene.post(path + "take-over", as: .eve).status == 200)
      #expect(try await scene.post(messages, #"{"text":"I am Eve"}"#, as: .eve).status == 201)
      try await scene.visitorSays("Thanks", in: conversation)
      await desk.accepts(4)
      let posts = desk.accepted
      #expect(posts.map(\.path) == ["/messages", "/messages", "/claims", "/messages"])
      #expect(posts.map(\.position).first == said)
      let user = try posts[0].json
      #expect(user["interlocutor"]?.text == "user")
      #expect(user["data"]?["message"]?["from"]?.text == "human")
      let visitor = "webbot:\(VisitorID.named("visitor", "anna"))"
      #expect(user["data"]?["message"]?["user_id"]?.text == visitor)
      #expect(posts.map(\.text) == ["Help me", "Which?", nil, "Thanks"])
      #expect(try posts[1].json["interlocutor"]?.text == "bot")
      #expect(try posts[1].json["data"]?["type"]?.text == "choice")
      let claim = try posts[2].json
      #expect(claim["to"]?.text == visitor)
      #expect(claim["sessionId"]?.text == conversation)
      #expect(claim["botId"]?.text == Scene.bot("Flights").description)
      #expect(claim["direction"]?.text == "out")
      #expect(claim["reply"]?.text == "Help me")
      #expect(claim["customVariables"]?["order"]?.number == 7)
      for post in posts { #expect(Self.isSigned(post)) }
    }
  }

  /// Whether the signature is that of the Standard Webhooks specification.
  private static func isSigned(_ post: DeskServer.Post) -> Bool {
    let time = post.headers["webhook-timestamp"] ?? ""
    let signed = Array("\(post.id).\(time).".utf8) + post.body
    let code = HMAC<SHA256>.authenticationCode(
      for: signed,
      using: SymmetricKey(data: Data(secret.utf8)),
    )
    return post.headers["webhook-signature"] == "v1,\(Data(code).base64EncodedString())"
  }

  @Test
  func `that fails gets the same post until it accepts, and holds up nobody`() async throws {
    try await with { scene, desk in
      desk.answer(.fails(503))
      let (conversation, _) = try await scene.openConversation("anna")
      let first = try await scene.visitorSays("0", in: conversation)
      for number in 1..<10 { try await scene.visitorSays("\(number)", in: conversation) }
      await desk.refuses(3)
      #expect(desk.accepted.isEmpty)
      #expect(Set(desk.refused.map(\.position)) == [first])
      desk.answer(.accepts)
      await desk.accepts(10)
      #expect(desk.accepted.map(\.text) == (0..<10).map { "\($0)" })
    }
  }

  @Test
  func `that stalls is asked again, and appends are answered meanwhile`() async throws {
    try await with(timeout: "1") { scene, desk in
      desk.answer(.stalls)
      let (conversation, _) = try await scene.openConversation("anna")
      try await scene.visitorSays("0", in: conversation)
      await desk.refuses(1)
      for number in 1..<10 { try await scene.visitorSays("\(number)", in: conversation) }
      await desk.refuses(2)
      #expect(desk.accepted.isEmpty)
      desk.answer(.accepts)
      await desk.accepts { Set($0.map(\.id)).count >= 10 }
      var seen: Set<String> = []
      let posts = desk.accepted.filter { seen.insert($0.id).inserted }
      #expect(posts.map(\.text) == (0..<10).map { "\($0)" })
    }
  }

  @Test
  func `misses nothing when the server is killed`() async throws {
    try await with { scene, desk in
      let (conversation, _) = try await scene.openConversation("anna")
      for number in 0..<5 { try await scene.visitorSays("\(number)", in: conversation) }
      await desk.accepts(3)
      desk.answer(.fails(500))
      for number in 5..<15 { try await scene.visitorSays("\(number)", in: conversation) }
      await desk.refuses(1)
      try await scene.server.stop(SIGKILL)
      desk.answer(.accepts)
      let again = try await scene.restarted(environment: Self.settings(desk))
      try await again.visitorSays("15", in: conversation)
      await desk.accepts { posts in posts.contains { $0.text == "15" } }
      var seen: Set<String> = []
      let texts = desk.accepted.compactMap(\.text).filter { seen.insert($0).inserted }
      #expect(texts == (0...15).map { "\($0)" })
      try await again.server.stop()
    }
  }

  @Test(arguments: ["", "nonsense", #"{"position":4,"record":"of another log"}"#])
  func `hears everything again when its cursor does not fit the log`(content: String) async throws {
    try await with { scene, desk in
      let (conversation, _) = try await scene.openConversation("anna")
      for number in 0..<3 { try await scene.visitorSays("\(number)", in: conversation) }
      await desk.accepts(3)
      try await scene.server.stop()
      let cursor = scene.ledger.appending(path: "desks/desk.json")
      #expect(FileManager.default.fileExists(atPath: cursor.path))
      try Data(content.utf8).write(to: cursor)
      let again = try await scene.restarted(environment: Self.settings(desk))
      await desk.accepts(6)
      #expect(desk.accepted.map(\.text) == ["0", "1", "2", "0", "1", "2"])
      try await again.server.stop()
    }
  }

  @Test
  func `begins where the operator says when it is new`() async throws {
    try await Scene.with { scene in
      let (conversation, _) = try await scene.openConversation("anna")
      let old = try await scene.visitorSays("old", in: conversation)
      try await scene.server.stop()
      try await DeskServer.with { desk in
        var settings = Self.settings(desk)
        settings["HANDOVER_WEBHOOKS_DESK_AFTER"] = "\(old)"
        let again = try await scene.restarted(environment: settings)
        try await again.visitorSays("new", in: conversation)
        await desk.accepts(1)
        #expect(desk.accepted.map(\.text) == ["new"])
        #expect(try await again.metric("handover_log_position") == Double(old + 1))
        try await again.server.stop()
      }
    }
  }

  @Test
  func `is told only of its owner's conversations`() async throws {
    try await DeskServer.with { desk in
      var settings = Self.settings(desk)
      settings["HANDOVER_WEBHOOKS_DESK_OWNER"] = "rival"
      try await Scene.with(environment: settings) { scene in
        let (other, _) = try await scene.openConversation("anna")
        try await scene.visitorSays("not for the rival", in: other)
        let (own, _) = try await scene.openConversation("rita", with: "Rival", as: .rival)
        try await scene.visitorSays("for the rival", in: own, as: .rival)
        await desk.accepts(1)
        #expect(desk.accepted.map(\.text) == ["for the rival"])
      }
    }
  }
}
