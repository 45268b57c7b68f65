import Conversations
import Foundation
import Testing

@Suite(.needsBrowser, .serialized)
struct `A long conversation on the inbox page` {
  @Test
  func `is read part by part, back to its first word and forth again`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Carla")
      for number in 1...640 { try await page.say("Line \(number)", in: id) }
      let browser = try await page.browser(of: .airline, showing: "Flights")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "Line 640", in: "#log")
      #expect(try await browser.text("#log .span") == "Events 342 to 641 of 641")
      #expect(try await browser.count("#log .entry") == 300)
      let isScrolled = try await browser.run(
        "return document.documentElement.scrollHeight > document.documentElement.clientHeight"
      )
      #expect(isScrolled == .bool(false))
      try await browser.click("#log .paging a")
      try await browser.wait(for: "Events 42 to 341 of 641", in: "#log .span")
      #expect(try await browser.texts("#log .words").first == "Line 41")
      try await browser.click("#log .paging a")
      try await browser.wait(for: "Events 2 to 41 of 641", in: "#log .span")
      #expect(try await browser.texts("#log .words") == (1...40).map { "Line \($0)" })
      // What is new does not come into an older part, and nothing there moves.
      try await page.say("Line 641", in: id)
      try await browser.wait(for: "641", in: row(id) + " .size")
      #expect(try await browser.count("#log .entry") == 40)
      try await browser.click("#log > .paging:last-of-type a")
      try await browser.wait(for: "Line 41", in: "#log")
      #expect(try await browser.complaints() == [])
    }
  }

  @Test
  func `shows the beginning of a long text, and all of it when asked`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Carla")
      let long = "<b>" + String(repeating: "long ", count: 20_000) + "end"
      try await page.say(long, in: id)
      try await page.say("And that is all.", in: id)
      let browser = try await page.browser(of: .airline, showing: "Flights")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "And that is all.", in: "#log")
      #expect(try await browser.text("#log .words").utf8.count < 5_000)
      try await browser.click("#log .whole a")
      try await browser.wait(
        until: "the whole text is shown",
        "document.body.innerText.trim().endsWith('end')",
      )
      let shown = try await browser.run("return [document.contentType, document.body.innerText]")
      #expect(shown.elements.first?.text == "text/plain")
      #expect(shown.elements.last?.text?.hasPrefix("<b>long long") == true)
    }
  }

  @Test
  func `is replayed around an event, with its place among all`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Carla")
      for number in 1...700 { try await page.say("Line \(number)", in: id) }
      var reader = PageReader(page.scene)
      _ = try await reader.signIn(as: .eve)
      let last = try await reader.get("/conversations/\(id)/replay")
      #expect(last.text.contains("event 701 of 701"))
      #expect(last.text.contains("The line shows events 401 to 701."))
      #expect(last.text.ranges(of: "<circle class=\"visitor\"").count == 301)
      let first = try #require(last.text.firstMatch(of: #/href="([^"]*)" id="first"/#)?.output.1)
      let start = try await reader.get(String(first))
      #expect(start.text.contains("event 1 of 701"))
      #expect(start.text.contains("The line shows events 1 to 301."))
    }
  }
}
