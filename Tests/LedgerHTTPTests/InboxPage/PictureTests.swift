import Conversations
import Foundation
import Testing

/// Where to put the pictures of the README; they are drawn only when asked for.
private let folder = ProcessInfo.processInfo.environment["HANDOVER_PICTURES"]

@Suite(.needsBrowser, .enabled(if: folder != nil, "set HANDOVER_PICTURES to a folder"))
struct `The pictures of the README` {
  @Test
  func `show the page in light, in dark, and on a narrow screen`() async throws {
    try await PageScene.with { page in
      let id = try await page.fillInboxes()
      let path = "/conversations/\(id)?bot=\(Scene.bot("Hotels"))"
      let light = try await page.browser(of: .eve, showing: "Hotels", width: 1280, height: 860)
      try await light.go(page.address("/conversations/\(id)?bot=\(Scene.bot("Hotels"))"))
      try await light.wait(for: "#live[data-state=live]")
      try await draw(light, "inbox-light")
      let dark = try await page.browser(
        of: .joe,
        showing: "Hotels",
        width: 1280,
        height: 860,
        prefersDark: true,
      )
      try await dark.go(page.address(path))
      try await dark.click("#why > summary")
      try await dark.wait(for: "#live[data-state=live]")
      try await draw(dark, "inbox-dark")
      try await dark.go(page.address("/conversations/\(id)/replay"))
      try await draw(dark, "replay-dark")
      try await light.go(page.address("/conversations/\(id)/replay"))
      for _ in 0..<5 { try await light.click("#previous") }
      try await draw(light, "replay")
      try await light.resize(420, 860)
      try await light.go(page.inbox(of: "Hotels"))
      try await draw(light, "list-narrow")
      try await light.go(page.address(path))
      try await light.click("#take-over")
      try await light.wait(for: "#words")
      try await draw(light, "conversation-narrow")
    }
  }

  private func draw(_ browser: Browser, _ name: String) async throws {
    let file = URL(filePath: folder ?? "").appending(path: "\(name).png")
    try await browser.picture().write(to: file)
  }
}

extension PageScene {
  /// Fills the inboxes with talks of all kinds.
  ///
  /// - Returns: The conversation with the longest story.
  fileprivate func fillInboxes() async throws -> String {
    let talks: [(String, String, String, String?)] = [
      ("Giulia Conti", "Flights", "Can I change my flight to the 9th?", nil),
      ("Tomasz Wójcik", "Cars", "Is the small car still free at the airport?", "Hotels"),
      ("Noor Haddad", "Flights", "أحتاج غرفة هادئة قرب المحطة", "Hotels"),
      ("Maya Lindqvist", "Hotels", "What time is breakfast?", nil),
      ("Ivo Petrov", "Hotels", "Thanks, that was all.", nil),
    ]
    for (visitor, bot, words, next) in talks {
      let id = try await start(visitor, at: bot)
      try await say("Hello, how may I help?", as: bot, in: id)
      try await say(words, in: id)
      if let next { try await handOver(id, to: next, reason: "asks for a room") }
      if visitor == "Ivo Petrov" { _ = try await scene.post("/v1/conversations/\(id)/end") }
      if visitor == "Maya Lindqvist" {
        _ = try await scene.post(
          "/v1/conversations/\(id)/agent-request",
          #"{"reason": "allergies"}"#,
        )
      }
    }
    let id = try await start("Anna Brandt")
    try await tellStory(in: id)
    return id
  }
}
