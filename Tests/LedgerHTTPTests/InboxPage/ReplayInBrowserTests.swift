import Conversations
import Foundation
import Testing

@Suite(.needsBrowser, .serialized)
struct `The replay page` {
  @Test
  func `steps through a conversation, and shows the state before and after`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      try await page.tellStory(in: id)
      let browser = try await page.browser(of: .eve, showing: "Hotels")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "#log .gap")
      try await browser.click("#replay-link")
      try await browser.wait(for: "#replay")
      // It begins where the conversation is now, with a mark and a line for each event.
      let count = try await browser.count("#steps > li")
      #expect(count == 14)
      #expect(try await browser.count("#strip svg > a") == count)
      #expect(try await browser.count("#next") == 0)
      #expect(try await browser.texts("#strip text.lane") == ["Flights", "Hotels"])
      // Back to the start, and forward to the handover.
      try await browser.press(.home)
      try await browser.wait(for: "event 1 of 14", in: ".replay-head")
      for number in 2...6 {
        try await browser.press(.right)
        try await browser.wait(for: "event \(number) of 14", in: ".replay-head")
      }
      #expect(try await browser.text("#step-title").contains("Flights handed over to Hotels"))
      let changes = try await browser.texts(".step tr.new")
      #expect(changes.count == 2)
      #expect(changes[0].contains("Held by") && changes[0].contains("Flights"))
      #expect(changes[0].contains("Hotels"))
      #expect(try await browser.text("#steps [aria-current=step]").contains("handed over"))
      // A mark leads to its event, and from there the transcript as it was.
      try await browser.click("#strip svg > a:nth-of-type(9) > .hit")
      try await browser.wait(for: "event 9 of 14", in: ".replay-head")
      try await browser.click("#previous")
      try await browser.wait(for: "event 8 of 14", in: ".replay-head")
      try await browser.click("#then")
      try await browser.wait(for: ".past")
      #expect(try await browser.texts("#log .entry .words").last?.contains("quiet") == true)
      #expect(try await browser.complaints() == [])
    }
  }

  @Test
  func `works without scripts, at any position that is asked for`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      try await page.tellStory(in: id)
      var reader = PageReader(page.scene)
      _ = try await reader.signIn(as: .eve)
      for (at, number) in [("?at=1", 1), ("?at=999999", 14), ("?at=x", 14), ("", 14)] {
        let answer = try await reader.get("/conversations/\(id)/replay\(at)")
        #expect(answer.status == 200)
        #expect(answer.text.contains("event \(number) of 14"), "\(at)")
      }
    }
  }

  @Test
  func `is for those who see the conversation, and shows scripts as text`() async throws {
    try await PageScene.with { page in
      let words = "</text></svg><script>alert(1)</script>"
      let id = try await page.start(words)
      try await page.say(words, in: id)
      let path = "/conversations/\(id)/replay"
      var (rita, eve) = (PageReader(page.scene), PageReader(page.scene))
      #expect(try await eve.get(path).status == 303)
      _ = try await rita.signIn(as: .rival)
      let refused = try await rita.get(path)
      #expect(refused.status == 404 && !refused.text.contains("alert"))
      _ = try await eve.signIn(as: .eve)
      let shown = try await eve.get(path).text
      #expect(shown.contains("&lt;script&gt;") && !shown.contains("<script>alert"))
    }
  }
}
