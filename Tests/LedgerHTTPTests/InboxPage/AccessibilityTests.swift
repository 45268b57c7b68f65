import Conversations
import Foundation
import Testing

/// The rules of axe-core, if `tools/install` fetched them.
private let axe: String? = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
  let file = root.appending(path: ".build/axe/axe_playwright_python/axe.min.js").standardized
  guard let text = try? String(contentsOf: file, encoding: .utf8) else {
    FileHandle.standardError.write(Data("SKIPPED: axe-core is missing; run tools/install\n".utf8))
    return nil
  }
  return text
}()

@Suite(.needsBrowser, .enabled(if: axe != nil, "needs axe-core"), .serialized)
struct `The accessibility of the inbox page` {
  /// What axe finds on the page that is shown: rule, help and element.
  private func findings(_ browser: Browser) async throws -> [String] {
    try await browser.run(axe ?? "")
    let found = try await browser.runAndWait(
      """
      axe.run(document, { resultTypes: ['violations'] }).then((result) =>
        result.violations.flatMap((one) =>
          one.nodes.map((node) => `${one.id}: ${one.help}: ${node.html} ${node.failureSummary}`)))
      """
    )
    return found.elements.compactMap(\.text)
  }

  @Test(arguments: [false, true])
  func `has no fault that axe finds`(isDark: Bool) async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      try await page.tellStory(in: id)
      let other = try await page.start("Ben", at: "Hotels")
      try await page.say("Hello", in: other)
      let browser = try await page.driver.browser(prefersDark: isDark)
      try await browser.go(page.inbox(of: "Hotels"))
      #expect(try await findings(browser) == [])

      let signedIn = try await page.browser(of: .eve, showing: "Hotels", prefersDark: isDark)
      #expect(try await findings(signedIn) == [])
      try await signedIn.click(row(id) + " > a")
      try await signedIn.wait(for: "#log .gap")
      try await signedIn.click("#why > summary")
      try await signedIn.click("#as-of > summary")
      try await signedIn.click("#filters > summary")
      try await signedIn.click("#take-over")
      try await signedIn.wait(for: "#words")
      try await page.say("Something new", in: other)
      try await signedIn.wait(for: row(other) + ".unread")
      #expect(try await findings(signedIn) == [])
      try await signedIn.resize(400, 800)
      #expect(try await findings(signedIn) == [])
      try await signedIn.resize(1280, 800)
      try await signedIn.click("#keys-button")
      #expect(try await findings(signedIn) == [])
      try await signedIn.go(page.address("/conversations/\(id)/print"))
      #expect(try await findings(signedIn) == [])
      try await signedIn.go(page.address("/conversations/\(id)/replay?at=9"))
      #expect(try await findings(signedIn) == [])
      try await signedIn.go(page.address("/conversations/nothing"))
      #expect(try await findings(signedIn) == [])
    }
  }

  @Test
  func `loses nothing at 200 % on a small screen`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      try await page.tellStory(in: id)
      // 640 points are what is left of 1280 pixels.
      let browser = try await page.browser(of: .eve, showing: "Hotels", width: 640, height: 400)
      for step in ["#list-body", "#control"] {
        try await browser.wait(for: step)
        let isWide = try await browser.run(
          "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        #expect(isWide == .bool(false))
        if step == "#list-body" { try await browser.click(row(id) + " > a") }
      }
    }
  }
}
