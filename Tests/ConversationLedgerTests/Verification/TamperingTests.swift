import ConversationLedger
import Foundation
import Testing

/// Tampers with copies of one ledger in every way there is a case for, as often as
/// `HANDOVER_DURABILITY_ROUNDS` says, and counts what `verify` catches; a run is repeated by
/// `HANDOVER_DURABILITY_SEED`.
@Suite(.inTemporaryFolder, .serialized)
struct `A ledger that was tampered with` {
  private static let rounds = setting("HANDOVER_DURABILITY_ROUNDS") ?? 20

  private static let seed: UInt64 = {
    let seed = setting("HANDOVER_DURABILITY_SEED") ?? Int.random(in: 1...999_999)
    note("HANDOVER_DURABILITY_SEED=\(seed) HANDOVER_DURABILITY_ROUNDS=\(rounds)")
    return UInt64(seed)
  }()

  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  private static func note(_ text: String) {
    FileHandle.standardError.write(Data("tampering: \(text)\n".utf8))
  }

  private let bench = LedgerBench("whole")
  /// What an auditor has kept of the ledger as it is before somebody tampers.
  private let kept: SignedCheckpoint

  init() throws {
    try bench.fill(seed: 60, batches: 100)
    _ = try bench.ledger().signCheckpoint()
    bench.close()
    try FileManager.default.copyItem(atPath: bench.path, toPath: LedgerBench("older").path)
    try bench.fill(seed: 61, batches: 100)
    _ = try bench.ledger().settle()
    kept = try bench.ledger().signCheckpoint()
    #expect(kept.size > 512)
    bench.close()
  }

  private func verify(at path: String) throws -> Verification {
    let evidence = KeptCheckpoint(Array(kept.note.utf8), vkey: kept.vkey, name: "kept")
    return try Ledger(at: path, for: .reading).verify(against: [evidence])
  }

  @Test(arguments: Tampering.allCases)
  func `is caught, each time and by the right verdict`(kind: Tampering) throws {
    var (caught, tried) = (0, 0)
    let place = UInt64(Tampering.allCases.firstIndex(of: kind) ?? 0)
    for round in 0..<Self.rounds {
      var chance = SeededGenerator(seed: Self.seed &* 1_000_003 &+ place &* 10_007 &+ UInt64(round))
      let copy = "\(bench.path)-\(round)"
      try FileManager.default.copyItem(atPath: bench.path, toPath: copy)
      defer { try? FileManager.default.removeItem(atPath: copy) }
      guard let what = try kind.apply(at: copy, of: kept.size, &chance) else { continue }
      tried += 1
      let found = try verify(at: copy)
      let isRight = found.findings.contains { $0.verdict == kind.verdict }
      let other = kind.verdict == .integrity ? found.completeness : found.integrity
      #expect(isRight, "round \(round), \(what): \(found.checks)")
      #expect(other || !kind.leavesOther, "round \(round), \(what): \(found.findings)")
      if kind.isCaughtByCheckpointsAlone {
        #expect(
          found.findings.allSatisfy { [.checkpoint, .views].contains($0.check) },
          "\(what): \(found.findings)",
        )
      }
      caught += isRight ? 1 : 0
    }
    Self.note("\(kind.rawValue): \(caught) of \(tried) caught by the verdict of \(kind.verdict)")
    #expect(caught == tried && tried > 0)
  }

  @Test
  func `is a copy of one that verifies`() throws {
    let found = try verify(at: bench.path)
    #expect(found.checks.first { $0.name == .checkpoint }?.checked == 2)
    #expect(found.findings == [] && found.integrity && found.completeness)
  }
}
