import Foundation
import Glibc
import LMDB

/// What this machine can do at best: the C library alone, with the same bytes, batch and flush.
struct Ceilings {
  /// Rows a second appended by LMDB alone.
  var appendsPerSecond = 0.0
  /// Microseconds of one commit of one row, in the middle.
  var singleCommit = 0.0
  /// Rows a second seen by one cursor.
  var scansPerSecond = 0.0
  /// Microseconds of one `fdatasync` of one page, in the middle.
  var flush = 0.0

  /// Measures.
  ///
  /// - Parameters:
  ///   - folder: An empty folder on the disk in question.
  ///   - rowLength: The bytes of a stored row of the ledger measured.
  ///   - events: How many rows.
  ///   - batch: How many rows to a commit.
  /// - Throws: What the storage throws.
  init(in folder: String, rowLength: Int, events: Int, batch: Int) throws {
    let environment = try Environment(at: folder + "/raw", for: .writing)
    let table = try environment.openTables(["rows"]).named[0]
    let row = (0..<rowLength).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var next: UInt64 = 1
    let seconds = try Measurement.seconds {
      while next <= UInt64(events) {
        try environment.write { transaction in
          for _ in 0..<batch {
            try transaction.append(row.span, at: next, in: table)
            next += 1
          }
        }
      }
    }
    appendsPerSecond = Double(next - 1) / seconds
    scansPerSecond = try Measurement.best(of: 3) {
      try Self.scan(environment, table, count: Double(next - 1))
    }
    singleCommit = try Measurement.microseconds(rounds: 2_000) { _ in
      try environment.write { try $0.append(row.span, at: next, in: table) }
      next += 1
    }.percentile(0.5)
    flush = try Self.flush(in: folder)
  }

  private static func scan(
    _ environment: Environment,
    _ table: Table,
    count: Double,
  ) throws -> Double {
    var sum = 0
    let seconds = try Measurement.seconds {
      try environment.read { transaction in
        try transaction.walk(table) { _, value in
          sum &+= Int(value[0]) &+ value.count
          return .next
        }
      }
    }
    precondition(sum != 0, "The scan must be done")
    return count / seconds
  }

  private static func flush(in folder: String) throws -> Double {
    let descriptor = unsafe open(folder + "/flush", O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    let page = [UInt8](repeating: 7, count: 4_096)
    return Measurement.microseconds(rounds: 1_000) { round in
      unsafe pwrite(descriptor, page, page.count, (round % 64) * 4_096)
      fdatasync(descriptor)
    }
    .percentile(0.5)
  }
}
