import ConversationLedger
import Synchronization
import Testing

@Suite(.inTemporaryFolder)
struct `A scrub` {
  private let bench = LedgerBench("ledger")

  /// Steps through one round.
  private func round(_ ledger: Ledger, from first: UInt64 = 1) throws -> [LogScrub.Report] {
    let scrub = LogScrub(of: ledger, recordsPerSecond: 1)
    var reports: [LogScrub.Report] = []
    var next = first
    repeat {
      let report = try scrub.step(from: next)
      reports.append(report)
      next = report.position + 1
    } while reports.last?.endsRound == false
    return reports
  }

  @Test
  func `reads every record once a round and finds nothing in a sound log`() throws {
    try bench.fill(seed: 51, batches: 600)
    let reports = try round(bench.ledger())
    let head = try bench.ledger().headPosition()
    #expect(head > 1_024)
    #expect(reports.reduce(0) { $0 + $1.records } == head)
    #expect(reports.allSatisfy { $0.findings == [] && $0.head == head })
    #expect(reports.last?.position == head)
  }

  @Test
  func `goes on at the piece that holds a position`() throws {
    try bench.fill(seed: 52, batches: 200)
    let all = try round(bench.ledger())
    #expect(try round(bench.ledger(), from: 300) == Array(all.dropFirst()))
    #expect(try round(bench.ledger(), from: .max) == all)
  }

  @Test
  func `of an empty log ends at once`() throws {
    let reports = try round(bench.ledger())
    #expect(reports.count == 1 && reports[0].position == 0 && reports[0].findings == [])
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func `names the place of one flipped bit`(seed: UInt64) throws {
    try bench.fill(seed: 53, batches: 200)
    bench.close()
    var generator = SeededGenerator(seed: seed)
    var damaged: UInt64 = 0
    try Forger(path: bench.path).withRows { rows in
      damaged = UInt64.random(in: 1...UInt64(rows.count), using: &generator)
      let byte = Int.random(in: 0..<(rows[damaged]?.count ?? 0), using: &generator)
      rows[damaged]?[byte] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    }
    let reports = try round(Ledger(at: bench.path, for: .reading))
    let findings = reports.flatMap(\.findings)
    #expect(findings.map(\.position) == [damaged])
    #expect(findings.allSatisfy { $0.verdict == .integrity && $0.check == .leaf })
  }

  @Test
  func `finds a node of the tree that its leaves do not have`() throws {
    try bench.fill(seed: 54, batches: 600)
    bench.close()
    for (level, index, position) in [(8, 1, 512), (9, 0, 512), (10, 0, 1_024)]
      as [(UInt8, UInt64, UInt64)]
    {
      try Forger(path: bench.path).flip(level: level, index: index)
      let findings = try round(Ledger(at: bench.path, for: .reading)).flatMap(\.findings)
      #expect(findings.contains { $0.check == .tree && $0.position == position })
      try Forger(path: bench.path).flip(level: level, index: index)
    }
    #expect(try round(Ledger(at: bench.path, for: .reading)).flatMap(\.findings) == [])
  }

  @Test
  func `walks round and round while the log is written, until it is cancelled`() async throws {
    try bench.fill(seed: 55, batches: 60)
    let ledger = try bench.ledger()
    let rounds = Atomic(0)
    let found = Atomic(0)
    let scrub = LogScrub(of: ledger, recordsPerSecond: .max)
    let task = Task {
      try await scrub.run { report in
        found.add(report.findings.count, ordering: .relaxed)
        if report.endsRound { rounds.add(1, ordering: .relaxed) }
      }
    }
    var commands = RandomCommands(seed: 56)
    while rounds.load(ordering: .relaxed) < 20 {
      _ = try await ledger.submit((0..<20).map { _ in commands.next() })
    }
    task.cancel()
    try await task.value
    #expect(found.load(ordering: .relaxed) == 0)
  }
}
