import ConversationLedger
import Testing

@Suite(.inTemporaryFolder)
struct `Views of a ledger` {
  @Test(arguments: [1, 2] as [UInt64])
  func `have the digest of a rebuild at many positions`(seed: UInt64) throws {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: seed))
    let bench = LedgerBench("ledger")
    _ = try bench.submit(RandomCommands.network)
    for _ in 0..<30 {
      bench.clock.advance(by: .random(in: 0...600_000_000, using: &generator))
      let count = Int.random(in: 1...20, using: &generator)
      _ = try bench.submit((0..<count).map { _ in commands.next() })
      let settled = try bench.ledger().settle()
      let verdict = try bench.ledger().compareViews()
      #expect(verdict.rebuiltDigest == settled.digest, "position \(settled.position)")
      #expect(verdict.same)
      if generator.once(in: 4) { bench.close() }
    }
    #expect(try bench.ledger().headPosition() > 120)
  }
}
