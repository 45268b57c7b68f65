import Foundation
import Glibc
import Testing

/// One process writes at a time.
@Suite
struct `A second writer` {
  @Test
  func `is refused by the first one's name, and readers go on beside`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let before = try ledger.status().position
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 4))
    let orders = witness.beginRound(new: 1_500)
    let writer = try Writer(ledger, orders)
    writer.waitForOutput(bytes: 2_000)
    for call in [["init"], ["rebuild"], ["start", "--bot", "Flights"]] {
      let answer = try ledger.run(call, exits: 75)
      #expect(answer.standardError.contains("process \(writer.tool.identifier) "), "\(call)")
    }
    let second = try Writer(ledger, orders)
    second.tool.wait()
    #expect(second.tool.exit == .code(74))
    #expect(try second.report().acknowledgements.isEmpty)
    let status = try ledger.status()
    #expect(status.writerProcess == writer.tool.identifier)
    #expect(status.position > before)
    try ledger.run("verify")
    #expect(try ledger.contents().bots.count == 5)
    // The lock goes with the process, however it ends.
    writer.kill()
    witness.hear(try writer.report(), orders)
    try witness.look()
    try ledger.run("init")
    try witness.close()
  }

  @Test
  func `and all others that come at once are taken or refused, each by its answer`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    var kept: Set<String> = []
    for round in 0..<Effort.rounds(0.15, least: 3) {
      let texts = (0..<6).map { "round \(round) caller \($0)" }
      let tools = try texts.map { try ledger.start("post", conversation, $0) }
      for tool in tools { tool.wait() }
      for (text, tool) in zip(texts, tools) {
        #expect([.code(0), .code(75)].contains(tool.exit), "\(text)")
        if tool.exit == .code(0) { kept.insert(text) }
      }
    }
    let texts = try ledger.entries(of: conversation).map(\.text)
    #expect(texts.count == kept.count)
    #expect(Set(texts) == kept)
    try ledger.run("verify")
  }
}
