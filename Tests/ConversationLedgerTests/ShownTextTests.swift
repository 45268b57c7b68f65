import Conversations
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `A shown text` {
  private let zalgo = "a" + String(repeating: "\u{301}", count: 500_000)

  @Test
  func `is whole if it is short, in whatever script`() {
    for text in ["", "Anna", "Ω≈ç√", "नमस्ते", "👨‍👩‍👧‍👦"] {
      #expect(text.shownName == text)
      #expect(text.shownPreview == text)
    }
  }

  @Test
  func `is cut between characters where there are many`() {
    let text = String(repeating: "é", count: 500)
    #expect(text.shownPreview == String(repeating: "é", count: 119) + "…")
  }

  @Test
  func `is cut by bytes where one character is endless`() {
    #expect(zalgo.shownName.utf8.count <= 1_027)
    #expect(zalgo.shownPreview.utf8.count <= 2_051)
    #expect(zalgo.shownName.hasSuffix("…"))
    #expect(zalgo.shownPreview.hasSuffix("…"))
  }

  @Test
  func `is one line`() {
    #expect("one\ntwo\r\n\nthree".shownPreview == "one two three")
  }

  @Test
  func `of an old record is cut in lists and transcripts, and refused when it is new`() throws {
    // Given rows, as an earlier release took them, whose names are half a megabyte.
    let desk = try Desk("long names")
    var body = EventBody(text: zalgo)
    body.authorName = zalgo
    let ledger = try desk.bench.ledger()
    let row = ImportedRow(
      key: "k",
      occurredAt: nil,
      events: [NewEvent(.messagePosted(by: .agent(Desk.eve)), body)],
    )
    // When a new one comes, then it is reported.
    let answer = try desk.bench.submit([.record(ImportedConversation(Desk.talk, rows: [row]))])[0]
    #expect(answer == .recorded([.refused("a name has at most 1024 bytes, not 1000001")]))
    let preview = try ledger.preview(ImportedConversation(Desk.talk, rows: [row]))
    #expect(answer == .recorded(preview))
    try desk.says(zalgo)
    let list = try ledger.inbox(InboxQuery(of: Desk.flights))
    #expect(list.rows.first.map { $0.lastMessage?.preview.utf8.count ?? 0 < 3_000 } == true)
    let shown = TranscriptEntry.Author(.agent(Desk.eve), body)
    #expect(shown.name.map { $0.utf8.count < 1_100 } == true)
  }
}
