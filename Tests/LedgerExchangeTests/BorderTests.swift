import ConversationLedger
import Conversations
import Foundation
import LedgerExchange
import Testing

@Suite(.inTemporaryFolder)
struct `A whole number beyond 64 bits` {
  private static let start =
    #"{"type":"conversationStarted","source":"s","conversation":"c","bot":"Bot"}"#

  /// A line whose variables, card and attachment hold a number.
  private static func line(_ number: String) -> String {
    #"{"type":"messagePosted","source":"s","conversation":"c","author":{"kind":"visitor"}"#
      + #","variables":{"n":\#(number),"list":[{"n":\#(number)}]},"card":\#(number)"#
      + #","attachment":{"id":\#(number)}}"#
  }

  @Test(arguments: [
    "18446744073709551615", "123456789012345678901234567890", "9223372036854775808",
    "-9223372036854775809", "-" + String(repeating: "9", count: 400),
  ])
  func `keeps its digits on every way`(number: String) throws {
    let (origin, copy) = (try ImportBench("origin"), try ImportBench("copy"))
    defer {
      origin.ledger.close()
      copy.ledger.close()
    }
    #expect(try origin.run("a.jsonl", [Self.start, Self.line(number)]).skipped == 0)
    let lines = try origin.export().split(separator: "\n").map(String.init)
    #expect(lines.last?.ranges(of: number).count == 4)
    #expect(try origin.export(.cloudevents).ranges(of: ":" + number).count == 4)
    #expect(try copy.run("b.jsonl", lines).skipped == 0)
    #expect(try copy.export().split(separator: "\n").last?.ranges(of: number).count == 4)
    #expect(try origin.run("a.jsonl", [Self.start, Self.line(number)]).eventsAppended == 0)
    #expect(try origin.run("b.jsonl", lines).eventsAppended == 0)
    let transcript = try origin.ledger.transcript(of: try #require(origin.conversations.first))
    let shown = try JSONText.bytes(of: transcript)
    #expect(String(decoding: shown, as: UTF8.self).ranges(of: ":" + number).count == 4)
  }

  @Test
  func `is another row than its neighbour, which a double is not`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let lines = ["18446744073709551614", "18446744073709551615"].map(Self.line)
    #expect(try bench.run("a.jsonl", [Self.start] + lines).messages == 2)
    #expect(try bench.run("b.jsonl", [Self.start] + lines.reversed()).eventsAppended == 0)
  }

  @Test(arguments: [
    ("-0", "0"), ("0.1000000000000000055511151231257827", "0.1"), ("1e2", "100.0"),
    ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("18446744073709551615.0", "1.8446744073709552e+19"),
    ("9223372036854775808.0", "9.223372036854776e+18"),
  ])
  func `is one only if it is written as one`(written: String, kept: String) throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    #expect(try bench.run("a.jsonl", [Self.start, Self.line(written)]).skipped == 0)
    #expect(try bench.export().contains(#""card":\#(kept),"#))
  }

  @Test
  func `as a double that none holds is refused with its place`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let manifest = try bench.run("a.jsonl", [Self.start, Self.line("1e400")])
    #expect(manifest.skips.map(\.row) == [2])
    #expect(manifest.skips.first?.reason.isEmpty == false)
  }

  @Test
  func `of the sample comes through`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    #expect(try bench.run(ImportBench.sample("09-big-integers/n.jsonl")).skipped == 0)
    let export = try bench.export()
    #expect(export.contains(#""iban":123456789012345678901234567890"#))
    #expect(export.contains(#""orderId":18446744073709551615"#))
  }
}

@Suite(.inTemporaryFolder)
struct `A time that cannot be written in UTC` {
  private static let line =
    #"{"type":"conversationStarted","source":"s","conversation":"c","bot":"Bot","at":"TIME"}"#

  @Test(arguments: [
    "9999-12-31T23:59:59-05:00", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:59.999999-00:01",
  ])
  func `is refused with a sentence`(time: String) throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let manifest = try bench.run("a.jsonl", [Self.line.replacing("TIME", with: time)])
    #expect(manifest.skips.map(\.row) == [1])
    #expect(manifest.skips.first?.reason.contains("year in UTC is 0000 to 9999") == true)
    #expect(try bench.conversations.isEmpty)
  }

  @Test
  func `is refused in the sample too`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    #expect(try bench.run(ImportBench.sample("10-year-10000/y.jsonl")).skipped == 1)
  }

  @Test(arguments: [
    "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "0000-01-01T05:00:00+05:00",
    "9999-12-31T18:59:59-05:00",
  ])
  func `is none at the edge, which comes back from an export`(time: String) throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    #expect(try bench.run("a.jsonl", [Self.line.replacing("TIME", with: time)]).skipped == 0)
    let lines = try bench.export().split(separator: "\n").map(String.init)
    #expect(try bench.run("b.jsonl", lines).skipped == 0)
  }

  /// Hours beyond the last moment, and a microsecond before the first.
  @Test(arguments: [253_402_318_799_000_000, -62_167_219_200_000_001] as [Int64])
  func `as earlier releases recorded it is shown at the edge, and comes back from an export`(
    microseconds: Int64
  ) throws {
    let (origin, copy) = (try ImportBench("origin"), try ImportBench("copy"))
    defer {
      origin.ledger.close()
      copy.ledger.close()
    }
    let started = ConversationEvent.started(bot: .fresh(), deployment: .fresh(), visitor: .fresh())
    let row = ImportedRow(
      key: "#1",
      occurredAt: Timestamp(microseconds: microseconds),
      events: [NewEvent(started)],
    )
    let conversation = ConversationID.fresh()
    _ = try origin.ledger.submitAndWait([.record(ImportedConversation(conversation, rows: [row]))])
    let time = microseconds > 0 ? "9999-12-31T23:59:59.999999Z" : "0000-01-01T00:00:00.000000Z"
    #expect(try origin.ledger.page(of: conversation).row.startedAt == time)
    let lines = try origin.export().split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.contains(time) })
    #expect(try origin.run("export.jsonl", lines).eventsAppended == 0)
    #expect(try copy.run("export.jsonl", lines).skipped == 0)
    #expect(try copy.ledger.page(of: conversation).row.startedAt == time)
  }
}

@Suite(.inTemporaryFolder)
struct `A file with a byte order mark` {
  @Test
  func `is read as if it had none`() throws {
    let bench = try ImportBench()
    defer { bench.ledger.close() }
    let lines = try ImportBench.lines(of: ImportBench.sample("09-big-integers/n.jsonl"))
    let marked = ["\u{FEFF}" + lines[0].replacing("}}", with: #"},"variables":{"a":1}}"#)]
    #expect(try bench.run("a.jsonl", marked).skipped == 0)
    #expect(try bench.conversations.count == 1)
  }
}
