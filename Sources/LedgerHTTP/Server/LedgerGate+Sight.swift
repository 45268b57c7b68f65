import ConversationLedger
import Conversations

extension LedgerGate {
  /// Asks about a conversation, if the caller may know of it.
  ///
  /// - Parameters:
  ///   - text: The conversation, as the address names it.
  ///   - principal: Who asks.
  ///   - question: What is asked.
  /// - Returns: What the question found.
  /// - Throws: `conversation_not_found` for what is not there and for what is another owner's.
  func read<Answer: Sendable>(
    conversation text: String,
    for principal: Principal,
    _ question: @escaping @Sendable (Ledger, ConversationID, Conversation) throws -> Answer,
  ) async throws -> Answer {
    try await read { ledger in
      let (id, state) = try ledger.conversation(text, seenBy: principal)
      return try question(ledger, id, state)
    }
  }

  /// Asks about a conversation what grows with it, if the caller may know of it.
  func ask<Answer: Sendable>(
    conversation text: String,
    for principal: Principal,
    costing cost: Cost,
    _ question: @escaping @Sendable (Ledger, ConversationID, Patience) throws -> Answer,
  ) async throws -> Answer {
    // Whoever may not know of it takes up nobody's time.
    let id = try look(atConversation: text, for: principal).id
    return try await ask(by: principal, costing: cost) { try question($0, id, $1) }
  }

  /// The state of a conversation, if the caller may know of it.
  ///
  /// - Throws: `conversation_not_found` for what is not there and for what is another owner's.
  func look(
    atConversation text: String,
    for principal: Principal,
  ) throws -> (id: ConversationID, state: Conversation) {
    try look { try $0.conversation(text, seenBy: principal) }
  }

  /// Asks about a bot what grows with what it holds, if the caller may look at it.
  func ask<Answer: Sendable>(
    bot text: String,
    for principal: Principal,
    costing cost: Cost,
    _ question: @escaping @Sendable (Ledger, BotID, Patience) throws -> Answer,
  ) async throws -> Answer {
    let id = try await read(bot: text, for: principal) { $1 }
    return try await ask(by: principal, costing: cost) { try question($0, id, $1) }
  }

  /// Asks about a bot, if the caller may look at it.
  func read<Answer: Sendable>(
    bot text: String,
    for principal: Principal,
    _ question: @escaping @Sendable (Ledger, BotID) throws -> Answer,
  ) async throws -> Answer {
    try await read { ledger in
      guard let id = BotID(text) else {
        throw Refusal(.botNotFound, "there is no bot \(text)")
      }
      _ = try ledger.name(of: id, seenBy: principal.caller)
      return try question(ledger, id)
    }
  }

  /// Writes down that somebody opened a conversation, if that is to be; not of its visitor.
  func record(_ means: String, of conversation: ConversationID, by reader: Principal) async throws {
    try await record(means, of: .conversation(conversation), by: reader)
  }

  /// Writes down that somebody opened something, if that is to be; not of what is a visitor's own.
  func record(_ means: String, of scope: ReadingScope, by reader: Principal) async throws {
    guard reader.role != .visitor else { return }
    try await record(Reading(.opened, of: scope, by: reader.user, means: "HTTP " + means))
  }

  /// Gives the ledger a command to a conversation, and names the agent in control if that is why
  /// it was refused (R12).
  func submit(
    _ command: ConversationCommand,
    to conversation: ConversationID,
    by principal: Principal,
    _ terms: CallTerms,
  ) async throws -> Receipt {
    let request = ConversationRequest(
      conversation,
      command,
      caller: principal.caller,
      idempotencyKey: terms.idempotencyKey,
      expectedPosition: terms.expectedPosition,
      successor: .fresh(),
    )
    do {
      return try await submit(.conversation(request))
    } catch let refusal as Refusal where refusal.agent != nil {
      var problem = Problem(refusal)
      let agent = refusal.agent
      problem.agent =
        try await read { ledger in
          try ledger.agentInControl(of: conversation, as: agent)
        } ?? problem.agent
      throw problem
    }
  }
}

extension Ledger {
  /// The state of a conversation, if the caller may know of it.
  ///
  /// - Throws: `conversation_not_found` for what is not there and for what is another owner's.
  func conversation(
    _ text: String,
    seenBy principal: Principal,
  ) throws -> (id: ConversationID, state: Conversation) {
    guard let id = ConversationID(text) else {
      throw Refusal(.conversationNotFound, "there is no such conversation")
    }
    return (id, try conversation(id, seenBy: principal.caller))
  }
}
