import Conversations
import Testing

/// What can be wrong with a handover, in the order of R7.
private enum Fault: Int, CaseIterable {
  case hidden, ended, agentInControl, wrongSource, sameBot, unknownBot, foreignOwner, notEnabled
  case missingModule, loop

  var code: Refusal.Code {
    switch self {
    case .hidden: .conversationNotFound
    case .ended: .conversationEnded
    case .agentInControl: .agentInControl
    case .wrongSource: .notTheHolder
    case .sameBot: .sameBot
    case .unknownBot: .botNotFound
    case .foreignOwner: .ownerMismatch
    case .notEnabled: .handoverNotEnabled
    case .missingModule: .moduleNotFound
    case .loop: .handoverLoop
    }
  }
}

/// A handover from the English to the Spanish bot with the faults of a set, and no other.
private struct FaultyHandover {
  let faults: Set<Fault>

  private var destination: BotID { faults.contains(.sameBot) ? english : spanish }

  private var scene: Scene {
    var events: [ConversationEvent] = []
    if faults.contains(.loop) {
      for _ in 0..<5 {
        events += [
          .handedOver(from: english, to: french), .handedOver(from: french, to: english),
        ]
      }
    }
    if faults.contains(.agentInControl) { events.append(.agentTookOver(alice)) }
    if faults.contains(.ended) { events.append(.ended(by: .staff)) }
    return given(events, in: registry)
  }

  private var registry: Registry {
    if faults.contains(.unknownBot) { return .network(without: destination) }
    return faults.contains(.notEnabled) ? .network(then: .handoverDisabled(destination)) : .network
  }

  /// An owner who is not asked about an unknown holder, because nobody owns it.
  private var caller: Caller {
    if faults.contains(.hidden) { return .owner(globex) }
    if faults.contains(.foreignOwner) { return .admin }
    return faults.isSuperset(of: [.unknownBot, .sameBot]) ? .trusted : .owner(acme)
  }

  var outcome: Outcome {
    let command = ConversationCommand.handOver(
      to: destination,
      landingOn: faults.contains(.missingModule) ? missing : greeting,
      from: faults.contains(.wrongSource) ? french : nil,
    )
    return scene.when(command, by: caller)
  }

  /// What R7 says: the code of the first fault.
  var expected: Outcome {
    guard let first = faults.min(by: { $0.rawValue < $1.rawValue }) else {
      return .event(.handedOver(from: english, to: spanish))
    }
    return .refused(first.code)
  }
}

@Suite
struct `The checks of a handover` {
  @Test
  func `let it pass if nothing is wrong`() {
    #expect(FaultyHandover(faults: []).outcome == .event(.handedOver(from: english, to: spanish)))
  }

  @Test(arguments: Fault.allCases)
  fileprivate func `find each fault alone (R7)`(fault: Fault) {
    #expect(FaultyHandover(faults: [fault]).outcome == .refused(fault.code))
  }

  @Test
  func `name the first of two faults (R7)`() {
    for first in Fault.allCases {
      for second in Fault.allCases where second.rawValue > first.rawValue {
        #expect(
          FaultyHandover(faults: [first, second]).outcome == .refused(first.code),
          "\(first) and \(second)",
        )
      }
    }
  }

  @Test
  func `name the first of any number of faults (R7)`() {
    let sets = (0..<1 << Fault.allCases.count).map { bits in
      Set(Fault.allCases.filter { bits >> $0.rawValue & 1 == 1 })
    }
    #expect(sets.count == 1024)
    let wrong = sets.map(FaultyHandover.init).filter { $0.outcome != $0.expected }
    #expect(wrong.map(\.faults) == [])
  }

  @Test
  func `stand in the order in which the rule book names their codes (R7)`() {
    #expect(
      Fault.allCases.map(\.code.name) == [
        "conversation_not_found", "conversation_ended", "agent_in_control", "not_the_holder",
        "same_bot", "bot_not_found", "owner_mismatch", "handover_not_enabled",
        "module_not_found", "handover_loop",
      ]
    )
  }

  @Test
  func `put a foreign destination before what it lacks (R7)`() {
    let disabled = given(in: .network(then: .handoverDisabled(german)))
    #expect(
      disabled.when(.handOver(to: german, landingOn: missing), by: .owner(acme))
        == .refused(.ownerMismatch)
    )
  }

  @Test
  func `pass over the source if the call names none or the holder`() {
    let event = ConversationEvent.handedOver(from: english, to: spanish)
    #expect(given().when(.handOver(to: spanish)) == .event(event))
    #expect(given().when(.handOver(to: spanish, from: english)) == .event(event))
    #expect(given().when(.handOver(to: spanish, from: spanish)) == .refused(.notTheHolder))
  }
}
