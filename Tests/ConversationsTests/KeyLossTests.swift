import Testing

@testable import Conversations

@Suite
struct `Keys that are lost` {
  private func accepted(
    after: UInt64,
    through: UInt64,
    isOwnKeyLost: Bool = false,
  ) throws -> Registry {
    var registry = Registry()
    let loss = KeyLoss(after: after, through: through, isOwnKeyLost: isOwnKeyLost)
    for event in try registry.decide(.acceptOlderKeys(loss, by: "dba"), by: .trusted) {
      registry.evolve(event.event, event.body, at: 9)
    }
    return registry
  }

  @Test
  func `are those of the slots behind the last one there was`() throws {
    let losses = try accepted(after: 10, through: 20).keyLosses
    #expect((9...22).filter { losses.contain($0) } == Array(11...20))
    #expect(losses.ownSlot == 1)
  }

  @Test
  func `can be all, and then the ledger gets a key of its own behind them`() throws {
    let losses = try accepted(after: 0, through: 20, isOwnKeyLost: true).keyLosses
    #expect(losses.contain(1))
    #expect(losses.ownSlot == 21)
  }

  @Test
  func `are no words of a stranger, and no slots that are none`() throws {
    let loss = KeyLoss(after: 1, through: 2, isOwnKeyLost: false)
    for caller: Caller in [.auditor, .owner(OwnerID(1)), .visitor(VisitorID(1))] {
      #expect(throws: Refusal.self) {
        try Registry().decide(.acceptOlderKeys(loss, by: nil), by: caller)
      }
    }
    for (after, through) in [(UInt64(3), UInt64(2)), (0, .max)] {
      #expect(throws: Refusal.self) { try accepted(after: after, through: through) }
    }
    // Whatever is recorded is taken in.
    var registry = Registry()
    for amount in [nil, -1, Int64.max] {
      var body = EventBody()
      body.amount = amount
      let event = RegistryEvent.olderKeysAccepted(after: .max, isOwnKeyLost: true)
      registry.evolve(event, body, at: 1)
    }
    #expect(!registry.keyLosses.contain(5))
  }

  @Test
  func `are said by an event that the rules could have given`() throws {
    let loss = KeyLoss(after: 10, through: 20, isOwnKeyLost: true)
    let events = try Registry().decide(.acceptOlderKeys(loss, by: "dba"), by: .admin)
    let event = try #require(events.first)
    #expect(Registry().breach(by: event.event, event.body) == nil)
    var other = event.body
    other.amount = 3
    #expect(Registry().breach(by: event.event, other) != nil)
  }
}
