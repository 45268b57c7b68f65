import ConversationLedger
import Conversations
import Foundation
import Testing

@testable import LedgerHTTP

@Suite(.timeLimit(.minutes(5)))
struct `A text that is too long for a page` {
  private let long = String(repeating: "'", count: 60_000)
  /// As long as a reason may be.
  private let reason = String(repeating: "'", count: 4_096)

  @Test
  func `is cut, with a link that opens all of it as nothing but text`() async throws {
    try await Scene.with { scene in
      let id = try await scene.begin()
      for number in 0..<10 { try await scene.write("\(number) " + long, in: id) }
      let variables = #"{"v": "\#(long)"}"#
      let to = #""botId":"\#(Scene.bot("Hotels"))","moduleId":1"#
      let moved = try await scene.post(
        "/v1/conversations/\(id)/handover",
        #"{\#(to),"reason":"\#(reason)","variables":\#(variables)}"#,
      )
      #expect(moved.status == 200)
      try await scene.post("/v1/conversations/\(id)/end", #"{"reason":"\#(reason)"}"#)
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      let page = try await reader.follow("/conversations/\(id)")
      // Ten texts of a page's share each, five bytes for an apostrophe, and the page around them.
      #expect(page.text.utf8.count < 12 * 5 * (shownEntryLength + 100) + 60_000)
      let links = page.text.matches(of: #/href="([^"]*/entries/\d+)"/#).map { String($0.output.1) }
      #expect(links.count == 11)
      for (number, link) in links.prefix(10).enumerated() {
        let whole = try await reader.get(link)
        #expect(whole.status == 200)
        #expect(whole.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(whole.headers["x-content-type-options"] == "nosniff")
        #expect(whole.headers["cache-control"] == "no-store")
        #expect(whole.text == "\(number) \(long)\n")
      }
      let handover = try await reader.get(try #require(links.dropFirst(10).first))
      #expect(handover.text == "Reason:\n\(reason)\n\nVariables:\nv: \(long)\n")
      let position = try #require(links.first?.split(separator: "/").last)
      for path in ["print", "replay?at=\(position)"] {
        let other = try await reader.get("/conversations/\(id)/\(path)")
        #expect(other.status == 200)
        #expect(other.text.utf8.count < page.text.utf8.count + 60_000)
        #expect(other.text.contains("/entries/"))
      }
    }
  }

  @Test
  func `is opened by those alone who see the conversation`() async throws {
    try await Scene.with { scene in
      let id = try await scene.begin()
      let position = try await scene.visitorSays("Hello", in: id)
      let (other, elsewhere) = try await scene.openConversation("ben")
      #expect(other != id)
      for (user, path, status) in [
        (User.eve, "\(id)/entries/\(position)", 200), (.mallory, "\(id)/entries/\(position)", 404),
        (.anna, "\(id)/entries/\(position)", 403), (.eve, "\(id)/entries/\(elsewhere)", 404),
        (.eve, "\(id)/entries/1", 404), (.eve, "\(id)/entries/x", 404),
        (.eve, "\(id)/entries/99999999999999999999", 404), (.eve, "x/entries/\(position)", 404),
      ] {
        var reader = PageReader(scene)
        _ = try await reader.signIn(as: user)
        let answer = try await reader.get("/conversations/\(path)")
        #expect(answer.status == status, "\(user.name) \(path)")
        #expect(answer.text.contains("Hello") == (status == 200))
      }
      var nobody = PageReader(scene)
      let asked = try await nobody.get("/conversations/\(id)/entries/\(position)")
      #expect(asked.headers["location"]?.hasPrefix("/login") == true)
    }
  }

  @Test
  func `is a name, a path or a preview of an old record, and the list stays small`() throws {
    let megabyte = String(repeating: "n", count: 1 << 20)
    let bots = (0..<2_001).map { BotID(UInt128($0 + 1)).description }
    let time = "2026-11-22T12:00:00.000000Z"
    let members: JSONObject = [
      "conversationId": .string(ConversationID(1).description), "externalId": .string(megabyte),
      "visitor": .object(["id": .string(VisitorID(1).description), "name": .string(megabyte)]),
      "icon": .string("right-arrow"), "channel": .string(megabyte),
      "deploymentId": .string(DeploymentID(1).description), "originBotId": .string(bots[0]),
      "holderBotId": .string(bots[2_000]), "path": .array(bots.map { .string($0) }),
      "handovers": .integer(2_000), "control": .string("agent"), "agent": .string(megabyte),
      "status": .string("active"), "startedAt": .string(time), "lastActivityAt": .string(time),
      "messages": .integer(1), "source": .string("live"), "because": .integer(1),
      "lastMessage": .object([
        "position": .integer(1), "authorKind": .string("visitor"), "preview": .string(megabyte),
        "source": .string("live"),
      ]),
    ]
    let json = try JSONEncoder().encode(JSONValue.object(members))
    let row = try JSONDecoder().decode(InboxRow.self, from: json)
    let names = PageNames(registry: Registry())
    let query = PageQuery(FormValues("bot=b"))
    let shown = ListRow(row, names, query, open: nil, now: Timestamp(microseconds: 0))
    var bytes = 0
    for member in Mirror(reflecting: shown).children {
      if let text = member.value as? String { bytes += text.utf8.count }
      if let text = member.value as? String? { bytes += text?.utf8.count ?? 0 }
      if let texts = member.value as? [String] { bytes += texts.reduce(0) { $0 + $1.utf8.count } }
    }
    #expect(bytes < 4_000)
    #expect(shown.path == [bots[0], "…", bots[1_999], bots[2_000]])
  }

  @Test(arguments: [
    ("abc", 3, "abc"), ("abcd", 3, "abc…"), ("", 0, ""), ("é", 1, "…"), ("aé", 2, "a…"),
    ("日本語", 6, "日…"), ("😀", 3, "…"), ("a\r\nb", 2, "a\r…"),
  ])
  func `is cut between characters`(text: String, length: Int, shown: String) {
    #expect(Array(text.shortened(to: length).utf8) == Array(shown.utf8))
  }

  @Test
  func `leaves its neighbours in the entry what is left`() {
    var space = EntrySpace()
    #expect(space.take("short") == "short")
    #expect(!space.isCut)
    #expect(space.take([long, "more"]).map(\.utf8.count) == [shownEntryLength - 6 + 3])
    #expect(space.isCut)
    #expect(space.take("none") == nil)
  }
}
