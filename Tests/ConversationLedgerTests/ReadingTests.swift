import Conversations
import Foundation
import Testing

@testable import ConversationLedger

/// A note of a reading that is recorded.
@Suite(.inTemporaryFolder)
struct `A reading` {
  private let visitor = VisitorID(0xA)

  private func started() throws -> (bench: LedgerBench, conversation: ConversationID) {
    let bench = LedgerBench("ledger")
    _ = try bench.submit(RandomCommands.network)
    var start = RandomCommands.start
    start.visitor = visitor
    _ = try bench.submit([.start(start)])
    return (bench, start.conversation)
  }

  private func note(_ conversation: ConversationID) -> ReadingNote {
    ReadingNote(
      Reading(.opened, of: .conversation(conversation), by: "eve", means: "transcript"),
      at: Timestamp(microseconds: 1_700_000_000_000_000),
    )
  }

  @Test
  func `is recorded once, however often its note comes`() throws {
    let (bench, conversation) = try started()
    let notes = (0..<3).map { _ in note(conversation) }
    _ = try bench.submit(notes.map { .note($0) } + notes.map { .note($0) })
    let position = try bench.ledger().headPosition()
    // In memory, in the views, and in views that are built anew.
    for loss in [false, true, true] {
      _ = try bench.ledger().settle()
      bench.close()
      if loss { try FileManager.default.removeItem(atPath: bench.path + "/views") }
      for answer in try bench.submit(notes.reversed().map { .note($0) }) {
        guard case .done(let receipt) = answer else {
          Issue.record("\(answer)")
          continue
        }
        #expect(receipt.isRepeated)
      }
      #expect(try bench.ledger().headPosition() == position)
    }
    let page = try bench.ledger().reads()
    #expect(page.count == 3)
    #expect(page.complete)
    #expect(page.reads.map(\.reader) == ["eve", "eve", "eve"])
    #expect(try bench.ledger().compareViews().same)
  }

  @Test
  func `changes nothing in the conversation that was read`() throws {
    let (bench, conversation) = try started()
    let post = { (text: String, expected: UInt64?) in
      LedgerCommand.conversation(
        ConversationRequest(
          conversation,
          .post(as: .visitor(visitor), EventBody(text: text)),
          expectedPosition: expected,
          successor: .fresh(),
        )
      )
    }
    _ = try bench.submit([post("before", nil)])
    var other = RandomCommands.start
    other.conversation = ConversationID(0xC2)
    _ = try bench.submit([.start(other)])
    let inbox = InboxQuery(of: RandomCommands.bots[0])
    let before = (try bench.ledger().page(of: conversation), try bench.ledger().inbox(inbox).rows)
    bench.clock.advance(by: 60_000_000)
    _ = try bench.submit([.note(note(conversation)), .note(note(conversation))])
    for _ in 0..<2 {
      let page = try bench.ledger().page(of: conversation)
      #expect(page.lastPosition == before.0.lastPosition)
      #expect(page.row == before.0.row)
      #expect(try bench.ledger().inbox(inbox).rows == before.1)
      #expect(try bench.ledger().transcript(of: conversation).count == 1)
      _ = try bench.ledger().settle()
      bench.close()
    }
    guard case .done = try bench.submit([post("after", before.0.lastPosition)])[0] else {
      Issue.record("the expected position was changed by a reading")
      return
    }
  }

  @Test
  func `that waits in the folder is taken in once, when the ledger is opened`() throws {
    let (bench, conversation) = try started()
    let spool = try bench.ledger().spool
    bench.close()
    let notes = (0..<3).map { _ in note(conversation) }
    for note in notes { try spool.add(note) }
    #expect(Set(spool.notes().notes) == Set(notes))
    let position = try bench.ledger().headPosition()
    #expect(try bench.ledger().reads().count == 3)
    #expect(spool.notes().notes.isEmpty)
    bench.close()
    // As if the process had died before it deleted them.
    for note in notes { try spool.add(note) }
    #expect(try bench.ledger().headPosition() == position)
    #expect(spool.notes().notes.isEmpty)
    try Data("{}".utf8).write(to: URL(filePath: spool.path + "/no-note.json"))
    bench.close()
    #expect(try bench.ledger().headPosition() == position)
    #expect(spool.notes().unreadable == 1)
  }

  @Test
  func `is recorded by a process that writes, and taken in while it does`() async throws {
    let network = try await Network()
    let conversation = try await network.start()
    let reading = Reading(.opened, of: .conversation(conversation), by: "eve", means: "http")
    try await network.ledger.record(reading)
    #expect(try network.ledger.reads().count == 0)
    let command = RegistryCommand.switchReadAudit(isOn: true, by: "officer")
    _ = try await network.ledger.submit([.registry(command, by: .trusted)])
    try await network.ledger.record(reading)
    try network.ledger.spool.add(note(conversation))
    #expect(try await network.ledger.takeInReadingNotes() == 1)
    #expect(try await network.ledger.takeInReadingNotes() == 0)
    let page = try network.ledger.reads(of: conversation)
    #expect(page.reads.map(\.means) == ["transcript", "http"])
    #expect(page.audit)
    #expect(try network.ledger.reads(of: ConversationID(1)).count == 0)
    #expect(try network.ledger.reads(limit: 1).complete == false)
  }

  @Test
  func `has a stream that no conversation can have`() throws {
    let (bench, _) = try started()
    var start = RandomCommands.start
    start.conversation = ConversationID(.max)
    start.visitor = VisitorID(0xB)
    guard case .refused(let refusal) = try bench.submit([.start(start)])[0] else {
      Issue.record("a conversation has the identifier of the read audit")
      return
    }
    #expect(refusal.code == .malformedBody)
  }
}
