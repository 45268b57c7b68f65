import ConversationLedger
import Conversations
import Foundation
import Testing

@testable import LedgerHTTP

@Suite
struct `The values of the inbox page` {
  @Test(arguments: [
    ("a=b&c=d", "a", "b"), ("a=two+words", "a", "two words"), ("a=1%2B1", "a", "1+1"),
    ("a=%C3%A9", "a", "é"), ("a==&b", "a", "="), ("%61=x", "a", "x"),
    ("a=first&a=second", "a", "first"),
    ("a=100%", "a", "100%"), ("a=%zz%+f", "a", "%zz% f"), ("a=%ff", "a", "\u{FFFD}"),
  ])
  func `are read as browsers write them`(query: String, name: String, value: String) {
    #expect(FormValues(query)[name] == value)
  }

  @Test(arguments: ["", "a", "a=", "&&=&", "=x"])
  func `are missing when they are empty`(query: String) {
    #expect(FormValues(query)["a"] == nil)
  }

  @Test(arguments: ["plain", "two words", "1+1=2&3", "é — 漢字", "\"<>'", "%41", "a\nb", "\0"])
  func `come back from an address as they went in`(text: String) {
    var values = FormValues()
    values.add("text", text)
    let query = values.query
    #expect(query.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
    #expect(FormValues(query.dropFirst())["text"] == text)
  }

  @Test(arguments: [
    ("1970-01-01", "Thursday, 1 January 1970"), ("2000-02-29", "Tuesday, 29 February 2000"),
    ("2026-11-22", "Sunday, 22 November 2026"), ("1969-12-31", "Wednesday, 31 December 1969"),
    ("nonsense", "nonsense"), ("2026-13-01", "2026-13-01"),
  ])
  func `name the days`(date: String, words: String) {
    #expect(Stamp.day(date) == words)
  }

  @Test(arguments: [
    (0, "now"), (9, "now"), (10, "10 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"),
    (3_600, "1 h"), (86_399, "23 h"), (86_400, "1 d"), (14 * 86_400, "2026-11-08"), (-5, "now"),
  ])
  func `say how long ago something was`(seconds: Int64, words: String) throws {
    let now = try #require(Timestamp(text: "2026-11-22T12:00:00Z"))
    let then = Timestamp(microseconds: now.microseconds - seconds * 1_000_000)
    #expect(Stamp(then.text, now: now).ago == words)
  }

  @Test(arguments: [
    ("\"\u{301}x", "&quot;\u{301}x"), ("<\u{200D}b>", "&lt;\u{200D}b&gt;"), ("&amp;", "&amp;amp;"),
    ("it's", "it&#39;s"), ("é漢", "é漢"),
  ])
  func `stand in HTML without ending what they stand in`(text: String, escaped: String) {
    #expect(Array(PageText().escapeText(text).utf8) == Array(escaped.utf8))
  }

  @Test
  func `keep filters in the links of the list, and set one anew`() {
    let query = PageQuery(FormValues("bot=b&text=two+words&status=active&after=7&entry=9&x=y"))
    #expect(query.address() == "?bot=b&text=two%20words&status=active&after=7")
    #expect(query.address(("after", nil)) == "?bot=b&text=two%20words&status=active")
    #expect(query.filterCount == 1)
    #expect(PageQuery(FormValues("status=odd&asOf=soon")).mistakes.count == 2)
  }

  @Test
  func `show whole numbers with all their digits`() throws {
    let digits = "123456789012345678901234567890"
    let number = try #require(JSONValue(wholeNumber: digits))
    #expect(PageNames.text(number) == digits)
    #expect(PageNames.text(.object(["n": number])).contains(#""n" : \#(digits)"#))
  }
}

@Suite
struct `A row of the list` {
  @Test(arguments: [
    ("active", "live", false), ("expired", "live", false), ("active", "imported", true),
    ("ended", "live", true), ("expired", "imported", true),
  ])
  func `counts as read if it has ended or an import brought its last message`(
    status: String,
    source: String,
    isRead: Bool,
  ) throws {
    let text = """
      {"conversationId":"c","externalId":null,"visitor":{"id":"v","name":null},"icon":"web",
      "channel":"web","deploymentId":"d","originBotId":"b","holderBotId":"b","path":["b"],
      "handovers":0,"control":"bot","agent":null,"status":"\(status)","startedAt":"\(time)",
      "lastActivityAt":"\(time)","messages":1,"source":"imported","because":1,
      "lastMessage":{"position":2,"authorKind":"visitor","preview":"x","source":"\(source)"}}
      """
    let row = try JSONDecoder().decode(InboxRow.self, from: Data(text.utf8))
    let shown = ListRow(
      row,
      PageNames(registry: Registry()),
      PageQuery(FormValues("")),
      open: nil,
      now: Timestamp(microseconds: 0),
    )
    #expect(shown.isRead == isRead)
  }

  private let time = "2026-11-22T12:00:00Z"
}
