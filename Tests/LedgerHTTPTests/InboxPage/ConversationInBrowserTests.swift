import Conversations
import Foundation
import Testing

@Suite(.needsBrowser, .serialized)
struct `A conversation on the inbox page` {
  @Test
  func `arrives, moves on, and is helped by an agent, all of it live`() async throws {
    try await PageScene.with { page in
      let flights = try await page.browser(of: .airline, showing: "Flights")
      let hotels = try await page.browser(of: .eve, showing: "Hotels")
      #expect(try await flights.count("#rows > .row") == 0)

      let id = try await page.start("Anna")
      try await page.say("I need a room in Rome", in: id)
      try await flights.wait(for: "I need a room", in: row(id) + "[data-icon=web]")
      #expect(try await hotels.count(row(id)) == 0)

      try await page.handOver(id, to: "Hotels", reason: "the visitor asks for a room")
      try await hotels.wait(for: row(id) + "[data-icon=right-arrow]")
      try await flights.wait(
        until: "the row has gone",
        "!document.querySelector(arguments[0])",
        .string(row(id)),
      )
      try await page.say("Welcome to Hotels", as: "Hotels", in: id)
      try await hotels.wait(for: "Welcome to Hotels", in: row(id))
      #expect(try await hotels.text(row(id) + " .more").contains("1 hop"))

      try await hotels.click(row(id) + " > a")
      try await hotels.wait(for: "#log .gap")
      try await expectGap(hotels)
      try await expectHelp(hotels)
      #expect(try await flights.complaints() == [])
      #expect(try await hotels.complaints() == [])
    }
  }

  /// The gap between two bots is an empty line that says what it is.
  private func expectGap(_ browser: Browser) async throws {
    let kinds = try await browser.run(
      "return [...document.querySelectorAll('#log .entry')].map((one) => one.dataset.kind)"
    )
    #expect(kinds.elements.compactMap(\.text) == ["message", "handover", "message"])
    let caption = try await browser.texts("#log .gap .caption").first ?? ""
    for words in ["Handed over from", "Flights", "Hotels", "the visitor asks for a room"] {
      #expect(caption.contains(words))
    }
    let line = try await browser.run(
      """
      const line = document.querySelector('#log .gap .empty-line');
      return line.getBoundingClientRect().height >= 18 && line.innerText.trim() === '';
      """
    )
    #expect(line == .bool(true))
    try await browser.run(
      "navigator.clipboard.writeText = async (text) => { window.copied = text }"
    )
    try await browser.click("#copy")
    try await browser.wait(for: "Copied", in: "#copy")
    let copied = try await browser.run("return window.copied")
    #expect(copied == .string("Anna: I need a room in Rome\n\nHotels: Welcome to Hotels\n"))
  }

  /// An agent takes over, writes, and hands back to the bot the button names.
  private func expectHelp(_ browser: Browser) async throws {
    try await browser.click("#take-over")
    try await browser.wait(for: "#control[data-state^=mine]")
    try await browser.write("Good evening, this is Eve.", into: "#words")
    try await browser.click("#send")
    try await browser.wait(for: "Good evening, this is Eve.", in: "#log .by-agent .words")
    #expect(try await browser.text("#words") == "")
    #expect(try await browser.texts("#hand-back") == ["Hand back to Hotels"])
    try await browser.click("#hand-back")
    try await browser.wait(for: "#control[data-state^=bot]")
    try await browser.wait(for: "handed back to Hotels", in: "#log [data-kind=agentHandedBack]")
    #expect(try await browser.count("#log .gap") == 1)
  }

  @Test
  func `tells the second agent who was first`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Ben")
      try await page.say("Is anybody there?", in: id)
      let eve = try await page.browser(of: .eve, showing: "Flights")
      let joe = try await page.browser(of: .joe, showing: "Flights")
      for browser in [eve, joe] {
        try await browser.click(row(id) + " > a")
        try await browser.wait(for: "#take-over")
      }
      // Joe looks elsewhere, so his page still offers what Eve takes.
      try await joe.run(
        "Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })"
      )
      try await eve.click("#take-over")
      try await eve.wait(for: "#control[data-state^=mine]")
      try await joe.click("#take-over")
      try await joe.wait(for: "Agent eve was first", in: "#problem[role=alert]")
      #expect(try await joe.text("#control-words") == "Agent eve answers.")
      #expect(try await joe.count("#take-over") == 0)
    }
  }

  @Test
  func `keeps what is being written when it is answered meanwhile`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Ben")
      try await page.say("Hello?", in: id)
      let eve = try await page.browser(of: .eve, showing: "Flights")
      try await eve.click(row(id) + " > a")
      try await eve.click("#take-over")
      try await eve.write("Half a sen", into: "#words")
      try await page.say("Are you there?", in: id)
      try await eve.wait(for: "Are you there?", in: "#log")
      try await eve.write("tence", into: "#words")
      let text = try await eve.run("return document.querySelector('#words').value")
      #expect(text == .string("Half a sentence"))
    }
  }

  @Test
  func `is open to whom another site's link leads to it, and who is signed in`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      let browser = try await page.browser(of: .eve, showing: "Hotels")
      // By its other name this machine is another site.
      try await browser.go("http://localhost:\(page.scene.server.port)/login")
      try await browser.run(
        "location.href = arguments[0]",
        .string(page.address("/conversations/\(id)")),
      )
      try await browser.wait(for: "Anna", in: "#conversation-title")
    }
  }

  @Test
  func `opens at the message its address names`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Carla")
      for number in 1...60 { try await page.say("Line \(number)", in: id) }
      let browser = try await page.browser(of: .airline, showing: "Flights")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "Line 60", in: "#log")
      let first = try await browser.run("return document.querySelector('#log .entry').id")
      try await browser.go(page.address("/conversations/\(id)#\(first.text ?? "")"))
      try await browser.wait(
        until: "the first line is in sight",
        """
        (() => {
          const log = document.querySelector('#log')?.getBoundingClientRect();
          const entry = document.querySelector('#log .entry:target')?.getBoundingClientRect();
          return entry && entry.top >= log.top && entry.bottom <= log.bottom;
        })()
        """,
      )
      #expect(try await browser.text("#log .entry:target .words") == "Line 1")
    }
  }

  @Test
  func `is shown as it was, and says why it is where it is`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Dora")
      try await page.say("First", in: id)
      let browser = try await page.browser(of: .auditor, showing: "Flights")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "First", in: "#log")
      let position = try await browser.run(
        "return document.querySelector('#log .entry').id.slice(1)"
      )
      try await page.handOver(id, to: "Hotels")
      try await browser.wait(for: "It is in the inbox of Hotels", in: "#conversation-head")
      try await browser.click("#why > summary")
      #expect(try await browser.text("#why").contains("Flights handed over to Hotels"))
      #expect(try await browser.text("#why").contains("So it is in the inbox of Hotels"))
      #expect(try await browser.count("#take-over") == 0)

      try await browser.click("#as-of > summary")
      try await browser.run("document.querySelector('#moment').value = ''")
      try await browser.write(position.text ?? "", into: "#moment")
      try await browser.press(.enter)
      try await browser.wait(for: "position \(position.text ?? "")", in: ".past")
      #expect(try await browser.count("#log .gap") == 0)
      #expect(try await browser.text("#control") == "What was cannot be changed.")
      try await browser.click(".past a")
      try await browser.wait(for: "#log .gap")
    }
  }
}
