import Conversations
import Foundation

/// A server with its page, and browsers before it.
struct PageScene: Sendable {
  let scene: Scene
  let driver: BrowserDriver

  /// Runs a body with a server on a new ledger, and a driver for browsers.
  static func with(_ body: (PageScene) async throws -> Void) async throws {
    try await Scene.with { scene in
      try await BrowserDriver.with { driver in
        try await body(PageScene(scene: scene, driver: driver))
      }
    }
  }

  /// The address of a page.
  func address(_ path: String) -> String { scene.server.url + path }

  /// The address of a bot's inbox.
  func inbox(of bot: String) -> String { address("/?bot=\(Scene.bot(bot))") }

  /// Signs a user in, in a browser of the user's own, and shows an inbox.
  func browser(
    of user: User,
    showing bot: String,
    width: Int = 1280,
    height: Int = 800,
    prefersDark: Bool = false,
  ) async throws -> Browser {
    let browser = try await driver.browser(
      width: width,
      height: height,
      prefersDark: prefersDark,
    )
    try await browser.go(inbox(of: bot))
    try await browser.write(try scene.token(user), into: "input[name=token]")
    try await browser.click("main form button")
    try await browser.wait(for: "html.scripted #list-body")
    try await browser.wait(for: "#live[data-state=live]")
    return browser
  }

  /// Begins a conversation.
  ///
  /// - Returns: Its identifier.
  func start(_ visitor: String, at bot: String = "Flights") async throws -> String {
    let answer = try await scene.post(
      "/v1/conversations",
      json(["deploymentId": .string("\(Scene.deployment(bot))"), "name": .string(visitor)]),
    )
    guard let id = try answer.json["conversationId"]?.text else {
      throw BrowserDriver.Fault(description: "no conversation: \(answer.status) \(answer.text)")
    }
    return id
  }

  /// Says something as the visitor.
  func say(_ text: String, in conversation: String) async throws {
    let author: JSONValue = .object(["kind": .string("visitor")])
    try await post(["text": .string(text), "author": author], conversation)
  }

  /// Says something as a bot.
  func say(_ text: String, as bot: String, in conversation: String) async throws {
    let author: JSONValue = .object([
      "kind": .string("bot"), "botId": .string("\(Scene.bot(bot))"),
    ])
    try await post(["text": .string(text), "author": author], conversation)
  }

  /// Lets a visitor come in at Flights and end at Hotels, with an agent in between: a transcript
  /// that has something of everything.
  func tellStory(in id: String) async throws {
    try await say("Hi! I have to be in Rome on Friday and need a flight and a room.", in: id)
    try await say("Happy to help. There is a flight at 07:40.", as: "Flights", in: id)
    try await say("Shall I book it?", as: "Flights", in: id)
    try await say("Yes please.", in: id)
    try await handOver(
      id,
      to: "Hotels",
      reason: "the visitor asks for a room",
      variables: ["city": .string("Rome"), "nights": .integer(2)],
    )
    try await say("Welcome to Hotels! Two nights near the centre?", as: "Hotels", in: id)
    try await say("Near the station, and quiet. مرحبا", in: id)
    let eve = #""author": {"kind": "agent", "id": "eve", "name": "Eve Lind"}"#
    for (call, members) in [
      ("agent-request", #""reason": "a wish no offer fits""#),
      ("take-over", eve),
      ("messages", #""text": "This is Eve. Let me ring the house.", "# + eve),
      ("notes", #""text": "The house promised room 12, to the yard.", "# + eve),
      ("hand-back", eve),
    ] {
      try require(try await scene.post("/v1/conversations/\(id)/\(call)", "{\(members)}"))
    }
    try await say("Your room is booked. Anything else?", as: "Hotels", in: id)
  }

  private func post(_ body: JSONObject, _ conversation: String) async throws {
    let answer = try await scene.post("/v1/conversations/\(conversation)/messages", json(body))
    try require(answer)
  }

  /// Hands over by the webhook.
  func handOver(
    _ conversation: String,
    to bot: String,
    reason: String? = nil,
    variables: JSONObject = [:],
  ) async throws {
    var body: JSONObject = [
      "botId": .string("\(Scene.bot(bot))"), "moduleId": .integer(1),
    ]
    if let reason { body["reason"] = .string(reason) }
    if !variables.isEmpty { body["variables"] = .object(variables) }
    let answer = try await scene.post("/v1/conversations/\(conversation)/handover", json(body))
    try require(answer)
  }

  private func require(_ answer: Answer) throws {
    guard answer.status < 300 else {
      throw BrowserDriver.Fault(description: "\(answer.status): \(answer.text)")
    }
  }

  private func json(_ members: JSONObject) throws -> String {
    String(decoding: try JSONEncoder().encode(JSONValue.object(members)), as: UTF8.self)
  }
}
