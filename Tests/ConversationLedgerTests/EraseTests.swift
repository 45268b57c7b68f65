import Conversations
import EventStore
import Foundation
import Glibc
import Testing
import TransparencyLog

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `Erasing` {
  typealias Scene = ErasureScene

  @Test
  func `a visitor makes every word of the visitor unreadable and no other`() throws {
    let scene = try Scene()
    let receipt = try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
    for talk in Scene.talks { #expect(try scene.texts(talk) == [Transcript.erasedText]) }
    #expect(try scene.texts(Scene.daves) == ["Dave here, and I stay"])
    #expect(receipt.conversations == 2)
    #expect(receipt.events == 4)
    #expect(receipt.conversationIds == Scene.talks.map(\.description))
    #expect(receipt.keys == receipt.keyFingerprints.count)
    #expect(receipt.hunt?.found == 0)
    #expect(receipt.hunt?.complete == true)
    #expect(receipt.hunt.map { $0.texts >= 6 && $0.files > 4 } == true)
    #expect(receipt.ground == "Art. 17, ticket 81")
    #expect(receipt.orderedBy == "dpo")
  }

  @Test
  func `leaves the erased words in no file`() throws {
    let scene = try Scene()
    _ = try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
    _ = try scene.bench.ledger().settle()
    for secret in Scene.secrets {
      #expect(try files(in: scene.bench.path, holding: secret) == [], "\(secret)")
    }
  }

  @Test
  func `says so in each conversation: who, why, and how far`() throws {
    let scene = try Scene()
    _ = try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
    for talk in Scene.talks {
      let last = try #require(try scene.bench.ledger().events(of: talk).events.last)
      #expect(last.event == .visitorErased(Scene.carol))
      #expect(last.body?.authorID == "dpo")
      #expect(last.body?.reason == "Art. 17, ticket 81")
      #expect(last.body?.name == "visitor")
    }
  }

  @Test
  func `a visitor refuses everything that comes later`() throws {
    let scene = try Scene()
    _ = try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
    #expect(
      try scene.answer(Scene.say("me again", Scene.talks[0], Scene.carol)) == "visitor_erased"
    )
    #expect(try scene.answer(Scene.start(ConversationID(9), Scene.carol)) == "visitor_erased")
    scene.bench.clock.advance(by: 3_600_000_000)
    #expect(
      try scene.answer(Scene.say("expired", Scene.talks[0], Scene.carol)) == "visitor_erased"
    )
    #expect(try scene.answer(Scene.say("still", Scene.daves, Scene.dave)) == "done")
    let row = ImportedRow(
      key: "1",
      occurredAt: nil,
      events: [
        NewEvent(.started(bot: Scene.bot, deployment: Scene.deployment, visitor: Scene.carol))
      ],
    )
    let history = ImportedConversation(ConversationID(10), rows: [row])
    guard case .recorded(let outcomes) = try scene.bench.submit([.record(history)])[0],
      case .refused = outcomes.first
    else {
      Issue.record("an erased visitor was imported")
      return
    }
    guard case .refused = try scene.bench.ledger().preview(history).first else {
      Issue.record("the preview promised otherwise")
      return
    }
  }

  @Test
  func `gives a receipt whose note verifies with the public key of the ledger`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    let receipt = try ledger.eraseAndWait(Scene.carolsErasure)
    let name = "erasure-\(receipt.orderPosition)"
    let folder = scene.bench.path + "/receipts/"
    var content = Array(try Data(contentsOf: URL(filePath: folder + name + ".json")))
    let note = try SignedNote(
      parsing: Array(try Data(contentsOf: URL(filePath: folder + name + ".note")))
    )
    let key = try VerificationKey(parsing: ledger.verificationKey())
    try LogStatement.receipt(named: name + ".json", content).verify(note, with: key)
    content[content.count / 2] ^= 1
    #expect(throws: FormatError.self) {
      try LogStatement.receipt(named: name + ".json", content).verify(note, with: key)
    }
  }

  @Test
  func `one conversation leaves the visitor's others readable, and lets the visitor come again`()
    throws
  {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    let request = ErasureRequest(.conversation(Scene.talks[0]), ground: "ticket 82")
    let receipt = try ledger.eraseAndWait(request)
    #expect(receipt.conversations == 1)
    #expect(try scene.texts(Scene.talks[0]) == [Transcript.erasedText])
    #expect(try scene.texts(Scene.talks[1]) == [Scene.secrets[2]])
    #expect(try scene.answer(Scene.say("x", Scene.talks[0], Scene.carol)) == "visitor_erased")
    #expect(try scene.answer(Scene.say("x", Scene.talks[1], Scene.carol)) == "done")
    #expect(try scene.answer(Scene.start(ConversationID(9), Scene.carol)) == "done")
  }

  @Test
  func `what is erased, or not there, is refused with a sentence`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    _ = try ledger.eraseAndWait(Scene.carolsErasure)
    let refused: [(ErasureSubject, Refusal.Code)] = [
      (.visitor(Scene.carol), .visitorErased), (.conversation(Scene.talks[1]), .visitorErased),
      (.visitor(VisitorID(1)), .conversationNotFound),
      (.conversation(ConversationID(1)), .conversationNotFound),
    ]
    for (subject, code) in refused {
      let request = ErasureRequest(subject, ground: "again")
      let head = try ledger.headPosition()
      #expect(throws: Refusal.self) { try ledger.previewErasure(request) }
      let refusal = #expect(throws: Refusal.self) { try ledger.eraseAndWait(request) }
      #expect(refusal?.code == code)
      #expect(try ledger.headPosition() == head)
    }
  }

  @Test
  func `is for admins`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    for caller: Caller in [.auditor, .owner(OwnerID(0xA1)), .visitor(Scene.carol)] {
      var request = Scene.carolsErasure
      request.caller = caller
      let refusal = #expect(throws: Refusal.self) { try ledger.eraseAndWait(request) }
      #expect(refusal?.code == .notPermitted)
    }
    #expect(try scene.texts(Scene.talks[0]) == [Scene.secrets[1]])
  }

  @Test
  func `changes nothing when it is only looked at`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    let before = try ledger.status()
    let preview = try ledger.previewErasure(Scene.carolsErasure)
    #expect(preview.conversations == 2)
    #expect(preview.events == 4)
    #expect(preview.conversationIds == Scene.talks.map(\.description))
    #expect(preview.complete)
    #expect(try ledger.status().root == before.root)
    #expect(try scene.texts(Scene.talks[0]) == [Scene.secrets[1]])
  }

  @Test
  func `keeps the tree: every old record and root is what it was`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    let head = try ledger.headPosition()
    var before: [[UInt8]] = []
    try ledger.forEachEvent(from: 1, through: head) { before.append($0.bytes) }
    _ = try ledger.eraseAndWait(Scene.carolsErasure)
    var after: [[UInt8]] = []
    try ledger.forEachEvent(from: 1, through: head) { after.append($0.bytes) }
    #expect(after == before)
    let verdict = try ledger.verify()
    #expect(verdict.integrity)
    #expect(verdict.completeness)
  }

  @Test
  func `gives the same log and the same views on another machine`() throws {
    let results = try ["here", "there"].map { name in
      let scene = try Scene(name)
      let ledger = try scene.bench.ledger()
      _ = try ledger.eraseAndWait(Scene.carolsErasure)
      _ = try scene.answer(Scene.say("still", Scene.daves, Scene.dave))
      let settled = try ledger.settle()
      #expect(try ledger.compareViews().same)
      return [settled.digest, try ledger.status().root]
    }
    #expect(results[0] == results[1])
  }

  @Test(arguments: ErasurePhase.allCases)
  func `is finished at the next opening when the process dies`(
    behind phase: ErasurePhase
  ) async throws {
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
      _ = try await opened.erase(ErasureScene.carolsErasure)
    }
    try expectFinished(LedgerBench("ledger"))
    let receipt = try receipt(of: "ledger")
    #expect(receipt.conversations == 2)
    // Only a process that still had the words can have searched for them.
    let isHunted = [.ordered, .receipted, .finished].contains(phase)
    #expect((receipt.hunt?.found == 0) == isHunted)
    #expect((receipt.hunt == nil) == !isHunted)
    #expect(receipt.resumed == ![.receipted, .finished].contains(phase))
  }

  /// The one receipt there is; its note is signed with the ledger's key.
  private func receipt(of name: String) throws -> StoredReceipt {
    let bench = LedgerBench(name)
    let folder = bench.path + "/receipts"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    try #require(names.count == 2)
    let content = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(names[0])")))
    let note = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(names[1])")))
    let key = try VerificationKey(parsing: bench.ledger().verificationKey())
    try LogStatement.receipt(named: names[0], content)
      .verify(SignedNote(parsing: note), with: key)
    return try JSONDecoder().decode(StoredReceipt.self, from: Data(content))
  }

  /// A receipt as far as these tests read it.
  private struct StoredReceipt: Decodable {
    var conversations: Int
    var resumed: Bool
    var hunt: Hunt?

    struct Hunt: Decodable { var found: Int }
  }

  /// The keys say that they are emptied up to a position this log has not reached.
  @Test
  func `is finished though the keys remember a longer log`() async throws {
    let scene = try Scene()
    let (log, backup) = (scene.bench.path + "/log", TemporaryFolder.path + "/backup")
    scene.bench.close()
    try FileManager.default.copyItem(atPath: log, toPath: backup)
    // Given that Dave was erased far later in a log that is gone.
    for number in 0..<200 {
      _ = try scene.answer(Scene.say("\(number)", Scene.talks[0], Scene.carol))
    }
    let request = ErasureRequest(.conversation(Scene.daves), ground: "ticket 83")
    _ = try await scene.bench.ledger().erase(request)
    scene.bench.close()
    try FileManager.default.removeItem(atPath: log)
    try FileManager.default.moveItem(atPath: backup, toPath: log)
    try FileManager.default.removeItem(atPath: scene.bench.path + "/receipts")
    try FileManager.default.removeItem(atPath: scene.bench.path + "/views")
    // When a process dies behind the order to erase Carol.
    let path = TemporaryFolder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      var options = Ledger.Options.bench(HandClock())
      options.erasureStepDone = { _ in kill(getpid(), SIGKILL) }
      let access = Ledger.Access.writing(creating: false)
      let opened = try Ledger(at: path + "/ledger", for: access, options: options)
      _ = try await opened.erase(ErasureScene.carolsErasure)
    }
    // Then the next one destroys her keys.
    try expectFinished(LedgerBench("ledger"))
    for talk in Scene.talks { #expect(try scene.texts(talk) == [Transcript.erasedText]) }
  }

  private func expectFinished(_ bench: LedgerBench) throws {
    let head = try headOfFinished(bench)
    for secret in Scene.secrets { #expect(try files(in: bench.path, holding: secret) == []) }
    bench.close()
    #expect(try bench.ledger().headPosition() == head)
  }

  private func headOfFinished(_ bench: LedgerBench) throws -> UInt64 {
    let ledger = try bench.ledger()
    #expect(try ledger.registry().erasures.open.isEmpty)
    #expect(try !ledger.keys.needsRewrite())
    for talk in Scene.talks {
      let events = try ledger.events(of: talk).events
      #expect(events.count { $0.event == .visitorErased(Scene.carol) } == 1)
      #expect(events.dropLast().allSatisfy { $0.body == nil || $0.body == EventBody() })
    }
    _ = try ledger.settle()
    #expect(try ledger.verify().completeness)
    return try ledger.headPosition()
  }

  @Test
  func `is done again when an older copy of the keys comes back`() throws {
    let scene = try Scene()
    let (keys, backup) = (scene.bench.path + "/keys", TemporaryFolder.path + "/backup")
    scene.bench.close()
    try FileManager.default.copyItem(atPath: keys, toPath: backup)
    _ = try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
    scene.bench.close()
    try FileManager.default.removeItem(atPath: keys)
    try FileManager.default.moveItem(atPath: backup, toPath: keys)
    for talk in Scene.talks { #expect(try scene.texts(talk) == [Transcript.erasedText]) }
    #expect(try scene.texts(Scene.daves) == ["Dave here, and I stay"])
    try expectFinished(scene.bench)
  }

  @Test
  func `by a retention rule reaches what is over and long without activity`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    let agent = ConversationRequest(
      Scene.talks[1],
      .takeOver(AgentID(1), EventBody()),
      successor: ConversationID(99),
    )
    #expect(try scene.answer(.conversation(agent)) == "done")
    scene.bench.clock.advance(by: 40 * 86_400_000_000)
    #expect(try scene.answer(Scene.start(ConversationID(9), Scene.carol)) == "done")
    var request = ErasureRequest(.retention(inboxOf: Scene.bot), ground: "rule 3")
    request.inactiveFor = .seconds(30 * 86_400)
    #expect(
      try ledger.previewErasure(request).conversationIds
        == [Scene.talks[0], Scene.daves].map(\.description)
    )
    request.isEndedOnly = true
    #expect(try ledger.previewErasure(request).conversations == 0)
    request.isEndedOnly = false
    let receipt = try ledger.eraseAndWait(request)
    #expect(receipt.conversations == 2)
    #expect(receipt.inactiveSince != nil)
    #expect(try scene.texts(Scene.daves) == [Transcript.erasedText])
    #expect(try scene.texts(Scene.talks[1]) == [Scene.secrets[2]])
    #expect(try scene.answer(Scene.start(ConversationID(10), Scene.dave)) == "done")
  }
}
