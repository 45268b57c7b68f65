import ConversationLedger
import Conversations
import Testing

@Suite(.inTemporaryFolder)
struct `A verification of a sound ledger` {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `finds nothing, whatever was asked of it`(seed: UInt64) throws {
    let bench = LedgerBench("ledger")
    try bench.fill(seed: seed)
    let found = try bench.ledger().verify()
    #expect(found.findings == [])
    #expect(found.integrity && found.completeness)
    #expect(found.position == (try bench.ledger().headPosition()))
    #expect(found.records == found.position)
    #expect(found.root == (try bench.ledger().status().root))
    let names = found.checks.map(\.name)
    #expect(Set(names).count == names.count)
    for check in found.checks { #expect(check.failed == 0, "\(check)") }
  }

  @Test
  func `judges handovers that were refused, and those that were not`() throws {
    let bench = LedgerBench("ledger")
    try bench.fill(seed: 21)
    var types: [String: Int] = [:]
    try bench.ledger().forEachEvent(from: 1, through: bench.ledger().headPosition()) {
      types[$0.type, default: 0] += 1
    }
    for type in [
      "handedOver", "handoverRefused", "agentRequested", "agentTookOver", "agentHandedBack",
      "conversationEnded", "variablesSet", "notePosted", "requestRepeated", "messagePosted",
    ] { #expect(types[type, default: 0] > 0, "\(type)") }
  }

  @Test
  func `is confined to the checks that are wanted, and says which were left out`() throws {
    let bench = LedgerBench("ledger")
    try bench.fill(seed: 22)
    let found = try bench.ledger().verify([.leaf, .rules])
    #expect(Set(found.checks.map(\.name)) == [.leaf, .rules])
    #expect(found.unchecked.contains { $0.contains("views") })
    #expect(found.unchecked.count == Verification.Check.allCases.count - 2)
  }

  @Test
  func `of an empty ledger has nothing to say against it`() throws {
    let found = try LedgerBench("ledger").ledger().verify()
    #expect(found.position == 0 && found.findings == [])
    #expect(found.integrity && found.completeness)
  }
}

extension LedgerBench {
  /// Has a network enter, and random commands asked of it, some of them after hours of silence.
  func fill(seed: UInt64, batches: Int = 60) throws {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: seed))
    _ = try submit(RandomCommands.network)
    for _ in 0..<batches {
      clock.advance(by: generator.once(in: 9) ? 700 * 60_000_000 : 90_000_000)
      let count = Int.random(in: 1...12, using: &generator)
      _ = try submit((0..<count).map { _ in commands.next() })
    }
  }
}
