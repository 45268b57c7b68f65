import Conversations
import Synchronization
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `A ledger's clock` {
  private static let day: Int64 = 86_400_000_000

  /// Opens the ledger with a wall clock and a steady one.
  private func open(
    _ wall: HandClock,
    steady: HandClock? = nil,
    accepting: Bool = false,
  ) throws -> Ledger {
    var options = Ledger.Options.bench(wall)
    let steady = steady ?? wall
    options.steadyClock = { steady.now }
    options.acceptsClock = accepting
    let path = TemporaryFolder.path + "/ledger"
    return try Ledger(at: path, for: .writing(creating: true), options: options)
  }

  private func owner(_ number: UInt64) -> LedgerCommand {
    .registry(.registerOwner(OwnerID(high: 1, low: number), name: "\(number)"), by: .trusted)
  }

  private func kind(of body: () throws -> Void) throws -> LedgerError.Kind? {
    do {
      try body()
      return nil
    } catch let error as LedgerError {
      return error.kind
    }
  }

  private func enter(_ number: UInt64, in ledger: Ledger) throws {
    _ = try ledger.submitAndWait([owner(number)])
  }

  @Test
  func `that leaps ahead while a writer runs has nothing recorded until it is right again`()
    async throws
  {
    let (wall, steady) = (HandClock(), HandClock())
    let ledger = try open(wall, steady: steady)
    defer { ledger.close() }
    _ = try await ledger.submit([owner(1)])
    wall.advance(by: 800 * Self.day)
    steady.advance(by: 1_000)
    for number in [2, 3] as [UInt64] {
      #expect(try kind { try enter(number, in: ledger) } == .clockAhead)
      await #expect(throws: LedgerError.self) { try await ledger.submit([owner(number)]) }
    }
    #expect(try ledger.statistics().clockLeap?.contains("2026-01-22") == true)
    #expect(try ledger.headPosition() == 1)
    wall.advance(by: -800 * Self.day)
    _ = try await ledger.submit([owner(2)])
    #expect(try ledger.headPosition() == 2)
    #expect(try ledger.statistics().clockLeap == nil)
    #expect(try ledger.status().recordedAt?.hasPrefix("2023-11-14") == true)
  }

  @Test
  func `far beyond the last record opens no ledger, unless it is said to be right`() throws {
    let wall = HandClock()
    // Without records there is nothing it could be beyond.
    try open(wall).close()
    wall.advance(by: 5_000 * Self.day)
    do {
      let ledger = try open(wall)
      _ = try ledger.submitAndWait([owner(1)])
      ledger.close()
    }
    wall.advance(by: 400 * Self.day)
    try open(wall).close()
    wall.advance(by: 1)
    #expect(try kind { _ = try open(wall) } == .clockAhead)
    do {
      let ledger = try open(wall, accepting: true)
      _ = try ledger.submitAndWait([owner(2)])
      ledger.close()
    }
    try open(wall).close()
  }

  @Test
  func `behind the last record is said, beyond some minutes`() throws {
    let wall = HandClock()
    do {
      let ledger = try open(wall)
      #expect(ledger.clockWarning() == nil)
      _ = try ledger.submitAndWait([owner(1)])
      ledger.close()
    }
    wall.advance(by: -300_000_000)
    try {
      let ledger = try open(wall)
      defer { ledger.close() }
      #expect(ledger.clockWarning() == nil)
      #expect(try ledger.statistics().clockBehindSeconds == 300)
    }()
    wall.advance(by: -900 * Self.day)
    let ledger = try open(wall)
    defer { ledger.close() }
    let behind = ledger.clockWarning()?.seconds
    #expect(behind == 77_760_300)
    _ = try ledger.submitAndWait([owner(2)])
    #expect(try ledger.statistics().clockBehindSeconds == 900 * 86_400 + 300)
  }
}
