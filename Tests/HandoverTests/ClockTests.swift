import ConversationLedger
import Conversations
import Foundation
import Testing

/// Ledgers whose last record was written by a clock that differs from this machine's.
@Suite
struct `A ledger whose clock was another` {
  private static let day: Int64 = 86_400_000_000

  /// A ledger with a bot, registered so many days from now.
  private func ledger(daysFromNow days: Int64) throws -> LedgerFolder {
    let ledger = try LedgerFolder()
    let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
    try ledger.withSeededLedger(1, from: now + days * Self.day) { opened in
      let owner = OwnerID(0xA1)
      _ = try opened.submitAndWait([
        .registry(.registerOwner(owner, name: "Acme"), by: .trusted),
        .registry(
          .registerBot(BotID(0xB1), owner: owner, name: "Flights", sessionMinutes: nil),
          by: .trusted,
        ),
      ])
    }
    return ledger
  }

  @Test
  func `years behind does not open for writing, unless the clock is said to be right`() throws {
    let ledger = try ledger(daysFromNow: -401)
    let enable = ["bots", "enable", "Flights"]
    let refused = try ledger.run(enable, exits: 75)
    for word in ["400 days", "--accept-clock"] {
      #expect(refused.standardError.contains(word), "\(refused.standardError)")
    }
    #expect(try ledger.status().position == 2)
    try ledger.run(enable + ["--accept-clock"])
    // From then on the last record is of today.
    try ledger.run("bots", "disable", "Flights")
    try ledger.run("verify")
  }

  @Test
  func `that rested for a year opens`() throws {
    try ledger(daysFromNow: -399).run("bots", "enable", "Flights")
  }

  @Test
  func `ahead of this one takes records, with a warning`() throws {
    let ledger = try ledger(daysFromNow: 900)
    let answer = try ledger.run("bots", "enable", "Flights")
    #expect(answer.standardError.contains("warning: the clock is 777"), "\(answer.standardError)")
    #expect(answer.standardError.contains("seconds behind the last record"))
  }
}
