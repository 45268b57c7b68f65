import ConversationLedger
import Foundation

/// Append, open and memory of a log of many events.
struct LargeLog {
  private let path: String
  private let events: Int
  /// The events of one measurement of the append's speed.
  private static let sample = 50_000

  init(at path: String, events: Int) {
    self.path = path
    self.events = events
  }

  func measure(_ report: inout Report) throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (early, late) = try grow()
    report.add("append at 100,000 events", early, "events/s")
    report.add(
      "append at \(events) events",
      late,
      "events/s",
      ratio: late / early,
      to: "at 100,000",
      bar: "≥ 0.8",
      reached: late / early >= 0.8,
    )
    report.add(
      "memory of our own at \(events) events",
      Double(Measurement.ownMemory()) / 1_048_576,
      "MiB",
      bar: "≤ 200",
      reached: Measurement.ownMemory() <= 200 << 20,
    )
    let seconds = try Measurement.seconds {
      let ledger = try Ledger(at: path, for: .writing(creating: false))
      ledger.close()
    }
    report.add(
      "open at \(events) events",
      seconds * 1_000,
      "ms",
      bar: "≤ 1,000",
      reached: seconds <= 1,
    )
  }

  /// Grows a log; events a second at its beginning and at its end, each the best of five.
  private func grow() throws -> (early: Double, late: Double) {
    var fixture = try Fixture(at: path)
    try fixture.start(20_000)
    var next = 0
    func append(_ count: Int) throws -> Double {
      defer { next += count }
      return try fixture.append(count, from: next, batch: 1_024)
    }
    _ = try append(Self.sample)
    let early = try Measurement.best(of: 5) { try append(Self.sample) }
    while next < events - 5 * Self.sample { _ = try append(Self.sample) }
    let late = try Measurement.best(of: 5) { try append(Self.sample) }
    fixture.ledger.close()
    return (early, late)
  }
}
