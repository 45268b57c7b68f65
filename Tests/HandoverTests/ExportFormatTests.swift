import Foundation
import Testing

@Suite
struct `An export for elsewhere` {
  /// All that a cell must be quoted for, and a quote that bears an accent.
  private let oddIdentifier = "a \"\u{301}b\",\r\nc"

  /// Anna's conversation goes from Flights to Hotels, `=Eve`'s stays with Flights.
  private func scene() throws -> (ledger: LedgerFolder, anna: String, eve: String) {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let anna = try ledger.startConversation()
    try ledger.run("post", anna, "A \"room\"\u{301},\r\nplease")
    try ledger.run("hand-over", anna, "Hotels", "--module", "1", "--reason", "wants a room")
    try ledger.run("post", anna, "Your room is booked", "--by", "bot")
    let eve = try ledger.startConversation(with: "Flights", "--external-id", oddIdentifier)
    try ledger.run("post", eve, "=1+1")
    return (ledger, anna, eve)
  }

  private func export(_ ledger: LedgerFolder, _ arguments: String...) throws -> String {
    try ledger.run(["export", "--to"] + arguments).text
  }

  private struct CloudEvent: Decodable {
    let specversion, id, source, type, time: String
    let subject, holder, formerholder: String?
    let data: Row

    struct Row: Decodable {
      let position: UInt64
      let text: String?
    }
  }

  private func cloudEvents(_ text: String) throws -> [CloudEvent] {
    try text.split(separator: "\n").map {
      try JSONDecoder().decode(CloudEvent.self, from: Data($0.utf8))
    }
  }

  @Test
  func `as CloudEvents is the whole log, each event with its holder`() throws {
    let (ledger, anna, _) = try scene()
    let events = try cloudEvents(export(ledger, "cloudevents"))
    let status = try ledger.read(Shape.Status.self, "status")
    // The export wrote down that it took place after it was ordered, so it is the last event.
    #expect(events.map(\.id) == (1...status.position).map(String.init))
    #expect(events.allSatisfy { $0.specversion == "1.0" && $0.id == String($0.data.position) })
    #expect(Set(events.map(\.source)).count == 1)
    let bots = try ledger.botIdentifiers()
    let handover = try #require(events.first { $0.type == "conversation-ledger.handedOver" })
    #expect(handover.subject == anna)
    #expect(handover.holder == bots["Hotels"])
    #expect(handover.formerholder == bots["Flights"])
    let message = try #require(events.first { $0.data.text == "Your room is booked" })
    #expect(message.holder == bots["Hotels"])
    #expect(message.formerholder == nil)
  }

  @Test
  func `as CloudEvents can be of one inbox, with what came before the handover`() throws {
    let (ledger, anna, eve) = try scene()
    let events = try cloudEvents(export(ledger, "cloudevents", "--inbox", "Hotels"))
    #expect(!events.isEmpty && events.allSatisfy { $0.subject == anna })
    #expect(events.contains { $0.data.text == "A \"room\"\u{301},\r\nplease" })
    let other = try cloudEvents(export(ledger, "cloudevents", "--conversation", eve))
    #expect(!other.isEmpty && other.allSatisfy { $0.subject == eve })
  }

  @Test(.enabled(if: Python.isThere))
  func `as CSV is a row for each conversation, read back by Python's own reader`() throws {
    let (ledger, anna, eve) = try scene()
    let text = try export(ledger, "csv")
    let file = ledger.folder.appending(path: "conversations.csv")
    try Data(text.utf8).write(to: file)
    let script = """
      import csv, json, sys
      with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
          json.dump(list(csv.DictReader(file, strict=True)), sys.stdout)
      """
    let answer = try Python.run(["-c", script, file.path], in: ledger.folder)
    let rows = try answer.json([[String: String]].self)
    #expect(Set(rows.compactMap { $0["conversationId"] }) == [anna, eve])
    let first = try #require(rows.first { $0["conversationId"] == anna })
    let bots = try ledger.botIdentifiers()
    #expect(first["holderBot"] == "Hotels")
    #expect(first["originBot"] == "Flights")
    let path = first["path"]?.split(separator: " ").map(String.init)
    #expect(path == [bots["Flights"], bots["Hotels"]].compactMap(\.self))
    #expect(first["handovers"] == "1")
    #expect(first["messages"] == "2")
    #expect(first["lastMessage"] == "Your room is booked")
    let second = try #require(rows.first { $0["conversationId"] == eve })
    #expect(
      second["externalId"]?.unicodeScalars.elementsEqual(oddIdentifier.unicodeScalars) == true
    )
    #expect(text.hasSuffix("\r\n"))
  }

  @Test
  func `as CSV gives a spreadsheet no formula of a visitor's`() throws {
    let (ledger, _, eve) = try scene()
    let text = try export(ledger, "csv", "--conversation", eve)
    #expect(text.contains(",'=1+1,"))
    #expect(!text.contains(",=1+1"))
  }

  @Test
  func `as text is the transcripts, with empty lines where bots handed over only`() throws {
    let (ledger, anna, _) = try scene()
    let one = try export(ledger, "text", "--conversation", anna)
    #expect(one == (try ledger.run("transcript", anna).text))
    let all = try export(ledger, "text")
    #expect(all.contains("=== \(anna) · "))
    #expect(all.contains("Flights → Hotels · active ===\n" + one))
    let lines = all.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count(where: \.isEmpty) == 1)
    #expect(lines.count { $0.hasPrefix("=== ") } == 2)
  }

  @Test(arguments: ["csv", "text"])
  func `of a ledger without conversations has none, and says so`(format: String) throws {
    let ledger = try LedgerFolder()
    try ledger.run("init")
    let answer = try ledger.run("export", "--to", format)
    #expect(answer.standardError.contains("complete up to position"))
    #expect(answer.text.split(separator: "\r\n").count == (format == "csv" ? 1 : 0))
  }

  @Test
  func `of a bot nobody knows is refused`() throws {
    let (ledger, _, _) = try scene()
    let answer = try ledger.run("export", "--to", "csv", "--inbox", "Nobody", exits: 66)
    #expect(answer.standardError.contains("Nobody"))
    #expect(answer.standardOutput.isEmpty)
  }
}
