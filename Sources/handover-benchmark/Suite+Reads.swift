import ConversationLedger
import Conversations
import Foundation

extension Suite {
  /// Rebuild, transcript and verification of the ledger that the appends made.
  mutating func measureReads(_ report: inout Report) throws {
    guard let (path, conversations) = fixture.map({ ($0.path, $0.conversations) }) else { return }
    fixture?.ledger.close()
    fixture = nil
    try measureRebuild(&report, path)
    try measureVerify(&report, path)
    try measureTranscript(&report, path, conversations)
  }

  private func measureRebuild(_ report: inout Report, _ path: String) throws {
    guard let ceilings else { return }
    var position: UInt64 = 0
    let seconds = try Measurement.seconds {
      position = try Ledger.rebuild(at: path).position
    }
    let rate = Double(position) / seconds
    report.add(
      "rebuild of all views from nothing, digest included",
      rate,
      "events/s",
      ratio: rate / ceilings.scansPerSecond,
      to: "raw scan",
      bar: "≥ 1,000,000 and ≥ 0.15",
      reached: rate >= 1_000_000 && rate / ceilings.scansPerSecond >= 0.15,
    )
  }

  private func measureTranscript(
    _ report: inout Report,
    _ path: String,
    _ conversations: [ConversationID],
  ) throws {
    let ledger = try Ledger(at: path, for: .reading)
    let rate = try Measurement.best(of: 3) {
      var messages = 0
      let seconds = try Measurement.seconds {
        for conversation in conversations.prefix(2_000) {
          messages += try ledger.transcript(of: conversation).count
        }
      }
      return Double(messages) / seconds
    }
    report.add(
      "transcript",
      rate,
      "messages/s",
      bar: "≥ 300,000",
      reached: rate >= 300_000,
    )
  }

  /// The first page of an inbox, small and large.
  func measureInboxes(_ report: inout Report, conversations: Int) throws {
    let small = try firstPage(conversations: 10_000)
    let large = try firstPage(conversations: conversations)
    report.add("first inbox page of 50 with texts, 10,000 conversations, p50", small, "µs")
    report.add(
      "first inbox page of 50 with texts, \(conversations) conversations, p50",
      large,
      "µs",
      ratio: large / small,
      to: "10,000 conversations",
      bar: "≤ 1 ms and ≤ 1.5",
      reached: large <= 1_000 && large / small <= 1.5,
    )
  }

  private func firstPage(conversations: Int) throws -> Double {
    let path = folder + "/inbox-\(conversations)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var fixture = try Fixture(at: path, bots: 2)
    try fixture.start(conversations)
    _ = try fixture.append(conversations, from: 0, batch: 1_024)
    _ = try fixture.ledger.settle()
    let query = InboxQuery(of: fixture.bots[0])
    _ = try fixture.ledger.inbox(query)
    let times = try Measurement.microseconds(rounds: 500) { _ in
      let page = try fixture.ledger.inbox(query)
      precondition(page.rows.count == 50, "The page must be full")
    }
    fixture.ledger.close()
    return times.percentile(0.5)
  }
}
