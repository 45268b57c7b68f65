import Foundation
import Testing

/// Replays whole corpora with the tool: each step goes on from the one before it, and history as it
/// was at the end, in the middle and in between agrees with what was counted by other means.
@Suite
struct `A replay of a corpus` {
  @Test(arguments: Corpus.all)
  func `of dialogues ends in the inboxes that were counted`(corpus: Corpus) throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(corpus)
    let steps = try replay(ledger)
    #expect(steps.count { $0.event.type == "messagePosted" } == corpus.figures.turns)
    #expect(steps.count { $0.event.type == "handedOver" } == corpus.figures.serviceSwitches)
    try expectInboxes(corpus.figures.finalInboxes, steps, ledger)
    try expectDifference(corpus.figures.dialogues, corpus.figures.turns, steps, ledger)
    try expectOtherRules(ledger)
  }

  @Test
  func `of agent handovers ends in the inboxes that were counted`() throws {
    guard let figures = TauDialogues.figures else { return }
    let ledger = try LedgerFolder()
    let manifest = try ledger.importLines(ledger.file("tau.jsonl", lines: TauDialogues.lines()))
    #expect(manifest.skips == [] && manifest.conversations == figures.dialogues)
    let steps = try replay(ledger)
    #expect(steps.count { $0.event.type == "messagePosted" } == figures.turns)
    let requests = steps.filter { $0.event.type == "agentRequested" }
    #expect(requests.count == figures.agentHandovers)
    #expect(requests.allSatisfy { $0.after?.control == "agentRequested" })
    try expectInboxes(figures.finalInboxes, steps, ledger)
    try expectDifference(figures.dialogues, figures.turns, steps, ledger)
    try expectOtherRules(ledger)
  }

  /// Steps through the whole log; each conversation's steps follow one another.
  private func replay(_ ledger: LedgerFolder) throws -> [Shape.Step] {
    let lines = try ledger.run("replay", "--from", "1", "--json").lines
    let decoder = JSONDecoder()
    let verdict = try decoder.decode(Shape.Verdict.self, from: Data((lines.last ?? "").utf8))
    let steps = try lines.dropLast().map { line in
      try decoder.decode(Shape.Step.self, from: Data(line.utf8))
    }
    #expect(verdict.same && verdict.position == UInt64(steps.count))
    #expect(steps.map(\.event.position) == Array(1...verdict.position))
    var states: [String: Shape.Step.State] = [:]
    for step in steps {
      guard let conversation = step.event.conversationId else { continue }
      #expect(step.before == states[conversation])
      states[conversation] = step.after
    }
    return steps
  }

  private func expectInboxes(
    _ figures: [String: Corpus.Figures.InboxSize],
    _ steps: [Shape.Step],
    _ ledger: LedgerFolder,
  ) throws {
    let names = Dictionary(
      uniqueKeysWithValues: try ledger.botIdentifiers().map { ($0.value, $0.key) }
    )
    var holders: [String: String] = [:]
    var messages: [String: Int] = [:]
    for step in steps {
      guard let conversation = step.event.conversationId, let after = step.after else { continue }
      holders[conversation] = names[after.holderBotId]
      if step.event.type == "messagePosted" { messages[conversation, default: 0] += 1 }
    }
    var inboxes: [String: Corpus.Figures.InboxSize] = [:]
    for (conversation, holder) in holders {
      var inbox = inboxes[holder] ?? Corpus.Figures.InboxSize(conversations: 0, messages: 0)
      inbox.conversations += 1
      inbox.messages += messages[conversation] ?? 0
      inboxes[holder] = inbox
    }
    #expect(inboxes == figures)
    // The inbox as it was in the middle is what the first half of the steps says.
    let half = steps.count / 2
    let bot = try #require(steps[half...].first { $0.after != nil }?.after?.holderBotId)
    let arguments = ["replay", "--as-of", "\(half)", "--inbox", bot, "--json"]
    let page = try ledger.run(arguments).json(Shape.Inbox.self)
    var middle: [String: String] = [:]
    for step in steps.prefix(half) {
      guard let conversation = step.event.conversationId else { continue }
      middle[conversation] = step.after?.holderBotId
    }
    let expected = middle.filter { $0.value == bot }.keys
    #expect(Set(page.rows.map(\.conversationId)) == Set(expected))
    #expect(page.complete && page.position == UInt64(half))
  }

  private func expectDifference(
    _ dialogues: Int,
    _ turns: Int,
    _ steps: [Shape.Step],
    _ ledger: LedgerFolder,
  ) throws {
    let lines = try ledger.run("replay", "--difference", "0", "\(steps.count)", "--json").lines
    let last = Data((lines.last ?? "").utf8)
    let found = try JSONDecoder().decode(Shape.Difference.self, from: last)
    #expect(lines.count == dialogues + 1)
    #expect(found.started == dialogues && found.messages == turns && found.moved == 0)
    #expect(found.inboxes.reduce(0) { $0 + $1.conversationsAfter } == dialogues)
    #expect(found.inboxes.reduce(0) { $0 + $1.messagesAfter } == turns)
  }

  /// What a source claims is no command, so other rules change nothing of it.
  private func expectOtherRules(_ ledger: LedgerFolder) throws {
    let answer = try ledger.run("replay", "--what-if", "hop-limit=0", "--json")
    let summary: Shape.WhatIf = try answer.json()
    #expect(summary.differences == 0 && summary.events == 0 && summary.conversations.isEmpty)
    let found = try ledger.read(Shape.Verification.self, "verify")
    #expect(found.integrity && found.completeness && found.findings.isEmpty)
  }
}
