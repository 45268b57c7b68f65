import ConversationLedger
import Conversations
import Hummingbird

/// The questions of design.md 8, with the filters and shapes of the command line.
struct QueryRoutes: Sendable {
  private let gate: LedgerGate

  init(_ parts: ServerParts) { gate = parts.gate }

  func add(to api: RouterGroup<CallContext>) {
    let api = api.group().add(middleware: OffTheLoop())
    api.get("bots", use: bots)
    api.get("bots/:bot/inbox", use: inbox)
    let one = api.group("conversations/:conversation")
    one.get(use: conversation)
    one.get("transcript", use: transcript)
    one.get("why", use: why)
    one.get("events", use: events)
  }

  private func bots(_ request: Request, _ context: CallContext) async throws -> Response {
    try QueryReader(request).finish()
    let caller = try context.caller.caller
    let answer = try await gate.read { ledger in
      if case .visitor = caller {
        throw Refusal(.notPermitted, "a visitor sees the own conversation only")
      }
      let position = try ledger.headPosition()
      let rows = try ledger.bots(seenBy: caller)
      return BotsAnswer(position: position, complete: true, count: rows.count, bots: rows)
    }
    return try EntityTag(answer.bots).answer(answer, to: request)
  }

  private func inbox(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try context.caller
    let filters = try InboxFilters(request)
    let name = try context.parameters.require("bot")
    let page = try await gate.ask(bot: name, for: principal, costing: filters.cost) {
      try $0.inbox(filters.query(of: $1, for: principal.caller), patience: $2)
    }
    var content = page
    content.position = 0
    // A cursor names the position; an older one goes on with the same list.
    content.next = page.next.map { _ in "" }
    return try EntityTag(content).answer(page, to: request)
  }

  private func conversation(_ request: Request, _ context: CallContext) async throws -> Response {
    let page = try await read(request, context) {
      try $0.page(of: $1, asOf: $2, patience: $3)
    }
    if try context.caller.role == .visitor {
      let own = VisitorPage(page)
      return try EntityTag(own.row).answer(own, to: request)
    }
    return try EntityTag(page.row).answer(page, to: request)
  }

  private func transcript(_ request: Request, _ context: CallContext) async throws -> Response {
    let caller = try context.caller.caller
    let transcript = try await open(request, context, "transcript") {
      try $0.transcript(of: $1, asOf: $2, seenBy: caller, patience: $3)
    }
    return try EntityTag(transcript.entries).answer(transcript, to: request)
  }

  private func why(_ request: Request, _ context: CallContext) async throws -> Response {
    let caller = try context.caller.caller
    let why = try await open(request, context, "why") { ledger, id, moment, patience in
      try caller.requireStaff()
      return try ledger.why(id, asOf: moment, patience: patience)
    }
    return try EntityTag(why.events).answer(why, to: request)
  }

  private func events(_ request: Request, _ context: CallContext) async throws -> Response {
    let caller = try context.caller.caller
    let answer = try await open(request, context, "events") { ledger, id, moment, patience in
      try caller.requireStaff()
      let (events, position) = try ledger.events(of: id, asOf: moment, patience: patience)
      return EventsAnswer(
        conversationId: id.description,
        position: position,
        complete: true,
        count: events.count,
        events: events.map(EventRow.init),
      )
    }
    return try EntityTag(answer.events).answer(answer, to: request)
  }

  /// Asks about the conversation of the address, at the moment of `asOf`.
  private func read<Answer: Sendable>(
    _ request: Request,
    _ context: CallContext,
    _ question: @escaping @Sendable (Ledger, ConversationID, Moment?, Patience) throws -> Answer,
  ) async throws -> Answer {
    var query = try QueryReader(request)
    let moment = try query.moment("asOf")
    try query.finish()
    let name = try context.parameters.require("conversation")
    return try await gate.ask(
      conversation: name,
      for: try context.caller,
      costing: moment == nil ? .seldomMuch : .much,
    ) { ledger, id, patience in
      do {
        return try question(ledger, id, moment, patience)
      } catch let error as LedgerError where error.kind == .notFound {
        // It is there, and was not yet at that moment.
        throw Refusal(.conversationNotFound, "there was no such conversation")
      }
    }
  }

  /// Reads words, and writes down who did before they are shown; visitors read their own.
  private func open<Answer: Sendable>(
    _ request: Request,
    _ context: CallContext,
    _ means: String,
    _ question: @escaping @Sendable (Ledger, ConversationID, Moment?, Patience) throws -> Answer,
  ) async throws -> Answer {
    let (answer, conversation) = try await read(request, context) { ledger, id, moment, patience in
      (try question(ledger, id, moment, patience), id)
    }
    try await gate.record(means, of: conversation, by: try context.caller)
    return answer
  }
}

/// The filters of an inbox, as an address gives them.
private struct InboxFilters: Sendable {
  private var filters = InboxQuery(of: BotID(0))

  init(_ request: Request) throws(Problem) {
    var reader = try QueryReader(request)
    filters.status = try reader.word("status")
    filters.from = try reader.time("from")
    filters.to = try reader.endOfDay("to")
    filters.tookPart = try reader.flag("tookPart")
    filters.hadHandover = try reader.flag("hadHandover")
    filters.hadAgent = try reader.flag("hadAgent")
    filters.text = reader.text("text")
    filters.limit = try reader.integer("limit", in: 1...1_000) ?? 50
    filters.after = reader.text("after")
    filters.asOf = try reader.moment("asOf")
    try reader.finish()
  }

  /// A page of all rows is read from its place; a filter may have to look at every row, and a
  /// moment at every event since.
  var cost: LedgerGate.Cost {
    let isFiltered =
      filters.status != nil || filters.from != nil || filters.to != nil || filters.tookPart
      || filters.hadHandover || filters.hadAgent || filters.text != nil
    return isFiltered || filters.asOf != nil ? .much : .seldomMuch
  }

  /// The question, asked of a bot's inbox.
  func query(of bot: BotID, for caller: Caller) -> InboxQuery {
    var query = filters
    query.bot = bot
    query.caller = caller
    return query
  }
}

/// The answer to `GET /v1/bots`.
private struct BotsAnswer: Encodable, Sendable {
  let position: UInt64
  let complete: Bool
  let count: Int
  let bots: [BotRow]
}

/// The answer to `GET …/events`.
private struct EventsAnswer: Encodable, Sendable {
  let conversationId: String
  let position: UInt64
  let complete: Bool
  let count: Int
  let events: [EventRow]
}
