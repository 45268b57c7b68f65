import EventStore
import LMDB
import Projections

/// Counts of measured values by size, as Prometheus histograms are kept.
public struct Histogram: Hashable, Sendable {
  /// The upper bounds of the buckets, rising; a value above all of them is only in `count`.
  public let bounds: [Double]
  /// How many values fell into each bucket, those of the buckets before it not counted.
  public private(set) var counts: [UInt64]
  /// How many values there were.
  public private(set) var count: UInt64 = 0
  /// Their sum.
  public private(set) var sum: Double = 0

  /// Makes an empty histogram.
  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = bounds.map { _ in 0 }
  }

  /// Takes in a value.
  public mutating func record(_ value: Double) {
    count += 1
    sum += value
    guard let bucket = bounds.firstIndex(where: { value <= $0 }) else { return }
    counts[bucket] += 1
  }
}

extension Histogram {
  /// Seconds from a tenth of a millisecond to ten seconds: what a flush or an append takes.
  public static var seconds: Histogram {
    Histogram(bounds: [
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
      10,
    ])
  }

  /// Counts from one to the most events of a commit.
  static var batchSizes: Histogram {
    Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096])
  }
}

/// What the commits of a writer took.
public struct CommitStatistics: Hashable, Sendable {
  /// How long writing and flushing took.
  public internal(set) var seconds = Histogram.seconds
  /// How many events a commit had.
  public internal(set) var events = Histogram.batchSizes
}

/// How a ledger does, for those who watch over it: nothing that takes longer with its size.
public struct LedgerStatistics: Hashable, Sendable {
  /// The position of the last event.
  public var position: UInt64
  /// The position the written views have come to; the rest is folded in memory.
  public var viewsPosition: UInt64
  /// Whether views that were damaged are being built anew; questions and commands wait meanwhile.
  public var isBuildingViews: Bool
  /// The bytes of the log's map that are used.
  public var usedBytes: Int
  /// The bytes the map can hold.
  public var mapBytes: Int
  /// Whether the map has room for more events; if not, appends are refused.
  public var hasRoom: Bool
  /// The reader slots of the log in use, or used once.
  public var readers: Int
  /// The reader slots there are.
  public var readerLimit: Int
  /// The proposals that wait for their order.
  public var queuedProposals: Int
  /// What the commits took since the ledger was opened.
  public var commits: CommitStatistics
  /// How far the last record is ahead of the clock, in whole seconds; 0 if it is not.
  public var clockBehindSeconds: Int64
  /// Why nothing is recorded, if the clock leapt ahead.
  public var clockLeap: String?
}

extension Ledger {
  /// How the ledger does.
  public func statistics() throws -> LedgerStatistics {
    try LedgerError.wrapping {
      let usage = try log.usage()
      return LedgerStatistics(
        position: try log.head().position,
        // Damaged views are as good as none, and this must not wait until others are built.
        viewsPosition: (try? reader.writtenViews?.checkpoint().position) ?? 0,
        isBuildingViews: reader.isBuildingViews,
        usedBytes: usage.usedInBytes,
        mapBytes: usage.mapSizeInBytes,
        hasRoom: EventLog.hasRoom(usage),
        readers: usage.readers,
        readerLimit: usage.readerLimit,
        queuedProposals: writing?.commands.waitingCount ?? 0,
        commits: writing?.progress.commits ?? CommitStatistics(),
        clockBehindSeconds: try clockBehindSeconds(),
        clockLeap: writing?.clock.leap()?.sentence,
      )
    }
  }
}
