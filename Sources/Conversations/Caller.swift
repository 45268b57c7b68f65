/// Who asks.
public enum Caller: Hashable, Sendable {
  /// Whoever can write the ledger's files; trusted with all of it.
  case trusted
  /// Platform staff.
  case admin
  /// The account that owns bots; sees only what belongs to them (R6).
  case owner(OwnerID)
  /// A person who helps, for the bots of an owner.
  case agent(AgentID, of: OwnerID?)
  /// Reads everything and changes nothing.
  case auditor
  /// The person who writes; sees only the own conversation.
  case visitor(VisitorID)
}

extension Caller {
  /// Lets people act as themselves only; a platform acts for its bots and their visitors.
  func requireToBe(_ author: Author) throws(Refusal) {
    switch (self, author) {
    case (.trusted, _), (.admin, _), (.owner, _): return
    case (.agent(let caller, _), .agent(let agent)) where caller == agent: return
    case (.visitor(let caller), .visitor(let visitor)) where caller == visitor: return
    case (.auditor, _): throw Refusal(.notPermitted, "an auditor changes nothing")
    case (.agent, _), (.visitor, _):
      throw Refusal(.notPermitted, "a person acts only under the own name")
    }
  }
}

extension ConversationCommand {
  /// Refuses words that could be written and not read again, or shown.
  func requireReadableWords() throws(Refusal) {
    guard body.isNestedAtMost(jsonNestingLimit) else {
      throw Refusal(.malformedBody, "JSON is nested at most \(jsonNestingLimit) levels deep")
    }
    try body.requireShortNames()
  }
}
