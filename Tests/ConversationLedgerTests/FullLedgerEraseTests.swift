import Conversations
import Dispatch
import Glibc
import Synchronization
import Testing

@testable import ConversationLedger

/// What is kept of the map when nothing else can be appended.
@Suite(.inTemporaryFolder)
struct `Erasing in a full ledger` {
  typealias Scene = ErasureScene

  private static let sentence = "the memory map is full; open the ledger with a larger map"

  private func ledger() throws -> Ledger {
    var options = Ledger.Options.bench(HandClock())
    options.mapSizeInBytes = 1 << 20
    let ledger = try Ledger(
      at: TemporaryFolder.path + "/ledger",
      for: .writing(creating: true),
      options: options,
    )
    _ = try ledger.submitAndWait(Scene.commands)
    return ledger
  }

  /// Posts texts until the map is full, however small they are.
  private func fill(_ ledger: Ledger) throws {
    for length in [60_000, 4_000, 100, 1] {
      let command = Scene.say(String(repeating: "x", count: length), Scene.daves, Scene.dave)
      while try refusal(of: command, by: ledger) == nil {}
    }
  }

  /// The sentence by which a command is refused; `nil` if it is done.
  private func refusal(of command: LedgerCommand, by ledger: Ledger) throws -> String? {
    do {
      _ = try ledger.submitAndWait([command])
      return nil
    } catch let error as LedgerError {
      return error.description
    }
  }

  @Test
  func `is done from the order to the end, and nothing else is`() throws {
    let ledger = try ledger()
    try fill(ledger)
    let before = try ledger.status().position
    let receipt = try ledger.eraseAndWait(Scene.carolsErasure)
    #expect(receipt.conversations == 2)
    #expect(receipt.hunt?.found == 0)
    #expect(try ledger.status().position == before + 4)
    for talk in Scene.talks {
      #expect(try ledger.events(of: talk).events.last?.event == .visitorErased(Scene.carol))
    }
    let late = Scene.say("late", Scene.daves, Scene.dave)
    #expect(try refusal(of: late, by: ledger)?.contains(Self.sentence) == true)
    let verdict = try ledger.verify()
    #expect(verdict.integrity && verdict.completeness)
    ledger.close()
  }

  @Test
  func `is done while many callers want the last room`() throws {
    let ledger = try ledger()
    let isDone = Atomic(false)
    let callers = DispatchQueue(label: "callers", attributes: .concurrent)
    let group = DispatchGroup()
    for caller in 0..<6 {
      callers.async(group: group) {
        var length = 50_000 + caller
        while !isDone.load(ordering: .acquiring) {
          let text = String(repeating: "x", count: length)
          let answers = try? ledger.submitAndWait([Scene.say(text, Scene.daves, Scene.dave)])
          if answers == nil { length = max(1, length / 2) }
        }
      }
    }
    defer {
      isDone.store(true, ordering: .releasing)
      group.wait()
      ledger.close()
    }
    while try ledger.statistics().hasRoom { sched_yield() }
    let receipt = try ledger.eraseAndWait(Scene.carolsErasure)
    #expect(receipt.conversations == 2)
    #expect(try Scene.talks.allSatisfy { try ledger.events(of: $0).events.last?.body != nil })
  }
}
