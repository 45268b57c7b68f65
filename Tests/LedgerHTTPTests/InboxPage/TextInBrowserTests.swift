import Conversations
import Foundation
import Testing

@Suite(.needsBrowser, .serialized)
struct `Texts on the inbox page` {
  /// The texts of the Big List of Naughty Strings that could be taken for markup or scripts, and
  /// some that hide a quotation mark behind a combining mark.
  private static let naughty: [String] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Samples/naughty-strings/blns.json").standardized
    let all = (try? JSONDecoder().decode([String].self, from: Data(contentsOf: file))) ?? []
    let risky = all.filter { $0.contains { "<>\"'&{`\\".contains($0) } }
    return risky + [
      "\"\u{301} onmouseover=\"window.caught=1\" x=\"",
      "'\u{200D} autofocus onfocus='window.caught=1'",
      "<\u{301}img src=x onerror=window.caught=1>", "{{frame.csrf}} {{{words}}} {{>bar}}",
    ]
  }()

  @Test
  func `stay texts, whatever they are`() async throws {
    #expect(Self.naughty.count > 100)
    try await PageScene.with { page in
      let id = try await page.start("\"\u{301}><script>window.caught=1</script>")
      try await page.handOver(
        id,
        to: "Hotels",
        reason: "</p><script>window.caught=1</script>",
        variables: ["<b>key</b>": .string("'\"><img src=x onerror=window.caught=1>")],
      )
      for text in Self.naughty { try await page.say(text, in: id) }
      let browser = try await page.browser(of: .eve, showing: "Hotels")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "#log .words")
      let shown = try await browser.texts("#log .words")
      // A browser leaves NUL out and makes every line end one; all else comes as it went.
      func read(_ text: String) -> String {
        text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
          .replacing("\0", with: "")
      }
      #expect(shown.count == Self.naughty.count)
      for (text, saw) in zip(Self.naughty, shown) {
        #expect(Array(read(text).unicodeScalars) == Array(saw.unicodeScalars))
      }
      try await expectOnlyTexts(browser)
    }
  }

  /// Nothing ran, and no text became an element or an attribute.
  private func expectOnlyTexts(_ browser: Browser) async throws {
    let found = try await browser.run(
      """
      const all = [...document.querySelectorAll('*')];
      const bad = all.filter((one) =>
        [...one.attributes].some((attribute) => attribute.name.startsWith('on')));
      return [
        window.caught === undefined,
        document.querySelectorAll('script').length === 1,
        document.querySelectorAll('.words *, .row bdi *, dd bdi *').length === 0,
        document.querySelectorAll('body img').length === 1,
        bad.length === 0,
      ];
      """
    )
    #expect(found == .array(Array(repeating: .bool(true), count: 5)))
    #expect(try await browser.complaints() == [])
  }

  @Test
  func `run in their own direction`() async throws {
    try await PageScene.with { page in
      let id = try await page.start("נועה")
      try await page.say("שלום, אני צריכה חדר", in: id)
      try await page.say("Hello again", in: id)
      let browser = try await page.browser(of: .eve, showing: "Flights")
      try await browser.click(row(id) + " > a")
      try await browser.wait(for: "#log .words")
      let directions = try await browser.run(
        """
        return [...document.querySelectorAll('#log .words')]
          .map((one) => getComputedStyle(one).direction);
        """
      )
      #expect(directions == .array([.string("rtl"), .string("ltr")]))
    }
  }
}
