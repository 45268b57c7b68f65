import Conversations
import EventStore
import Foundation
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `A command of several events` {
  /// Rows of a history: its beginning, which says nothing, and a word.
  private func history(_ conversation: ConversationID, withWord: Bool = true) -> LedgerCommand {
    let started = ConversationEvent.started(
      bot: Desk.flights,
      deployment: Desk.deployment,
      visitor: Desk.anna,
    )
    var events = [NewConversationEvent(started)]
    if withWord {
      events.append(NewEvent(.messagePosted(by: .visitor(Desk.anna)), EventBody(text: "a word")))
    }
    let row = ImportedRow(
      key: "row",
      occurredAt: Timestamp(microseconds: 1),
      events: events,
    )
    return .record(ImportedConversation(conversation, rows: [row]))
  }

  @Test
  func `leaves nothing behind if a later one fails`() throws {
    // Given a conversation whose key will not be there when its second event is sealed.
    let desk = try Desk("all or nothing")
    _ = try desk.bench.ledger().keys.empty([3], by: 1)
    let before = try desk.position
    // When rows begin it, then nothing of it is recorded, and nothing is believed to be.
    let answer = try desk.bench.submit([history(ConversationID(0xC7))])[0]
    #expect(answer == .recorded([.refused("the visitor was erased; nothing can be added")]))
    #expect(try desk.position == before)
    let note = ConversationCommand.note(as: .staff, EventBody(text: "?"))
    let refusal = try desk.ask(note, to: ConversationID(0xC7)).refusal
    #expect(refusal?.code == .conversationNotFound)
    // And the writer goes on, with a state that is the log's.
    #expect(try desk.says("still here") == Desk.talk)
    let digest = try desk.bench.ledger().settle().digest
    desk.restart()
    #expect(try Ledger.rebuild(at: desk.bench.path).digest == digest)
  }
}

@Suite(.inTemporaryFolder)
struct `A row that names its place` {
  private func record(_ text: String, place: Int, key: String, at time: Int64) -> LedgerCommand {
    let row = ImportedRow(
      key: key,
      place: place,
      occurredAt: Timestamp(microseconds: time),
      events: [NewEvent(.messagePosted(by: .visitor(Desk.anna)), EventBody(text: text))],
    )
    return .record(ImportedConversation(Desk.talk, rows: [row]))
  }

  @Test
  func `is judged by what was ordered before it, on disk or not`() async throws {
    // Given many messages that are proposed at once, and behind each the row that repeats it at its
    // place under a key of its own, or says another word there, or the same at another time.
    let desk = try Desk("places")
    let now = desk.bench.clock.now
    var outcomes: [[RowOutcome]] = []
    var proposed: [LedgerCommand] = []
    for number in 0..<300 {
      let text = "message \(number)"
      let message = EventBody(text: text)
      proposed.append(Desk.request(.post(as: .visitorOfConversation, message)))
      let place = number + 2
      proposed.append(record(text, place: place, key: "same \(number)", at: now))
      proposed.append(record("another", place: place, key: "other \(number)", at: now))
      proposed.append(record(text, place: place, key: "later \(number)", at: now + 1))
    }
    // When they are in one batch, in many, and, all on disk, in a ledger that was opened again.
    for answer in try await desk.bench.ledger().submit(proposed) {
      if case .recorded(let rows) = answer { outcomes.append(rows) }
    }
    let start = try desk.position
    desk.restart()
    let rows = proposed.filter { if case .record = $0 { true } else { false } }
    let again = try desk.bench.submit(rows).map { answer -> [RowOutcome] in
      if case .recorded(let rows) = answer { rows } else { [] }
    }
    // Then the outcomes are the same, and no row was appended.
    #expect(again == outcomes)
    #expect(outcomes.allSatisfy { $0 == [.duplicate] || $0.isConflict })
    #expect(outcomes.filter { $0.isConflict }.count == 600)
    #expect(try desk.position == start)
    #expect(try desk.bench.ledger().transcript(of: Desk.talk).entries.count == 300)
  }

  @Test
  func `is judged alike with batches in flight`() async throws {
    let desk = try Desk("in flight")
    let now = desk.bench.clock.now
    let ledger = try desk.bench.ledger()
    let outcomes = try await withThrowingTaskGroup(of: [LedgerAnswer].self) { group in
      for number in 0..<200 {
        let message = EventBody(text: "message")
        let place = number % 40 + 2
        let request = Desk.request(.post(as: .visitorOfConversation, message))
        let repeated = record("message", place: place, key: "row \(number)", at: now)
        group.addTask { try await ledger.submit([request, repeated]) }
      }
      return try await group.reduce(into: [[LedgerAnswer]]()) { $0.append($1) }
    }
    // Each row finds the message at its place, or there is no event there yet, which it then is.
    let appended = outcomes.filter { $0[1] == .recorded([.appended(events: 1)]) }.count
    let found = outcomes.filter { $0[1] == .recorded([.duplicate]) }.count
    #expect(appended + found == outcomes.count)
    #expect(try ledger.transcript(of: Desk.talk).entries.count == 200 + appended)
  }
}

extension [RowOutcome] {
  fileprivate var isConflict: Bool {
    if case .conflict? = first { true } else { false }
  }
}
