import Conversations
import Testing

@Suite
struct `The start of a conversation` {
  private func code(_ caller: Caller, _ deployment: DeploymentID = website) -> Refusal.Code? {
    do throws(Refusal) {
      _ = try Registry.network.deployment(deployment, toStartFor: carol, by: caller)
      return nil
    } catch {
      return error.code
    }
  }

  @Test
  func `is for the platform, the owner, and the visitor`() {
    for caller in [Caller.trusted, .admin, .owner(acme), .visitor(carol)] {
      #expect(code(caller) == nil, "\(caller)")
    }
    for caller in [Caller.visitor(stranger), .agent(alice, of: acme), .auditor] {
      #expect(code(caller) == .notPermitted, "\(caller)")
    }
  }

  @Test
  func `finds no deployment of another owner (R7)`() {
    for caller in [Caller.owner(globex), .agent(alice, of: globex)] {
      #expect(code(caller) == .deploymentNotFound, "\(caller)")
    }
    for caller in [Caller.trusted, .owner(acme), .visitor(carol), .auditor] {
      #expect(code(caller, DeploymentID(0xD9)) == .deploymentNotFound, "\(caller)")
    }
  }
}

@Suite
struct `The sight of a bot` {
  @Test
  func `is for its owner, the owner's agents, and those who see all`() throws {
    let registry = Registry.network
    for caller in [Caller.trusted, .admin, .auditor, .owner(acme), .agent(alice, of: acme)] {
      #expect(try registry.bot(english, seenBy: caller).owner == acme)
    }
    for caller in [Caller.owner(globex), .agent(alice, of: globex)] {
      let refusal = #expect(throws: Refusal.self) { try registry.bot(english, seenBy: caller) }
      #expect(refusal?.code == .botNotFound)
    }
    let refusal = #expect(throws: Refusal.self) {
      try registry.bot(english, seenBy: .visitor(carol))
    }
    #expect(refusal?.code == .notPermitted)
  }
}
