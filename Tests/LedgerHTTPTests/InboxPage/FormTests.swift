import Conversations
import Foundation
import Testing

@Suite
struct `The inbox page without scripts` {
  /// Begins a conversation with a message.
  private func start(_ scene: Scene, at bot: String = "Flights") async throws -> String {
    let begun = try await scene.post(
      "/v1/conversations",
      #"{"deploymentId": "\#(Scene.deployment(bot))", "name": "Anna"}"#,
      as: bot == "Rival" ? .rival : .airline,
    )
    let id = try #require(try begun.json["conversationId"]?.text)
    let said = try await scene.post(
      "/v1/conversations/\(id)/messages",
      #"{"text": "Hello", "author": {"kind": "visitor"}}"#,
      as: bot == "Rival" ? .rival : .airline,
    )
    #expect(said.status == 201)
    return id
  }

  @Test
  func `leads to the sign-in and back`() async throws {
    try await Scene.with { scene in
      var reader = PageReader(scene)
      let asked = try await reader.get("/?bot=\(Scene.bot("Hotels"))&text=two+words")
      #expect(asked.status == 303)
      let form = try await reader.get(try #require(asked.headers["location"]))
      let back = reader.field("return", form)
      #expect(back == "/?bot=\(Scene.bot("Hotels"))&text=two+words")
      let wrong = try await reader.post(
        "/login",
        ["csrf": reader.field("csrf", form), "token": "x.y.z", "return": back],
      )
      #expect(wrong.status == 401)
      #expect(wrong.text.contains("This token does not sign you in"))
      let signedIn = try await reader.signIn(as: .eve, back: back)
      #expect(signedIn.headers["location"] == back)
      let cookie = try #require(signedIn.headers["set-cookie"])
      for part in ["handover_session=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        #expect(cookie.contains(part))
      }
      let page = try await reader.get(back)
      #expect(page.text.contains("value=\"two words\""))
      let gone = try await reader.post("/logout", ["csrf": reader.field("csrf", page)])
      #expect(gone.headers["location"] == "/login")
      #expect(try await reader.get("/").status == 303)
    }
  }

  @Test
  func `takes over, writes, and hands back by forms alone`() async throws {
    try await Scene.with { scene in
      let id = try await start(scene)
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      var page = try await reader.follow("/conversations/\(id)")
      #expect(page.text.contains(">Take over<"))
      for (act, text) in [
        ("take-over", nil), ("messages", "First line\r\nsecond line"), ("notes", "For us"),
        ("hand-back", nil),
      ] {
        var values = ["csrf": reader.field("csrf", page), "return": "/conversations/\(id)"]
        values["key"] = reader.field("key", page)
        values["text"] = text
        let answer = try await reader.post("/conversations/\(id)/\(act)", values)
        #expect(answer.status == 303)
        // The same form sent twice is one event.
        let again = try await reader.post("/conversations/\(id)/\(act)", values)
        #expect(again.headers["location"] == answer.headers["location"])
        page = try await reader.follow("/conversations/\(id)")
      }
      #expect(page.text.contains("First line\nsecond line"))
      #expect(page.text.contains("note for agents only"))
      #expect(page.text.contains(">Take over<"))
      #expect(page.text.ranges(of: "data-kind=\"message\"").count == 2)
    }
  }

  @Test
  func `gives a refused message back with the reason`() async throws {
    try await Scene.with { scene in
      let id = try await start(scene)
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      let page = try await reader.follow("/conversations/\(id)")
      let answer = try await reader.post(
        "/conversations/\(id)/messages",
        [
          "csrf": reader.field("csrf", page), "text": "Too early",
          "return": "/?bot=\(Scene.bot("Flights"))",
        ],
      )
      #expect(answer.status == 409)
      #expect(answer.text.contains("id=\"problem\""))
      #expect(answer.text.contains("take over first"))
    }
  }

  @Test
  func `takes no form of another site, of another session, or of nobody`() async throws {
    try await Scene.with { scene in
      let id = try await start(scene)
      var (eve, joe) = (PageReader(scene), PageReader(scene))
      _ = try await eve.signIn(as: .eve)
      _ = try await joe.signIn(as: .joe)
      let page = try await joe.follow("/conversations/\(id)")
      let path = "/conversations/\(id)/take-over"
      for csrf in [joe.field("csrf", page), "", "x"] {
        let answer = try await eve.post(path, ["csrf": csrf])
        #expect(answer.status == 403)
        #expect(answer.text.contains("form_expired"))
      }
      joe.headers = ["Sec-Fetch-Site": "cross-site"]
      #expect(try await joe.post(path, ["csrf": joe.field("csrf", page)]).status == 403)
      var nobody = PageReader(scene)
      #expect(try await nobody.post(path, [:]).headers["location"] == "/login")
      #expect(try await nobody.post("/login", ["token": try scene.token(.eve)]).status == 403)
      let row = try await scene.get("/v1/conversations/\(id)")
      #expect(try row.json["row"]?["control"]?.text == "bot")
    }
  }

  @Test
  func `leads back only to itself`() async throws {
    try await Scene.with { scene in
      for address in ["https://example.com/", "//example.com", "/\\example.com", "x", "/a\r\nb: c"]
      {
        var reader = PageReader(scene)
        let answer = try await reader.signIn(as: .eve, back: address)
        #expect(answer.headers["location"] == "/")
      }
    }
  }

  @Test
  func `asks once more when another site's link led to it`() async throws {
    try await Scene.with { scene in
      var reader = PageReader(scene)
      reader.headers = ["Sec-Fetch-Site": "cross-site"]
      let answer = try await reader.get("/")
      #expect(answer.status == 200)
      #expect(answer.headers["refresh"] == "0")
      reader.headers = ["Sec-Fetch-Site": "same-origin"]
      #expect(try await reader.get("/").headers["location"]?.hasPrefix("/login") == true)
    }
  }

  @Test
  func `shows nobody what is another owner's`() async throws {
    try await Scene.with { scene in
      let id = try await start(scene)
      var mallory = PageReader(scene)
      _ = try await mallory.signIn(as: .mallory)
      #expect(try await mallory.follow("/").text.contains("Inbox of <bdi>Rival"))
      for path in [
        "/?bot=\(Scene.bot("Flights"))", "/conversations/\(id)", "/conversations/\(id)/print",
        "/conversations/\(id)?bot=\(Scene.bot("Rival"))", "/live/\(Scene.bot("Flights"))",
      ] {
        let answer = try await mallory.get(path)
        #expect(answer.status == 404)
        #expect(!answer.text.contains("Hello"))
      }
      var visitor = PageReader(scene)
      _ = try await visitor.signIn(as: .anna)
      #expect(try await visitor.get("/").status == 403)
    }
  }

  @Test
  func `is kept by no store, framed by no page, and runs nothing from elsewhere`() async throws {
    try await Scene.with { scene in
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      for path in ["/?bot=\(Scene.bot("Flights"))", "/login", "/nowhere/at/all"] {
        let answer = try await reader.get(path)
        guard path != "/nowhere/at/all" else {
          #expect(answer.status == 404)
          continue
        }
        #expect(answer.headers["cache-control"] == "no-store")
        let policy = try #require(answer.headers["content-security-policy"])
        #expect(policy.contains("default-src 'none'; script-src 'self'; style-src 'self'"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(!answer.text.contains(" style="))
        #expect(answer.text.ranges(of: "<script").count == 1)
      }
      let page = try await reader.get("/login")
      let asset = try #require(page.text.firstMatch(of: #/href="([^"]*inbox\.css)"/#)?.output.1)
      let style = try await reader.get(String(asset))
      #expect(style.headers["cache-control"]?.contains("immutable") == true)
      #expect(style.headers["content-type"] == "text/css; charset=utf-8")
      #expect(try await reader.get("/assets/old/inbox.css").headers["cache-control"] == "no-cache")
      #expect(try await reader.get("/assets/old/login.mustache").status == 404)
    }
  }

  @Test
  func `remembers light and dark`() async throws {
    try await Scene.with { scene in
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      let page = try await reader.follow("/")
      #expect(!page.text.contains("data-theme"))
      let answer = try await reader.post(
        "/appearance",
        ["csrf": reader.field("csrf", page), "theme": "dark", "return": "/"],
      )
      #expect(answer.status == 303)
      #expect(try await reader.follow("/").text.contains("<html lang=\"en\" data-theme=\"dark\">"))
    }
  }

  @Test
  func `says on a later page of the list how many changed since the first`() async throws {
    try await Scene.with { scene in
      var ids: [String] = []
      for _ in 0..<53 { ids.append(try await start(scene)) }
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      let first = try await reader.get("/?bot=\(Scene.bot("Flights"))")
      #expect(!first.text.contains("Begin anew"))
      let next = try #require(
        first.text.firstMatch(of: #/href="([^"]*)" rel="next"/#)?.output.1
      )
      _ = try await scene.post(
        "/v1/conversations/\(ids[10])/messages",
        #"{"text": "Again", "author": {"kind": "visitor"}}"#,
      )
      let second = try await reader.get(String(next).replacing("&amp;", with: "&"))
      #expect(second.text.contains("1 conversation has changed since the first page."))
      #expect(second.text.contains("Begin anew"))
      #expect(second.text.contains("3 of 53 conversations"))
    }
  }

  @Test
  func `shows a long transcript in parts, and prints more of it at a time`() async throws {
    try await Scene.with { scene in
      let id = try await start(scene)
      for number in 1...310 {
        _ = try await scene.post(
          "/v1/conversations/\(id)/messages",
          #"{"text": "Line \#(number)", "author": {"kind": "visitor"}}"#,
        )
      }
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .auditor)
      let last = try await reader.follow("/conversations/\(id)")
      #expect(last.text.contains(">Line 310<"))
      #expect(!last.text.contains(">Line 5<"))
      let earlier = try #require(
        last.text.firstMatch(of: #/href="([^"]*)"[^>]*>Earlier entries/#)?.output.1
      )
      let first = try await reader.get(String(earlier).replacing("&amp;", with: "&"))
      #expect(first.text.contains(">Line 5<"))
      #expect(first.text.contains("Later entries"))
      let print = try await reader.get("/conversations/\(id)/print")
      #expect(print.text.contains(">Line 310<"))
      #expect(print.text.contains(">Hello<"))
    }
  }
}
