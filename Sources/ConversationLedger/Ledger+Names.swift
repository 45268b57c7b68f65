public import Conversations
import Projections

extension Ledger {
  /// The visitor that an account is, by the account's name: a token's `sub`, or what a start names
  /// (docs/decisions/0029).
  ///
  /// A UUID stands for itself, but for one of version 5, which is made from a name: a name that is
  /// written like it is another name, unless the visitor began under this very name.
  public func visitor(ofAccount name: String) throws -> VisitorID {
    guard let written = VisitorID(name) else { return .named("visitor", name) }
    guard written.isNamed else { return written }
    return try answering { snapshot in
      let isOwn = try snapshot.heads(of: written).contains { head in
        // Erased words cannot say it; nobody is let in to other words than erased ones by that.
        try event(at: head.start).body.map { $0.authorID.hasBytes(of: name) } ?? true
      }
      return isOwn ? written : .named("visitor", name)
    }
  }

  /// Finds a visitor by the identifier, or by the one the visitor was started or imported with.
  ///
  /// Looks at the start of every conversation if it is no identifier of ours.
  ///
  /// - Throws: `LedgerError` `.notFound`, or `.malformedQuery` if several visitors have it.
  public func visitor(named name: String) throws -> VisitorID {
    try answering { snapshot in
      if let visitor = VisitorID(name), try !snapshot.heads(of: visitor).isEmpty { return visitor }
      let found = try starts(in: snapshot) { $0.authorID.hasBytes(of: name) }.map(\.state.visitor)
      return try only(found, "visitor", name)
    }
  }

  /// Finds a conversation by the identifier, or by the one it was imported with.
  ///
  /// - Throws: `LedgerError` `.notFound`, or `.malformedQuery` if several conversations have it.
  public func conversation(named name: String) throws -> ConversationID {
    try answering { snapshot in
      if let id = ConversationID(name), try snapshot.head(of: id) != nil { return id }
      let found = try starts(in: snapshot) { $0.externalID.hasBytes(of: name) }
      return try only(found.map(\.conversation), "conversation", name)
    }
  }

  /// The conversations whose first event says something.
  private func starts(
    in snapshot: ViewSnapshot,
    where isWanted: (EventBody) -> Bool,
  ) throws -> [Head] {
    var found: [Head] = []
    try snapshot.forEachHead { head in
      if let body = try event(at: head.start).body, isWanted(body) { found.append(head) }
    }
    return found
  }

  /// The one thing of a name.
  private func only<Subject>(
    _ found: [Identifier<Subject>],
    _ kind: String,
    _ name: String,
  ) throws -> Identifier<Subject> {
    let found = Set(found).sorted()
    guard let first = found.first else {
      throw LedgerError(.notFound, "there is no \(kind) \(name)")
    }
    guard found.count == 1 else {
      let ids = found.map(\.description).joined(separator: ", ")
      throw LedgerError(.malformedQuery, "\(found.count) \(kind)s are known as \(name): \(ids)")
    }
    return first
  }
}
