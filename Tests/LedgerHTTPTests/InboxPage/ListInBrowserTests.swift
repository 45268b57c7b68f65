import Conversations
import Foundation
import Testing

@Suite(.needsBrowser, .serialized)
struct `The list of the inbox page` {
  /// The visitors of the rows, from above.
  private func names(_ browser: Browser) async throws -> [String] {
    try await browser.texts("#rows > .row .name")
  }

  @Test
  func `does not move the rows under the pointer`() async throws {
    try await PageScene.with { page in
      var ids: [String] = []
      for visitor in ["Anna", "Ben", "Carla"] {
        let id = try await page.start(visitor)
        try await page.say("Hello from \(visitor)", in: id)
        ids.append(id)
      }
      let browser = try await page.browser(of: .eve, showing: "Flights")
      #expect(try await names(browser) == ["Carla", "Ben", "Anna"])
      try await browser.point(at: row(ids[1]))

      let dora = try await page.start("Dora")
      try await page.say("Hello from Dora", in: dora)
      try await page.say("Once more", in: ids[0])
      try await browser.wait(for: "1 new", in: "#news")
      try await browser.wait(for: "Once more", in: row(ids[0]))
      #expect(try await names(browser) == ["Carla", "Ben", "Anna"])

      try await browser.pointAway()
      try await browser.wait(
        until: "the rows have their new order",
        "document.querySelectorAll('#rows > .row').length === 4",
      )
      #expect(try await names(browser) == ["Anna", "Dora", "Carla", "Ben"])
    }
  }

  @Test
  func `shows what is new when asked, and keeps the focus on its row`() async throws {
    try await PageScene.with { page in
      let ids = try await [page.start("Anna"), page.start("Ben")]
      for id in ids { try await page.say("Hello", in: id) }
      let browser = try await page.browser(of: .eve, showing: "Flights")
      try await browser.run(
        "document.querySelector(arguments[0]).focus()",
        .string(row(ids[0]) + " > a"),
      )
      try await browser.point(at: row(ids[1]))
      let carla = try await page.start("Carla")
      try await page.say("Hello", in: carla)
      try await browser.wait(for: "1 new", in: "#news")
      try await browser.press("n")
      try await browser.wait(for: row(carla))
      let focused = try await browser.run(
        "return document.activeElement.closest('.row').dataset.conversation"
      )
      #expect(focused.text == ids[0])
    }
  }

  @Test
  func `counts what is unread, and an auditor's reading marks nothing`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      try await page.say("One", in: id)
      for (user, isMarked) in [(User.eve, true), (User.auditor, false)] {
        let browser = try await page.browser(of: user, showing: "Flights")
        #expect(try await browser.count(row(id) + ".unread") == 0)
        try await page.say("Two", in: id)
        try await browser.wait(for: row(id) + ".unread .count-new")
        #expect(try await browser.run("return document.title").text?.hasPrefix("(1) ") == true)
        try await browser.click(row(id) + " > a")
        try await browser.wait(for: "Two", in: "#log")
        #expect(try await browser.count(row(id) + ".unread") == (isMarked ? 0 : 1))
      }
    }
  }

  @Test
  func `filters by words, handover and agent, and says what is left`() async throws {
    try await PageScene.with { page in
      let (anna, ben) = try await (page.start("Anna"), page.start("Ben"))
      try await page.say("A blue suitcase", in: anna)
      try await page.say("A red suitcase", in: ben)
      try await page.handOver(ben, to: "Hotels")
      try await page.handOver(ben, to: "Flights")
      let browser = try await page.browser(of: .eve, showing: "Flights")
      try await browser.write("blue", into: "#text")
      try await browser.press(.enter)
      try await browser.wait(for: "1 of 1 conversation", in: "#count")
      #expect(try await names(browser) == ["Anna"])

      try await browser.go(page.inbox(of: "Flights"))
      try await browser.click("#filters > summary")
      try await browser.click("input[name=hadHandover]")
      try await browser.click("#filters .act button")
      try await browser.wait(for: "1 of 1 conversation", in: "#count")
      #expect(try await names(browser) == ["Ben"])
      #expect(try await browser.text("#filters > summary") == "Filters: 1 in use")

      try await browser.go(page.inbox(of: "Flights") + "&hadAgent=yes")
      #expect(try await browser.text(".nothing-here") == "No conversation matches.")
      try await browser.go(page.inbox(of: "Hotels") + "&tookPart=yes")
      #expect(try await names(browser) == ["Ben"])
      try await browser.go(page.inbox(of: "Hotels") + "&from=yesterday")
      #expect(try await browser.text("#list-body .problem").contains("“yesterday” is not a date"))
    }
  }

  @Test
  func `pages by cursor`() async throws {
    try await PageScene.with { page in
      for number in 1...53 { _ = try await page.start("Visitor \(number)") }
      let browser = try await page.browser(of: .eve, showing: "Flights")
      #expect(try await browser.text("#count") == "50 of 53 conversations")
      try await browser.click("#list-body a[rel=next]")
      try await browser.wait(for: "3 of 53", in: "#count")
      #expect(try await names(browser) == ["Visitor 3", "Visitor 2", "Visitor 1"])
      #expect(try await browser.text(".list-foot").contains("End of the list"))
    }
  }
}
