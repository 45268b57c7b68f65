import ConversationCoding
import Conversations
import EventStore
import Projections

extension LedgerMachine {
  /// Writes a reading down in the stream of the read audit, once.
  ///
  /// The stream is apart from those of conversations, so a reading moves no conversation in its
  /// inbox and changes no position that somebody expects (docs/decisions/0017).
  mutating func apply(_ note: ReadingNote, _ batch: PendingBatch) throws -> LedgerAnswer {
    let key = try idempotencyKeyBytes(note.id)
    let audit = state.overlay.totals.audit
    if audit.start > 0,
      let position = try state.position(of: KeyPlace(.conversation(start: audit.start), key))
    {
      return .done(receipt(at: position, isRepeated: true))
    }
    let event = note.reading.event
    let place = StreamPlace(
      stream: auditStream,
      start: audit.start,
      position: audit.tail.count + 1,
      previous: audit.tail.last,
    )
    let slot = state.registry.keyLosses.ownSlot
    var header = RecordHeader(EventFacts(event.event), at: place, keySlot: slot)
    header.occurredAt = note.at.microseconds
    let body = try event.body.storedBytes()
    header = try batch.append(ProposedEvent(header: header, idempotencyKey: key, body: body))
    state.fold(header, key: key, nil)
    return .done(receipt(at: header.position, isRepeated: false))
  }

  private func receipt(at position: UInt64, isRepeated: Bool) -> Receipt {
    Receipt(
      conversation: ConversationID(auditStream),
      position: position,
      isRepeated: isRepeated,
    )
  }
}
