import ConversationLedger
import Conversations
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct `The read audit of the server` {
  /// A server whose ledger has the read audit switched on, and a conversation with a word.
  private func withAudit(_ body: (Scene, String) async throws -> Void) async throws {
    try await Scene.with { first in
      let id = try await first.begin()
      try await first.write("Hello", in: id)
      try await first.server.stop()
      try await switchAudit(on: true, first)
      let scene = try await first.restarted()
      do {
        try await body(scene, id)
      } catch {
        try await scene.server.stop(SIGKILL)
        throw error
      }
      try await scene.server.stop()
    }
  }

  private func switchAudit(on isOn: Bool, _ scene: Scene) async throws {
    let path = scene.ledger.path
    try await onThread {
      let ledger = try Ledger(at: path, for: .writing(creating: false), options: .small)
      defer { ledger.close() }
      let command = RegistryCommand.switchReadAudit(isOn: isOn, by: "officer")
      _ = try ledger.submitAndWait([.registry(command, by: .trusted)])
    }
  }

  /// What was read, the oldest first: by whom, by what means, of what.
  private func reads(_ scene: Scene) async throws -> [[String]] {
    let answer = try await scene.get("/v1/reads", as: .auditor).json
    return (answer["reads"]?.elements ?? []).reversed().map { row in
      [
        row["reader"]?.text ?? "", row["means"]?.text ?? "",
        row["conversationId"]?.text ?? row["botId"]?.text ?? "log",
      ]
    }
  }

  @Test
  func `has every stream with words, once a connection, before its first word`() async throws {
    try await withAudit { scene, id in
      let flights = "\(Scene.bot("Flights"))"
      for (path, user) in [
        ("/v1/events?after=0", User.auditor), ("/v1/events?after=0", .admin),
        ("/v1/events?after=0", .airline), ("/v1/bots/\(flights)/inbox/live?after=0", .eve),
      ] {
        var stream = try await EventStream(scene, path, as: user)
        let before = try await reads(scene).count
        #expect(try await stream.events(2).count == 2)
        // Nothing is written down for each event.
        #expect(try await reads(scene).count == before)
      }
      #expect(
        try await reads(scene) == [
          ["audra", "HTTP stream", "log"], ["root", "HTTP stream", "log"],
          ["airline", "HTTP stream", "log"], ["eve", "HTTP stream", flights],
        ]
      )
      // What is a visitor's own is not written down, nor is a stream that was refused.
      var own = try await EventStream(scene, "/v1/events?after=0", as: .anna)
      #expect(try await own.events(2).count == 2)
      let refused = try await scene.get("/v1/events?after=999999", as: .auditor)
      #expect(refused.code == "malformed_query")
      #expect(try await reads(scene).count == 4)
      #expect(id != "")
    }
  }

  @Test
  func `has the page that shows a transcript again because a form was refused`() async throws {
    try await withAudit { scene, id in
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      let page = try await reader.follow("/conversations/\(id)")
      #expect(try await reads(scene) == [["eve", "HTTP page", id]])
      let answer = try await reader.post(
        "/conversations/\(id)/messages",
        [
          "csrf": reader.field("csrf", page), "text": "Too early",
          "return": "/?bot=\(Scene.bot("Flights"))",
        ],
      )
      #expect(answer.status == 409)
      #expect(answer.text.contains(">Hello<"))
      #expect(try await reads(scene) == Array(repeating: ["eve", "HTTP page", id], count: 2))
      for (path, means) in [("print", "print"), ("replay", "replay"), ("entries/", "entry")] {
        let position = page.text.firstMatch(of: #/id="m(\d+)"/#).map { String($0.output.1) } ?? ""
        let suffix = path == "entries/" ? path + position : path
        #expect(try await reader.get("/conversations/\(id)/\(suffix)").text.contains("Hello"))
        #expect(try await reads(scene).last == ["eve", "HTTP " + means, id])
      }
    }
  }

  @Test
  func `has nothing of the page's own stream, which has no word`() async throws {
    try await withAudit { scene, id in
      var reader = PageReader(scene)
      _ = try await reader.signIn(as: .eve)
      let cookie = reader.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
      let path = "/live/\(Scene.bot("Flights"))?after=0"
      var stream = try await EventStream(scene, path, as: .eve, headers: ["Cookie": cookie])
      let events = try await stream.events(2)
      #expect(events.map(\.data) == ["{}", "{}"])
      #expect(events.allSatisfy { $0.lastEventID ?? 0 > 0 })
      #expect(try await reads(scene) == [])
      #expect(id != "")
    }
  }
}
