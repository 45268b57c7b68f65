import ConversationLedger
import Conversations

extension Replay {
  /// Shows what would have been otherwise under other rules.
  func showWhatIf(_ ledger: Ledger) throws {
    let changes = try whatIf.map { try RuleChange(argument: $0, in: ledger) }
    var scope = WhatIfScope()
    scope.conversation = conversation
    scope.first = from ?? 1
    scope.last = to ?? .max
    let names = BotNames(try ledger.registry())
    let summary = try ledger.whatIf(changes, in: scope) { row in
      if options.json { return try printJSON(row) }
      Terminal.print(line(row, names))
    }
    if options.json { return try printJSON(summary) }
    show(summary, names)
  }

  private func line(_ row: WhatIfRow, _ names: BotNames) -> String {
    let happened = word(row.happened)
    let instead = word(row.wouldHappen)
    let sentence = row.wouldHappen.sentence.map { ": \($0)" } ?? ""
    let holders =
      "held by \(names.name(row.holderBotId)), not \(names.name(row.wouldBeHolderBotId))"
    let moved = row.holderBotId == row.wouldBeHolderBotId ? "" : "  (\(holders))"
    return "\(row.position)  \(row.conversationId)  \(happened) ⇒ \(instead)\(sentence)\(moved)"
  }

  private func word(_ answer: WhatIfRow.Answer) -> String {
    answer.code.map { "\(answer.outcome) (\($0))" } ?? answer.outcome
  }

  private func show(_ summary: WhatIfSummary, _ names: BotNames) {
    if !summary.conversations.isEmpty {
      Terminal.print("")
      var table = Table(["conversation", "is with", "would be with", ""], flexible: 2)
      for ending in summary.conversations {
        table.add([
          ending.conversationId, word(ending.state, names), word(ending.wouldBeState, names),
          ending.newConversation ? "in a new conversation" : "",
        ])
      }
      table.print()
    }
    for inbox in summary.inboxes {
      let sizes = "\(inbox.conversations) → \(inbox.wouldBeConversations) conversations"
      Terminal.print("inbox of \(names.name(inbox.botId)): \(sizes)")
    }
    Terminal.note(
      "\(summary.differences) of \(summary.events) live events would have been otherwise, "
        + "\(summary.refusedInstead) of them refused, \(summary.allowedInstead) handovers allowed "
        + "that were refused; run through position \(summary.position), nothing was written"
    )
  }

  private func word(_ state: ReplayState, _ names: BotNames) -> String {
    "\(names.name(state.holderBotId))/\(state.ended ? "ended" : state.control)"
  }
}
