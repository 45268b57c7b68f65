import ArgumentParser
import ConversationLedger
import Conversations

/// Steps through the log and compares the views with views built from nothing.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replay the log, event by event, and compare the views with a rebuild.",
    discussion: """
      Steps through a conversation, or through a span of the log, with the state before and after
      each event. Without either it only builds the views from nothing and compares digests.
      With --json, one object a line; the last line is the verdict.

      Example:
        handover replay --conversation 0190b6a0-5c1f-7d1e-8000-000000000001
        handover replay --from 1 --to 100 --json
        handover replay
      """,
  )

  @Option(name: .long, help: "Only this conversation.") var conversation: ConversationID?
  @Option(name: .long, help: "The first position.") var from: UInt64?
  @Option(name: .long, help: "The last position.") var to: UInt64?
  @OptionGroup var options: LedgerOptions

  func run() throws {
    let ledger = try options.open()
    if let conversation {
      let events = try ledger.events(of: conversation).events.filter { event in
        event.position >= from ?? 0 && event.position <= to ?? .max
      }
      return try show(try ledger.replay(events), try ledger.registry())
    }
    if from != nil || to != nil { try showSpan(ledger) }
    try compare(ledger)
  }

  private func showSpan(_ ledger: Ledger) throws {
    let head = try ledger.headPosition()
    let registry = try ledger.registry()
    try ledger.replay(from: from ?? 1, through: min(to ?? head, head)) { step in
      try show([step], registry)
    }
  }

  private func show(_ steps: [ReplayStep], _ registry: Registry) throws {
    for step in steps {
      if options.json {
        try printJSON(step)
      } else {
        let cells = EventTable.cells(step.event, registry)
        let states = "\(describe(step.before, registry)) ⇒ \(describe(step.after, registry))"
        let words = cells.dropFirst().filter { !$0.isEmpty }.joined(separator: "  ")
        Terminal.print(Terminal.harmless("\(cells[0])  \(states)  \(words)"))
      }
    }
  }

  private func describe(_ state: ReplayState?, _ registry: Registry) -> String {
    guard let state else { return "-" }
    let holder = BotID(state.holderBotId).flatMap { registry.bots[$0]?.name } ?? "?"
    return state.ended ? "\(holder)/ended" : "\(holder)/\(state.control)"
  }

  private func compare(_ ledger: Ledger) throws {
    let bar = ProgressBar("rebuilding")
    let verdict = try ledger.compareViews { bar.show($0, of: $1) }
    if options.json {
      try printJSON(verdict)
    } else {
      let live = verdict.liveDigest ?? "none: there are no written views"
      Terminal.print("position  \(verdict.position)")
      Terminal.print("rebuilt   \(verdict.rebuiltDigest)")
      Terminal.print("live      \(live)")
    }
    guard verdict.same else {
      throw CommandFailure(
        Failure.Code.checkSaidNo,
        "the live views differ from the log; run: handover rebuild",
      )
    }
  }
}
