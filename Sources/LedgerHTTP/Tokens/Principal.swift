import ConversationLedger
import Conversations

/// Who asks, as a token says.
struct Principal: Hashable, Sendable {
  /// The account: the token's `sub`.
  let user: String
  /// What the account may do.
  let role: Role
  /// The account that owns the bots an owner or an agent acts for.
  let owner: OwnerID?
  /// The name to show.
  let name: String?
  /// The visitor that the ledger knows the account as, where the account's name does not say it.
  var knownVisitor: VisitorID?
  /// The second since 1970 from which on the token counts no more.
  let expiry: Int64

  /// Who asks, whatever token says so: what limits are counted by.
  struct Person: Hashable, Sendable {
    /// What the account may do.
    let role: Role
    /// Whom it acts for.
    let owner: OwnerID?
    /// The account.
    let user: String
  }

  /// What an account may do.
  enum Role: String, Hashable, Sendable, CaseIterable {
    /// Owns bots, and answers for them and their visitors.
    case owner
    /// Helps visitors of an owner's bots.
    case agent
    /// Platform staff.
    case admin
    /// Reads everything and changes nothing.
    case auditor
    /// Writes in the own conversation.
    case visitor
  }

  /// Who asks, whatever token says so.
  var person: Person { Person(role: role, owner: owner, user: user) }

  /// The caller the rules know.
  var caller: Caller {
    switch role {
    case .owner: .owner(owner ?? .account(user))
    case .agent: .agent(.account(user), of: owner)
    case .admin: .admin
    case .auditor: .auditor
    case .visitor: .visitor(visitor)
    }
  }

  /// The agent this account is, if it is one.
  var agent: AgentID { .account(user) }

  /// The visitor this account is, if it is one.
  var visitor: VisitorID { knownVisitor ?? VisitorID(user) ?? .named("visitor", user) }

  /// Whether the account's name is written like an identifier that is made from a name, so that the
  /// ledger has to say which of the two it is (docs/decisions/0029).
  var isVisitorInDoubt: Bool { role == .visitor && VisitorID(user)?.isNamed == true }
}
