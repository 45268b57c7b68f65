import ConversationLedger
import Conversations
import EventStore
import Foundation
import Projections
import Synchronization
import TransparencyLog

/// The measurements, one after the other, over one ledger of conversations.
struct Suite {
  let folder: String
  let events: Int
  /// The ledger of the appends; gone once it is closed, so that others can open its files.
  var fixture: Fixture?
  var ceilings: Ceilings?
  private var bulk = 0.0

  /// The bytes of a stored row that the benchmark's messages make: leaf 32, header 116, author 16,
  /// body about 70, tag 16.
  private static let rowLength = 252
  private static let batch = 1_024

  init(in folder: String, events: Int) throws {
    self.folder = folder
    self.events = events
    var fixture = try Fixture(at: folder + "/ledger")
    try fixture.start(10_000)
    self.fixture = fixture
  }

  mutating func measureCeilings(_ report: inout Report) throws {
    let ceilings = try Ceilings(
      in: folder,
      rowLength: Self.rowLength,
      events: events,
      batch: Self.batch,
    )
    self.ceilings = ceilings
    report.add("raw LMDB, 1,024 a commit, flushed", ceilings.appendsPerSecond, "events/s")
    report.add("raw LMDB, one a commit, p50", ceilings.singleCommit, "µs")
    report.add("raw scan, one cursor", ceilings.scansPerSecond, "events/s")
    report.add("flush of one page, p50", ceilings.flush, "µs")
  }

  mutating func measureAppends(_ report: inout Report) async throws {
    guard let ceilings, let fixture else { return }
    _ = try fixture.append(50_000, from: 0, batch: Self.batch)
    bulk = try fixture.append(events, from: 50_000, batch: Self.batch)
    let ratio = bulk / ceilings.appendsPerSecond
    report.add(
      "bulk append, 1,024 a commit, tree and sealing on",
      bulk,
      "events/s",
      ratio: ratio,
      to: "raw LMDB",
      bar: "≥ 0.25",
      reached: ratio >= 0.25,
    )
    try measureKeyedAppends(&report)
    let single = try measureOneCaller(&report, fixture, ceilings)
    try await measureManyCallers(&report, fixture, single)
  }

  /// Appends with an idempotency key each, in a ledger of their own: the keys are looked up, and a
  /// rebuild would write each of them.
  private func measureKeyedAppends(_ report: inout Report) throws {
    var keyed = try Fixture(at: folder + "/keyed")
    try keyed.start(10_000)
    let rate = try keyed.append(events / 4, from: 0, batch: Self.batch, keyed: true)
    keyed.ledger.close()
    report.add("bulk append with an idempotency key each", rate, "events/s")
  }

  private func measureOneCaller(
    _ report: inout Report,
    _ fixture: Fixture,
    _ ceilings: Ceilings,
  ) throws -> Double {
    let times = try Measurement.microseconds(rounds: 3_000) { round in
      _ = try fixture.ledger.submitAndWait([fixture.post(round)])
    }
    let p50 = times.percentile(0.5)
    let ratio = p50 / ceilings.singleCommit
    report.add(
      "one caller, one event a commit, p50",
      p50,
      "µs",
      ratio: ratio,
      to: "raw LMDB commit",
      bar: "≤ 1.3",
      reached: ratio <= 1.3,
    )
    report.add("one caller, p99", times.percentile(0.99), "µs")
    return 1_000_000 / (times.reduce(0, +) / Double(times.count))
  }

  private func measureManyCallers(
    _ report: inout Report,
    _ fixture: Fixture,
    _ single: Double,
  ) async throws {
    let (callers, each) = (64, 1_000)
    let started = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        group.addTask {
          for number in 0..<each {
            _ = try await fixture.ledger.submit([fixture.post(caller * each + number)])
          }
        }
      }
      try await group.waitForAll()
    }
    let rate = Double(callers * each) / ((ContinuousClock.now - started) / .seconds(1))
    report.add(
      "64 callers, one event each",
      rate,
      "events/s",
      ratio: rate / single,
      to: "one caller",
      bar: "≥ 15",
      reached: rate / single >= 15,
    )
  }

  mutating func measurePeers(_ report: inout Report, _ path: String?) throws {
    guard let path else { return }
    let content = try Data(contentsOf: URL(fileURLWithPath: path))
    let peers = try JSONDecoder().decode([String: Peer].self, from: content)
    for (name, bar) in [("sqlite", 3.0), ("umadb", 2.0)] {
      guard let peer = peers[name] else { continue }
      guard let rate = peer.bulkEventsPerSecond else {
        report.add("\(name): \(peer.unavailable ?? "not measured")", .nan, "")
        continue
      }
      report.add(
        "bulk append against \(name) \(peer.version ?? "") (\(rounded(rate)) events/s)",
        bulk,
        "events/s",
        ratio: bulk / rate,
        to: name,
        bar: "≥ \(Int(bar))",
        reached: bulk / rate >= bar,
      )
    }
  }

  /// What `tools/benchmark-peers.py` prints of a peer.
  private struct Peer: Decodable {
    var version: String?
    var bulkEventsPerSecond: Double?
    var unavailable: String?

    enum CodingKeys: String, CodingKey {
      case version, unavailable
      case bulkEventsPerSecond = "bulk_events_per_second"
    }
  }
}
