import ConversationLedger
import Conversations

/// A line of the file of orders: caller, key, verb, argument and text, with tabs between.
struct Order {
  var caller: String
  var key: String
  var verb: Verb
  var argument: String
  var text: String

  /// What is to be done, in the conversation that the caller started last.
  enum Verb: String {
    /// A visitor named `text` starts a conversation with the bot `argument`.
    case start
    /// The visitor writes.
    case visitor
    /// The bot `argument` writes.
    case bot
    /// The agent `argument` writes a note.
    case note
    /// The conversation goes to the bot `argument`.
    case handOver
  }

  init(_ line: Substring.UTF8View) throws {
    let fields = line.split(separator: 9, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard fields.count == 5, let verb = Verb(rawValue: fields[2]) else {
      throw NotUnderstood(line: String(Substring(line)))
    }
    (caller, key, argument, text) = (fields[0], fields[1], fields[3], fields[4])
    self.verb = verb
  }

  /// The orders of each caller, in the file's order.
  static func byCaller(_ text: String) throws -> [[Order]] {
    // Bytes are split, not characters: there can be many orders.
    let orders = try text.utf8.split(separator: 10).map(Order.init)
    let callers = Dictionary(grouping: orders, by: \.caller)
    return callers.keys.sorted().compactMap { callers[$0] }
  }
}

/// The conversation a caller is in.
struct Visit {
  var conversation: ConversationID?
  var visitor: VisitorID?

  init() {}

  init(_ conversation: ConversationID, _ visitor: String) {
    self.conversation = conversation
    self.visitor = .named("visitor", visitor)
  }
}

/// A ledger, and the bots and deployments that orders name.
struct Desk: Sendable {
  let ledger: Ledger
  private let run: String
  private let registry: Registry
  private let module = ModuleID(1)

  init(_ ledger: Ledger, run: String) throws {
    (self.ledger, self.run) = (ledger, run)
    registry = try ledger.registry()
  }

  /// The command that an order stands for.
  func command(for order: Order, of visit: Visit) throws -> LedgerCommand {
    if order.verb == .start { return .start(try start(order)) }
    guard let conversation = visit.conversation, let visitor = visit.visitor else {
      throw NotUnderstood(line: "\(order.key): no conversation was started")
    }
    let request = ConversationRequest(
      conversation,
      try command(order, from: visitor),
      idempotencyKey: order.key,
      successor: .named("successor", run, order.key),
    )
    return .conversation(request)
  }

  private func start(_ order: Order) throws -> StartRequest {
    let bot = try bot(order.argument)
    guard let deployment = registry.deployments.first(where: { $0.value.bot == bot })?.key else {
      throw NotUnderstood(line: "\(order.argument) is not deployed")
    }
    var body = EventBody()
    body.authorName = order.text
    return StartRequest(
      conversation: .named("conversation", run, order.key),
      deployment: deployment,
      visitor: .named("visitor", order.text),
      body: body,
      idempotencyKey: order.key,
    )
  }

  private func command(_ order: Order, from visitor: VisitorID) throws -> ConversationCommand {
    var body = EventBody(text: order.text)
    switch order.verb {
    case .visitor, .start: return .post(as: .visitor(visitor), body)
    case .bot: return .post(as: .bot(try bot(order.argument)), body)
    case .note: return .note(as: .agent(.named("agent", order.argument)), body)
    case .handOver:
      guard let module else { throw NotUnderstood(line: order.key) }
      body = EventBody()
      body.reason = order.text
      return .handOver(HandOver(to: try bot(order.argument), landingOn: module, body: body))
    }
  }

  private func bot(_ name: String) throws -> BotID {
    guard let bot = registry.bots.first(where: { $0.value.name == name })?.key else {
      throw NotUnderstood(line: "there is no bot \(name)")
    }
    return bot
  }
}

/// A line that is no order.
struct NotUnderstood: Error {
  let line: String
}
