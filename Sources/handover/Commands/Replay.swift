import ArgumentParser
import ConversationLedger
import Conversations

/// Steps through the log, shows it as it was, and tries other rules out on it.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replay the log: step by step, as it was at a moment, or under other rules.",
    discussion: """
      Steps through a conversation, or through a span of the log, with the state before and after
      each event. Without any option it builds the views from nothing and compares digests.
      --as-of with --inbox shows an inbox as it was; --difference what changed between two moments;
      --what-if what would have been otherwise under other rules, without writing anything.
      With --json, one object a line; the last line is the verdict or the summary.

      Example:
        handover replay --conversation 0190b6a0-5c1f-7d1e-8000-000000000001
        handover replay --from 1 --to 100 --json
        handover replay --as-of 2026-11-22T15:10:58Z --inbox Hotels
        handover replay --difference 100 2026-11-22T15:10:58Z
        handover replay --what-if hop-limit=3 --what-if disabled=Hotels --json
      """,
  )

  @Option(name: .long, help: "Only this conversation.") var conversation: ConversationID?
  @Option(name: .long, help: "The first position.") var from: UInt64?
  @Option(name: .long, help: "The last position.") var to: UInt64?
  @Option(name: .long, help: "The moment to look at: a log position or a time (RFC 3339).")
  var asOf: String?
  @Option(name: .long, help: "With --as-of: the inbox of this bot as it was.") var inbox: String?
  @Option(
    name: .long,
    parsing: .upToNextOption,
    help: ArgumentHelp("What changed between two moments.", valueName: "moment"),
  )
  var difference: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run history under another rule: \(RuleChange.forms). May be given often.",
      valueName: "rule=value",
    ),
  )
  var whatIf: [String] = []
  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func validate() throws {
    guard difference.isEmpty || difference.count == 2 else {
      throw ValidationError("--difference takes two moments, not \(difference.count)")
    }
    guard inbox == nil || asOf != nil else {
      throw ValidationError("--inbox goes with --as-of; the present inbox is shown by: inbox")
    }
    guard asOf == nil || inbox != nil || conversation != nil else {
      throw ValidationError("--as-of goes with --inbox or --conversation")
    }
    let modes = [!difference.isEmpty, !whatIf.isEmpty, asOf != nil]
    guard modes.count(where: { $0 }) <= 1 else {
      throw ValidationError("--as-of, --difference and --what-if exclude one another")
    }
  }

  func run() throws {
    let hasSteps = inbox == nil && difference.isEmpty && whatIf.isEmpty
    if let conversation, hasSteps { return try showSteps(of: conversation) }
    let isSpan = hasSteps && (from != nil || to != nil)
    if isSpan {
      // What is said in the span is shown as it is read, so who reads is written down before.
      try reader.read(.log, by: "replay", options) { _ in }
    }
    let ledger = try options.open()
    if let inbox { return try showInbox(of: try ledger.bot(inbox), ledger) }
    if !difference.isEmpty { return try showDifference(ledger) }
    if !whatIf.isEmpty { return try showWhatIf(ledger) }
    if isSpan { try showSpan(ledger) }
    try compare(ledger)
  }

  private func showSteps(of conversation: ConversationID) throws {
    let (steps, registry) = try reader.read(.conversation(conversation), by: "replay", options) {
      let events = try $0.events(of: conversation, asOf: try moment(asOf)).events
      return (try $0.replay(events), try $0.registry())
    }
    try show(
      steps.filter { $0.event.position >= from ?? 0 && $0.event.position <= to ?? .max },
      registry,
    )
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
        Terminal.print("\(cells[0])  \(states)  \(words)")
      }
    }
  }

  private func describe(_ state: ReplayState?, _ registry: Registry) -> String {
    guard let state else { return "-" }
    let holder = BotNames(registry).name(state.holderBotId)
    let agent = (state.agent ?? state.agentId).map { " \($0)" } ?? ""
    return state.ended ? "\(holder)/ended" : "\(holder)/\(state.control)\(agent)"
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
