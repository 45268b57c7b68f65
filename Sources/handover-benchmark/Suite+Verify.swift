import ConversationLedger
import Dispatch
import EventStore
import Foundation
import LMDB
import Synchronization
import TransparencyLog

extension Suite {
  /// Verification of every leaf and the root, against the same hashing of the same bytes in memory.
  ///
  /// The two take turns, so that a busy neighbour meets both.
  func measureVerify(_ report: inout Report, _ path: String) throws {
    // A process opens a log once, so the records are read before the ledger is there.
    let records = try RecordsInMemory(of: path)
    let ledger = try Ledger(at: path, for: .reading)
    var (rate, alone) = (0.0, 0.0)
    for _ in 0..<3 {
      var found: Verification?
      let seconds = try Measurement.seconds { found = try ledger.verify([.leaf, .tree]) }
      guard found?.integrity == true, found?.records == UInt64(records.count) else {
        throw Unverified()
      }
      rate = max(rate, Double(records.count) / seconds)
      alone = max(alone, Double(records.count) / Measurement.seconds { records.hash() })
    }
    let threads = RecordsInMemory.threads
    report.add("SHA-256 alone, the same leaves and nodes, \(threads) threads", alone, "events/s")
    report.add(
      "verify, every leaf and the root",
      rate,
      "events/s",
      ratio: rate / alone,
      to: "SHA-256 alone",
      bar: "≥ 0.7",
      reached: rate / alone >= 0.7,
    )
  }
}

/// The benchmark's own ledger does not verify.
private struct Unverified: Error {}

/// The records of a log, one behind the other.
private struct RecordsInMemory {
  static let threads = ProcessInfo.processInfo.activeProcessorCount

  private var bytes: [UInt8] = []
  /// Where each record ends.
  private var ends: [Int] = []

  var count: Int { ends.count }

  init(of ledger: String) throws {
    let log = try EventLog(at: ledger + "/log", for: .reading)
    try log.forEachRecord(from: 1, through: log.head().position) { record in
      bytes += record.bytes
      ends.append(bytes.count)
    }
  }

  /// Hashes each record, and one node for each, on all processors.
  func hash() {
    let sink = Atomic<UInt64>(0)
    DispatchQueue.concurrentPerform(iterations: Self.threads) { part in
      let (first, last) = (count * part / Self.threads, count * (part + 1) / Self.threads)
      var node = TreeHasher.emptyRoot
      var start = first > 0 ? ends[first - 1] : 0
      for end in ends[first..<last] {
        let leaf = TreeHasher.leafHash(of: bytes.span.extracting(start..<end))
        (node, start) = (TreeHasher.nodeHash(node, leaf), end)
      }
      // What nobody reads need not be computed.
      sink.add(UInt64(node.bytes[0]), ordering: .relaxed)
    }
  }
}
