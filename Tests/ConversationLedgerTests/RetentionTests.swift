import Conversations
import Foundation
import Testing

@testable import ConversationLedger

/// What a retention rule goes by.
@Suite(.inTemporaryFolder)
struct `A retention rule` {
  typealias Scene = ErasureScene

  private let scene: Scene
  private let talk = ConversationID(0x77)
  private static let day: Int64 = 86_400_000_000

  init() throws { scene = try Scene() }

  private func time(daysAgo days: Int64) -> Timestamp {
    Timestamp(microseconds: scene.bench.clock.now - days * Self.day)
  }

  /// Imports an ended conversation whose rows have times so many days ago, in this order.
  private func importRows(daysAgo days: [Int64]) throws {
    var rows = [
      ImportedRow(
        key: "start",
        occurredAt: time(daysAgo: days[0]),
        events: [
          NewEvent(.started(bot: Scene.bot, deployment: Scene.deployment, visitor: VisitorID(5)))
        ],
      )
    ]
    for (index, days) in days.enumerated() {
      let body = EventBody(text: "row \(index)")
      rows.append(
        ImportedRow(
          key: "\(index)",
          occurredAt: time(daysAgo: days),
          events: [NewEvent(.messagePosted(by: .visitor(VisitorID(5))), body)],
        )
      )
    }
    rows.append(
      ImportedRow(
        key: "end",
        occurredAt: time(daysAgo: days[days.count - 1]),
        events: [NewEvent(.ended(by: .visitor(VisitorID(5))))],
      )
    )
    _ = try scene.bench.submit([.record(ImportedConversation(talk, rows: rows))])
  }

  private func rule(days: Int64) -> ErasureRequest {
    var request = ErasureRequest(.retention(inboxOf: nil), ground: "rule 3")
    request.inactiveFor = .seconds(days * 86_400)
    return request
  }

  @Test(arguments: [[500, 6, 400], [6, 500, 400], [500, 400, 6], [6, 500]] as [[Int64]])
  func `goes by the latest of all times, whatever the order of the rows`(days: [Int64]) throws {
    try importRows(daysAgo: days)
    let ledger = try scene.bench.ledger()
    #expect(try ledger.previewErasure(rule(days: 365)).conversations == 0)
    #expect(try ledger.eraseAndWait(rule(days: 365)).conversations == 0)
    #expect(try ledger.transcript(of: talk).entries[0].text == "row 0")
    let preview = try ledger.previewErasure(rule(days: 5))
    #expect(preview.conversationIds == [talk.description])
  }

  @Test
  func `says between which times the words are that it would destroy`() throws {
    try importRows(daysAgo: [450, 500, 400, 420])
    let preview = try scene.bench.ledger().previewErasure(rule(days: 365))
    #expect(preview.conversations == 1)
    #expect(preview.since == time(daysAgo: 500).text)
    #expect(preview.until == time(daysAgo: 400).text)
  }

  @Test
  func `does not look ahead`() throws {
    let ledger = try scene.bench.ledger()
    for request in [rule(days: -1), rule(days: -4_000)] {
      let refused = [
        #expect(throws: LedgerError.self) { try ledger.previewErasure(request) },
        #expect(throws: LedgerError.self) { try ledger.eraseAndWait(request) },
      ]
      for error in refused { #expect(error?.kind == .malformedQuery) }
    }
  }

  @Test
  func `is not led on by one leap of the clock`() throws {
    try importRows(daysAgo: [300])
    scene.bench.clock.advance(by: 1_000 * Self.day)
    _ = try scene.answer(Scene.say("a leap", Scene.daves, Scene.dave))
    scene.bench.clock.advance(by: -1_000 * Self.day)
    let ledger = try scene.bench.ledger()
    #expect(try ledger.previewErasure(rule(days: 365)).conversations == 0)
  }
}

/// Whoever is erased is called by the name no more.
@Suite(.inTemporaryFolder)
struct `An erasure that is repeated by name` {
  typealias Scene = ErasureScene

  @Test(arguments: [ErasurePhase.ordered, .emptied, .recorded, .receipted])
  func `gives the receipt, also when it was interrupted`(behind phase: ErasurePhase) async throws {
    let path = TemporaryFolder.path
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, name = phase.rawValue as String] in
      let ledger = try TemporaryFolder.$path.withValue(path) {
        let scene = try ErasureScene()
        scene.bench.close()
        return scene.bench.path
      }
      var options = Ledger.Options.bench(HandClock())
      options.erasureStepDone = { phase in
        if phase.rawValue == name { kill(getpid(), SIGKILL) }
      }
      let opened = try Ledger(at: ledger, for: .writing(creating: false), options: options)
      try eraseCarol(in: opened)
    }
    let bench = LedgerBench("ledger")
    let receipt = try eraseCarol(in: bench.ledger())
    #expect(receipt.conversations == 2)
    let head = try bench.ledger().headPosition()
    #expect(try eraseCarol(in: bench.ledger()) == receipt)
    #expect(try bench.ledger().headPosition() == head)
  }

  @Test
  func `finds nobody who never was there`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    try eraseCarol(in: ledger)
    for name: ErasureName in [.visitor("carla@example.com"), .conversation("carol@example.com")] {
      let error = #expect(throws: LedgerError.self) {
        try ledger.eraseAndWait(name) { ErasureRequest($0, ground: "x") }
      }
      #expect(error?.kind == .notFound)
    }
  }

  @Test
  func `says where the receipt was, if it is gone`() throws {
    let bench = try Scene().bench
    try eraseCarol(in: bench.ledger())
    try FileManager.default.removeItem(atPath: bench.path + "/receipts")
    let refusal = #expect(throws: Refusal.self) { try eraseCarol(in: bench.ledger()) }
    #expect(refusal?.code == .visitorErased)
  }
}

@discardableResult
private func eraseCarol(in ledger: Ledger) throws -> ErasureReceipt {
  try ledger.eraseAndWait(.visitor("carol@example.com")) { subject in
    ErasureRequest(subject, ground: "Art. 17, ticket 81", orderedBy: "dpo")
  }
}
