import ConversationLedger
import Foundation
import Testing

/// A ledger that is restored to a position is the ledger that was there when it had come so far.
@Suite(.inTemporaryFolder)
struct `A ledger that is restored to a position` {
  @Test(arguments: [1, 2] as [UInt64])
  func `has the root, the views and the events it had there`(seed: UInt64) throws {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: seed))
    let bench = LedgerBench("ledger")
    let backup = TemporaryFolder.path + "/backup"
    _ = try bench.submit(RandomCommands.network)
    var moments: [(position: UInt64, root: String, digest: String)] = []
    for _ in 0..<12 {
      bench.clock.advance(by: .random(in: 1...600_000_000, using: &generator))
      let count = Int.random(in: 1...20, using: &generator)
      _ = try bench.submit((0..<count).map { _ in commands.next() })
      let settled = try bench.ledger().settle()
      moments.append((settled.position, try bench.ledger().status().root, settled.digest))
      guard generator.once(in: 3) else { continue }
      bench.close()
      _ = try Ledger.backUp(bench.path, into: backup)
    }
    bench.close()
    let report = try Ledger.backUp(bench.path, into: backup)
    #expect(report.position == moments.last?.position)
    for (index, moment) in moments.enumerated() {
      let path = TemporaryFolder.path + "/restored-\(index)"
      var options = RestoreOptions()
      options.moment = .position(moment.position)
      let restored = try Ledger.restore(backup, to: path, options: options)
      #expect(restored.root == moment.root)
      #expect(restored.leftOut == report.position - moment.position)
      #expect(try Ledger.rebuild(at: path).digest == moment.digest)
    }
  }
}
