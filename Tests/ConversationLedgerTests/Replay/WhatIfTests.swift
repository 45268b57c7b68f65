import Conversations
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `History under other rules` {
  /// A change, and what a ledger under it is opened with.
  struct Trial: Sendable, CustomTestStringConvertible {
    let changes: [RuleChange]
    var rules = Rules()

    var testDescription: String { "\(changes)" }
  }

  private static let trials: [Trial] = {
    let bots = RandomCommands.bots
    var short = Rules()
    short.handoverLimit = 1
    var none = Rules()
    none.handoverLimit = 0
    var long = Rules()
    long.handoverLimit = 1_000
    var channels = Rules()
    channels.agentMethods["web"] = .sunshine
    var both = short
    both.agentMethods["zendesk"] = .chatAPI
    return [
      Trial(changes: [.handoverLimit(1)], rules: short),
      Trial(changes: [.handoverLimit(0)], rules: none),
      Trial(changes: [.handoverLimit(1_000)], rules: long),
      Trial(changes: [.handover(of: bots[1], isEnabled: false)]),
      Trial(changes: [.handover(of: bots[3], isEnabled: true)]),
      Trial(changes: [.agentMethod(.sunshine, channel: "web")], rules: channels),
      Trial(changes: [.sessionMinutes(3, of: nil)]),
      Trial(changes: [.sessionMinutes(100_000, of: bots[1])]),
      Trial(
        changes: [
          .handoverLimit(1), .agentMethod(.chatAPI, channel: "zendesk"),
          .handover(of: bots[0], isEnabled: false), .sessionMinutes(4, of: bots[0]),
        ],
        rules: both,
      ),
    ]
  }()

  /// Has commands recorded one at a time, without keys.
  private func record(_ bench: LedgerBench, seed: UInt64) throws -> [RecordedEvent] {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: seed))
    _ = try bench.submit(RandomCommands.network)
    for _ in 0..<500 {
      bench.clock.advance(by: .random(in: 1...120_000_000, using: &generator))
      _ = try bench.submit([commands.next().withoutTerms])
    }
    var events: [RecordedEvent] = []
    let ledger = try bench.ledger()
    try ledger.forEachEvent(from: 1, through: ledger.headPosition()) { events.append($0) }
    return events
  }

  @Test(arguments: trials, [31, 32, 33] as [UInt64])
  func `is what a ledger under those rules comes to`(trial: Trial, seed: UInt64) throws {
    let bench = LedgerBench("history")
    let events = try record(bench, seed: seed)
    var rows: [UInt64: WhatIfRow] = [:]
    let summary = try bench.ledger().whatIf(trial.changes) { rows[$0.position] = $0 }
    #expect(summary.differences == rows.count)

    let otherBench = LedgerBench("other", rules: trial.rules)
    let other = OtherHistory(otherBench, trial.changes)
    for event in events {
      guard let answer = try other.ask(event), !event.isImported else { continue }
      expect(rows[event.position], answer, event)
    }
    try expectEndings(summary, events, bench, otherBench, other)
  }

  /// Compares what a replay says of an event with the other ledger's answer.
  private func expect(_ row: WhatIfRow?, _ answer: OtherHistory.Answer, _ event: RecordedEvent) {
    var recorded: String?
    if case .handoverRefused(let code, _, _) = event.event { recorded = code.name }
    var isSame = answer.refusal == recorded && !answer.isRepeated && !answer.isElsewhere
    // An agent hands back to whoever holds the conversation.
    if case .agentHandedBack(_, let bot, _) = event.event {
      isSame = isSame && answer.holder == bot
    }
    #expect((row == nil) == isSame, "\(event.position) \(event.type): \(answer), \(row as Any)")
    guard let row else { return }
    #expect(row.happened.code == recorded)
    #expect(row.wouldHappen.code == answer.refusal, "\(event.position): \(row)")
    #expect((row.wouldHappen.outcome == "holdsAlready") == answer.isRepeated)
    #expect((row.wouldHappen.outcome == "newConversation") == answer.isElsewhere)
  }

  private func expectEndings(
    _ summary: WhatIfSummary,
    _ events: [RecordedEvent],
    _ bench: LedgerBench,
    _ otherBench: LedgerBench,
    _ other: OtherHistory,
  ) throws {
    let endings = Dictionary(
      uniqueKeysWithValues: summary.conversations.map { ($0.conversationId, $0) }
    )
    for conversation in Set(events.compactMap(\.conversation)) {
      let now = try #require(try bench.ledger().conversation(conversation)).state
      let place = other.places[conversation] ?? conversation
      let would = try #require(try otherBench.ledger().conversation(place)).state
      let ending = endings[conversation.description]
      #expect(ending?.wouldBeState ?? ReplayState(now) == ReplayState(would))
      #expect((ending?.newConversation ?? false) == (place != conversation))
    }
    let sizes = try otherBench.ledger().bots().map { ($0.botId, $0.conversations) }
    let before = try bench.ledger().bots().map { ($0.botId, $0.conversations) }
    var expected = Dictionary(uniqueKeysWithValues: before)
    for inbox in summary.inboxes {
      #expect(expected[inbox.botId] == inbox.conversations)
      expected[inbox.botId] = inbox.wouldBeConversations
    }
    #expect(expected == Dictionary(uniqueKeysWithValues: sizes))
  }

  @Test
  func `is history as it was, if nothing is changed`() throws {
    let bench = LedgerBench("history")
    try bench.fill(seed: 35)
    let summary = try bench.ledger().whatIf([]) { Issue.record("\($0)") }
    #expect(summary.differences == 0 && summary.conversations == [] && summary.inboxes == [])
    #expect(summary.events > 100)
  }

  @Test
  func `is told for one conversation alone, and for a span`() throws {
    let bench = LedgerBench("history")
    _ = try record(bench, seed: 31)
    var rows: [WhatIfRow] = []
    _ = try bench.ledger().whatIf([.handoverLimit(0)]) { rows.append($0) }
    let row = try #require(rows.randomElement())
    var scope = WhatIfScope()
    scope.conversation = ConversationID(row.conversationId)
    var own: [WhatIfRow] = []
    _ = try bench.ledger().whatIf([.handoverLimit(0)], in: scope) { own.append($0) }
    #expect(own == rows.filter { $0.conversationId == row.conversationId })
    scope = WhatIfScope()
    (scope.first, scope.last) = (row.position, row.position)
    own = []
    let summary = try bench.ledger().whatIf([.handoverLimit(0)], in: scope) { own.append($0) }
    #expect(own == [row] && summary.position == row.position)
  }

  @Test
  func `is only read`() throws {
    let bench = LedgerBench("history")
    try bench.fill(seed: 36)
    let before = try bench.ledger().status()
    _ = try bench.ledger().whatIf([.handoverLimit(0)]) { _ in }
    #expect(try bench.ledger().status() == before)
  }
}

extension LedgerCommand {
  /// The command without the terms a log does not keep: key, expected position, caller.
  fileprivate var withoutTerms: LedgerCommand {
    switch self {
    case .start(var request):
      request.idempotencyKey = nil
      return .start(request)
    case .conversation(var request):
      request.idempotencyKey = nil
      request.expectedPosition = nil
      request.caller = .trusted
      return .conversation(request)
    case .registry, .record, .note, .erasure: return self
    }
  }
}
