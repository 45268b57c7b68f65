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
  /// The person who writes; sees only the own conversation.
  case visitor(VisitorID)
}
