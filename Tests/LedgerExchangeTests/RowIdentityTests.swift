import ConversationLedger
import Conversations
import Foundation
import LedgerExchange
import Testing

@Suite(.inTemporaryFolder)
struct `A row without an id` {
  private let monday = ImportBench.sample("01-daily-files/2026-01-05.jsonl")
  private let tuesday = ImportBench.sample("01-daily-files/2026-01-06.jsonl")
  private let start =
    #"{"type":"conversationStarted","source":"crm","conversation":"42","bot":"Flights"}"#

  private func message(_ text: String, at time: String? = nil, id: String? = nil) -> String {
    let at = time.map { #","at":"\#($0)""# } ?? ""
    let identity = id.map { #","id":"\#($0)""# } ?? ""
    return #"{"type":"messagePosted","source":"crm","conversation":"42","text":"\#(text)""#
      + #","author":{"kind":"visitor"}\#(at)\#(identity)}"#
  }

  @Test
  func `of another day is taken, though it says the same on the same line`() throws {
    for (name, files) in [("together", [[monday, tuesday]]), ("apart", [[monday], [tuesday]])] {
      let bench = try ImportBench(name)
      defer { bench.ledger.close() }
      for run in files {
        var importer = Importer(into: bench.ledger, run: "tests")
        try importer.read(run, as: .jsonl)
        try importer.finish()
        #expect(importer.manifest.skipped == 0 && importer.manifest.ambiguousRows == 0)
      }
      #expect(try bench.texts == ["yes", "yes"])
    }
  }

  @Test
  func `is found again in a file that overlaps`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let times = (10..<20).map { "2026-01-05T09:00:\($0)Z" }
    let lines = times.map { message("yes", at: $0) }
    try bench.run("first.jsonl", [start] + lines[..<6])
    let second = try bench.run("second.jsonl", [start] + lines[3...])
    #expect(second.messages == 4)
    #expect(second.duplicates == 4)
    #expect(try bench.texts.count == 10)
    #expect(try bench.run("third.jsonl", lines.reversed()).eventsAppended == 0)
  }

  @Test
  func `that comes twice in a file is two rows, in every file that has both`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let yes = message("yes", at: "2026-01-05T09:00:00Z")
    #expect(try bench.run("a.jsonl", [start, yes, yes]).messages == 2)
    #expect(try bench.run("b.jsonl", [start, yes, yes]).eventsAppended == 0)
    #expect(try bench.run("c.jsonl", [start, yes, yes, yes]).messages == 1)
    #expect(try bench.texts.count == 3)
  }

  @Test
  func `and without a time is named when an equal one is there`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    #expect(try bench.run("a.jsonl", [start, message("yes")]).ambiguousRows == 0)
    let path = try ImportBench.file("b.jsonl", [start, message("yes"), message("no")])
    let manifest = try bench.run(path)
    #expect(manifest.messages == 1 && manifest.duplicates == 2)
    #expect(manifest.ambiguousRows == 1)
    #expect(manifest.ambiguous.map(\.row) == [2] && manifest.ambiguous.first?.file == path)
    #expect(try bench.texts == ["yes", "no"])
  }

  @Test
  func `names no more rows than a reader can use, and counts all`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let lines = [start] + (0..<1_100).map { message("\($0)") }
    try bench.run("a.jsonl", lines)
    let manifest = try bench.run("b.jsonl", lines)
    #expect(manifest.ambiguousRows == 1_100 && manifest.ambiguous.count == 1_000)
  }

  @Test(arguments: ["2026-01-05T09:00:01Z", nil])
  func `with another time or text under a known id is skipped with a reason`(
    time: String?
  ) throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let first = message("yes", at: "2026-01-05T09:00:00Z", id: "a")
    try bench.run("a.jsonl", [start, first])
    let planned = try bench.run(
      try ImportBench.file("b.jsonl", [message("yes", at: time, id: "a"), first]),
      mode: .preview,
    )
    let manifest = try bench.run(
      "b.jsonl",
      [message("yes", at: time, id: "a"), first, message("no", at: "2026-01-06T00:00:00Z")],
    )
    for manifest in [planned, manifest] {
      #expect(manifest.skips.map(\.row) == [1])
      #expect(manifest.skips.first?.reason.contains("identity") == true)
      #expect(manifest.duplicates == 1)
    }
    #expect(try bench.texts == ["yes", "no"])
  }

  @Test
  func `is found by way of an export, and another time there is a conflict`() throws {
    let (origin, copy) = (try ImportBench("origin"), try ImportBench("copy"))
    defer {
      origin.ledger.close()
      copy.ledger.close()
    }
    try origin.run(monday, tuesday)
    let lines = try origin.export().split(separator: "\n").map(String.init)
    #expect(try copy.run("export.jsonl", lines).skipped == 0)
    #expect(try copy.run(monday, tuesday).eventsAppended == 0)
    #expect(try origin.run("export.jsonl", lines).eventsAppended == 0)
    let later = lines.map { $0.replacing("09:00:01", with: "09:00:02") }
    for bench in [origin, copy] {
      let manifest = try bench.run("later.jsonl", later)
      #expect(manifest.messages == 0 && manifest.skipped == 1)
    }
  }
}

@Suite(.inTemporaryFolder)
struct `A row that an earlier release imported by its line` {
  /// Records the rows of a file as earlier releases did: under the number of their line.
  private func recordAsBefore(_ lines: [String], in bench: ImportBench) throws {
    let path = try ImportBench.file("before.jsonl", lines)
    var rows: [(conversation: ConversationID, row: ImportedRow)] = []
    try SourceFormat.jsonl.read(path) { item in
      guard case .row(let source) = item else { return }
      let content = source.content
      // Only the start of a conversation registered the bots it names.
      if case .started? = content.events.first?.event {
        for command in source.registrations {
          _ = try bench.ledger.submitAndWait([.registry(command, by: .trusted)])
        }
      }
      let row = ImportedRow(
        key: content.olderKeys.first ?? content.key,
        occurredAt: content.occurredAt,
        events: content.events,
      )
      rows.append((source.conversation, row))
    }
    for (conversation, row) in rows {
      let history = ImportedConversation(conversation, rows: [row])
      let answers = try bench.ledger.submitAndWait([.record(history)])
      #expect(answers == [.recorded([.appended(events: 1)])])
    }
  }

  /// Records rows as earlier releases did, in a ledger that is given back if it is left open.
  private func recordedAsBefore(_ lines: [String], isLeftOpen: Bool) throws -> ImportBench? {
    let bench = try ImportBench()
    try recordAsBefore(lines, in: bench)
    if isLeftOpen { return bench }
    // The lock goes with the last reference, which is here.
    bench.ledger.close()
    return nil
  }

  @Test(arguments: [false, true])
  func `is found again, and one of another time is taken`(isReopened: Bool) throws {
    let monday = try ImportBench.lines(of: ImportBench.sample("01-daily-files/2026-01-05.jsonl"))
    let bench = try recordedAsBefore(monday, isLeftOpen: !isReopened) ?? ImportBench()
    defer { bench.ledger.close() }
    let position = try bench.ledger.headPosition()
    let again = try bench.run(ImportBench.sample("01-daily-files/2026-01-05.jsonl"))
    #expect(again.duplicates == 2 && again.eventsAppended == 0)
    #expect(try bench.ledger.headPosition() == position)
    let tuesday = try bench.run(ImportBench.sample("01-daily-files/2026-01-06.jsonl"))
    #expect(tuesday.messages == 1 && tuesday.duplicates == 1 && tuesday.skipped == 0)
    #expect(try bench.texts == ["yes", "yes"])
    #expect(
      try bench.run(ImportBench.sample("01-daily-files/2026-01-06.jsonl")).eventsAppended == 0
    )
  }

  @Test
  func `is found again though its numbers were rounded`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let sample = ImportBench.sample("09-big-integers/n.jsonl")
    let exact = try ImportBench.lines(of: sample)
    let rounded = exact.map {
      $0.replacing("18446744073709551615", with: "18446744073709551615.0")
        .replacing("123456789012345678901234567890", with: "123456789012345678901234567890.0")
    }
    try recordAsBefore(rounded, in: bench)
    #expect(try bench.run(sample).eventsAppended == 0)
    #expect(try bench.run(sample, mode: .preview).duplicates == 2)
  }

  @Test
  func `registers nobody when its file comes again`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let sample = ImportBench.sample("02-unregistered-holder/docs-example.jsonl")
    let lines = try ImportBench.lines(of: sample)
    try recordAsBefore(lines, in: bench)
    let position = try bench.ledger.headPosition()
    #expect(try bench.run(sample).duplicates == 4)
    #expect(try bench.ledger.headPosition() == position)
  }
}
