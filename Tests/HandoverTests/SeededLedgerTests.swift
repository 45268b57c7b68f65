import Foundation
import Testing

@Suite
struct `A seed` {
  /// What a failure of a test that damages bytes is repeated by.
  @Test
  func `gives the log's file again, byte by byte`() throws {
    let logs = try ([7, 7, 8] as [UInt64]).map { seed -> Data in
      let ledger = try LedgerFolder()
      try ledger.importSeeded(.sample, seed: seed)
      return try Data(contentsOf: URL(filePath: ledger.path + "/log/data.mdb"))
    }
    #expect(logs[0] == logs[1])
    #expect(logs[0] != logs[2])
  }
}
