import Foundation
import Glibc
import Testing

/// Ends a writing process at a random moment, again and again, and opens the same ledger each time.
@Suite
struct `A writer that is killed` {
  private static let callers = 8

  /// When a process is killed.
  enum Moment {
    /// While it answers: when it has said so many bytes.
    case afterBytes(Int)
    /// While it opens the ledger, or later.
    case afterMicroseconds(UInt32)

    static func random(_ chance: inout Chance) -> Moment {
      chance.isOne(in: 4)
        ? .afterMicroseconds(.random(in: 0..<150_000, using: &chance))
        : .afterBytes(.random(in: 5..<60_000, using: &chance))
    }

    func wait(for writer: Writer) {
      switch self {
      case .afterBytes(let count): writer.waitForOutput(bytes: count)
      case .afterMicroseconds(let count): usleep(count)
      }
    }
  }

  @Test
  func `has kept what it acknowledged, and nothing twice`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: Self.callers))
    var chance = Chance(Effort.seed, 1)
    var kills = 0
    for round in 0..<Effort.rounds {
      let orders = witness.beginRound(new: 150)
      let follow = ["follow", "--json", "--after", "\(witness.head)"]
      let reader = chance.isOne(in: 3) ? try ledger.start(follow) : nil
      let writer = try Writer(ledger, orders)
      Moment.random(&chance).wait(for: writer)
      writer.kill()
      if writer.tool.exit == .signal(SIGKILL) { kills += 1 }
      if let reader {
        kill(reader.identifier, SIGKILL)
        reader.wait()
      }
      let report = try writer.report()
      #expect(report.failures.isEmpty, "round \(round): \(report.failures.prefix(3))")
      #expect(report.error == "", "round \(round)")
      witness.hear(report, orders)
      try witness.look()
    }
    try witness.close()
    let count = witness.story.acknowledged.count
    Effort.note("\(kills) kills in \(Effort.rounds) rounds, \(count) acknowledged orders, all kept")
    #expect(kills > Effort.rounds / 2)
  }
}
