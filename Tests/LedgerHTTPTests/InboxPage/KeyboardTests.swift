import Conversations
import Foundation
import Testing

@Suite(.needsBrowser, .serialized)
struct `The inbox page by keyboard alone` {
  @Test
  func `takes over, writes, and hands back`() async throws {
    try await PageScene.with { page in
      let ids = try await [page.start("Anna"), page.start("Ben")]
      for id in ids { try await page.say("Hello", in: id) }
      let browser = try await page.browser(of: .eve, showing: "Flights")
      try await browser.press("j")
      try await browser.wait(for: "#conversation[data-conversation=\"\(ids[1])\"]")
      try await browser.press("j")
      try await browser.wait(for: "#conversation[data-conversation=\"\(ids[0])\"]")
      try await browser.press("k")
      try await browser.wait(for: "#conversation[data-conversation=\"\(ids[1])\"]")

      try await browser.press("t")
      try await browser.wait(for: "#words:focus")
      for letter: Browser.Key in ["j", "n", "t"] { try await browser.press(letter) }
      try await browser.press(.control, .enter)
      try await browser.wait(for: "jnt", in: "#log .by-agent .words")
      try await browser.press(.escape)
      try await browser.wait(for: "#rows a[aria-current]:focus")
      try await browser.press("h")
      try await browser.wait(for: "#control[data-state^=bot]")
    }
  }

  @Test
  func `shows its keys, and can leave single keys alone`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      let browser = try await page.browser(of: .eve, showing: "Flights")
      try await browser.press(.shift, "?")
      try await browser.wait(for: "#keys[open]")
      try await browser.click("#single-keys")
      try await browser.press(.escape)
      try await browser.wait(until: "the sheet is closed", "!document.querySelector('#keys').open")
      try await browser.press("j")
      #expect(try await browser.count("#conversation[data-conversation]") == 0)
      try await browser.press(.alt, "j")
      try await browser.wait(for: "#conversation[data-conversation=\"\(id)\"]")
    }
  }

  @Test
  func `reaches every control by Tab in order, and shows where it is`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("Anna")
      try await page.say("Hello", in: id)
      let browser = try await page.browser(of: .eve, showing: "Flights")
      try await browser.go(page.address("/conversations/\(id)?bot=\(Scene.bot("Flights"))"))
      try await browser.wait(for: "html.scripted #take-over")
      let stops = try await tabStops(browser)
      #expect(stops.filter { $0.hasSuffix("UNSEEN") } == [])
      let named = ["brand", "bot", "keys-button", "text", "log", "take-over"]
      #expect(stops.filter { named.contains($0) } == named)
    }
  }

  /// What Tab comes to, from the first to the last: by name, and whether its focus is seen.
  private func tabStops(_ browser: Browser) async throws -> [String] {
    var stops: [String] = []
    while stops.count < 40 {
      try await browser.press(.tab)
      let stop = try await browser.run(Self.stopScript).text ?? ""
      let isRound = stop == "skip" && stops.count > 2
      if stop.isEmpty || isRound { return stops }
      stops.append(stop)
    }
    return stops
  }

  private static let stopScript = """
    const one = document.activeElement;
    if (one === document.body) return '';
    const isSeen = getComputedStyle(one).outlineStyle !== 'none' || one.matches('.skip');
    const name = one.id || one.className || one.name || one.textContent.trim();
    return name + (isSeen ? '' : ' UNSEEN');
    """
}
