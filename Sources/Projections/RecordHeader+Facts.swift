package import ConversationCoding
package import EventStore

extension RecordHeader {
  /// The facts of the event, as the coding of conversations reads them.
  package var facts: EventFacts {
    var facts = EventFacts(type: type, schemaVersion: schemaVersion)
    facts.authorKind = authorKind
    facts.detail = detail
    facts.number = number
    facts.parties = EventFacts.Parties(parties.first, parties.second, parties.third)
    return facts
  }

  /// The header of an event that is to be appended.
  package init(_ facts: EventFacts, at place: StreamPlace, keySlot: UInt64) {
    self.init(
      type: facts.type,
      schemaVersion: facts.schemaVersion,
      authorKind: facts.authorKind,
      detail: facts.detail,
      number: facts.number,
      parties: Parties(facts.parties.first, facts.parties.second, facts.parties.third),
      stream: place,
      keySlot: keySlot,
    )
  }

  /// The time to show: the source's, if it claims one, else the ledger's.
  package var shownAt: Int64 { occurredAt ?? recordedAt }
}

/// The stream of everything that is not of one conversation: registry, import runs.
package let administrationStream: UInt128 = 0

/// The stream of the read audit: who opened and exported what.
///
/// It is apart from administration, because that is folded whenever a ledger is opened, and this
/// grows with each reading. Its identifier is the UUID of RFC 9562 that has all bits set.
package let auditStream = UInt128.max

extension RecordHeader {
  /// Whether the event is of a conversation, and not of administration or the read audit.
  package var isOfConversation: Bool {
    stream != administrationStream && stream != auditStream
  }
}
