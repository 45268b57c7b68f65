import Conversations
import EventStore
import Foundation
import Testing

@testable import ConversationLedger

/// A ledger whose keys are an older copy, or gone.
@Suite(.inTemporaryFolder)
struct `Keys that are older than the log` {
  typealias Scene = ErasureScene

  private let scene: Scene
  private var bench: LedgerBench { scene.bench }
  private var keys: String { bench.path + "/keys" }
  private var aside: String { TemporaryFolder.path + "/aside" }
  /// The conversations that begin after the copy was taken: more than there are slots beforehand.
  private static let later = (0..<4_200).map { ConversationID(0xF0000 + UInt128($0)) }

  init() throws { scene = try Scene() }

  /// Puts keys back that do not reach the last conversation.
  private func putOlderKeysBack() throws {
    bench.close()
    try FileManager.default.copyItem(atPath: keys, toPath: aside)
    var named = EventBody()
    named.authorName = "Somebody Later"
    _ = try bench.submit(Self.later.map { Scene.start($0, VisitorID($0.value), named) })
    bench.close()
    try exchange()
  }

  /// Has the older and the newer keys change places.
  private func exchange() throws {
    let between = TemporaryFolder.path + "/between"
    try FileManager.default.moveItem(atPath: keys, toPath: between)
    try FileManager.default.moveItem(atPath: aside, toPath: keys)
    try FileManager.default.moveItem(atPath: between, toPath: aside)
  }

  private func accept() throws -> AcceptedKeys {
    var options = Ledger.Options.bench(bench.clock)
    options.takesOlderKeys = true
    return try Ledger.acceptOlderKeys(at: bench.path, by: "dba", options)
  }

  private func read<Result>(_ body: (Ledger) throws -> Result) throws -> Result {
    try body(Ledger(at: bench.path, for: .reading))
  }

  @Test
  func `are not written under, and are damage to a verification`() throws {
    try putOlderKeysBack()
    for _ in 0..<2 {
      let error = #expect(throws: LedgerError.self) { try bench.ledger() }
      #expect(error?.kind == .olderKeys)
      #expect(error?.description.contains("handover keys accept-older") == true)
    }
    let found = try read { try $0.verify() }
    #expect(!found.integrity)
    #expect(found.findings.contains { $0.what.contains("no erasure in the log explains it") })
    // The newest copy ends it, and nothing is lost.
    try exchange()
    let last = try #require(Self.later.last)
    #expect(try bench.ledger().events(of: last).events[0].body?.authorName == "Somebody Later")
    #expect(try bench.ledger().verify().integrity)
  }

  @Test
  func `can be gone on with, which the log says, and no slot is filled again`() throws {
    try putOlderKeysBack()
    let accepted = try accept()
    #expect(accepted.after == 4_097)
    #expect(accepted.through == 4_204)
    #expect(!accepted.ownKeyLost)
    let event = try bench.ledger().event(at: accepted.position)
    #expect(event.registryEvent == .olderKeysAccepted(after: 4_097, isOwnKeyLost: false))
    #expect(event.body?.authorID == "dba")
    #expect(try scene.answer(Scene.start(ConversationID(9), Scene.carol)) == "done")
    #expect(try bench.ledger().keys.hasKey(inSlot: 4_097))
    #expect(try !bench.ledger().keys.hasKey(inSlot: 4_098))
    #expect(try !bench.ledger().keys.hasKey(inSlot: 4_204))
    let found = try bench.ledger().verify()
    #expect(found.integrity && found.completeness)
    #expect(found.unchecked.contains { $0.contains("as the log says") })
    // What is accepted is accepted once.
    bench.close()
    let again = #expect(throws: LedgerError.self) { try accept() }
    #expect(again?.kind == .notFound)
  }

  @Test
  func `are not accepted by a process that dies before the log says so`() throws {
    try putOlderKeysBack()
    var options = Ledger.Options.bench(bench.clock)
    options.takesOlderKeys = true
    let access = Ledger.Access.writing(creating: false)
    try Ledger(at: bench.path, for: access, options: options).close()
    let error = #expect(throws: LedgerError.self) { try bench.ledger() }
    #expect(error?.kind == .olderKeys)
    #expect(try accept().after == 4_097)
    #expect(try bench.ledger().verify().integrity)
  }

  @Test
  func `may be none at all`() throws {
    bench.close()
    try FileManager.default.moveItem(atPath: keys + "/data.mdb", toPath: aside)
    for access in [Ledger.Access.reading, .writing(creating: true), .writing(creating: false)] {
      let error = #expect(throws: LedgerError.self) {
        try Ledger(at: bench.path, for: access, options: .bench(bench.clock))
      }
      #expect(error?.kind == .noLedger)
      #expect(error?.description.contains("there is no \(keys)/data.mdb") == true)
    }
    #expect(!FileManager.default.fileExists(atPath: keys + "/data.mdb"))
    let accepted = try accept()
    #expect(accepted.after == 0)
    #expect(accepted.ownKeyLost)
    // The registry is written under another key from now on, and new words can be read.
    #expect(try bench.ledger().registry().keyLosses.ownSlot == accepted.through + 1)
    let command = RegistryCommand.registerBot(
      Scene.bot,
      owner: OwnerID(0xA1),
      name: "English again",
      sessionMinutes: nil,
    )
    #expect(try scene.answer(.registry(command, by: .trusted)) == "done")
    #expect(try scene.answer(Scene.start(ConversationID(9), Scene.carol)) == "done")
    #expect(try scene.answer(Scene.say("new words", ConversationID(9), Scene.carol)) == "done")
    #expect(try scene.answer(Scene.say("more", Scene.daves, Scene.dave)) == "visitor_erased")
    bench.close()
    #expect(try bench.ledger().registry().bots[Scene.bot]?.name == "English again")
    #expect(try scene.texts(ConversationID(9)) == ["new words"])
    let found = try bench.ledger().verify()
    #expect(found.integrity && found.completeness)
    // An erasure works, too.
    let request = ErasureRequest(.conversation(ConversationID(9)), ground: "ticket 9")
    #expect(try bench.ledger().eraseAndWait(request).keys == 1)
    #expect(try scene.texts(ConversationID(9)) == [Transcript.erasedText])
  }

  @Test
  func `are told from those that an erasure destroyed`() throws {
    let request = ErasureRequest(.conversation(Scene.talks[0]), ground: "ticket 82")
    _ = try bench.ledger().eraseAndWait(request)
    #expect(try bench.ledger().verify().integrity)
    let start = try bench.ledger().events(of: Scene.daves).events[0].position
    let slot = try bench.ledger().log.record(at: start).header.keySlot
    // Given that a key is gone that no order reaches.
    _ = try bench.ledger().keys.empty([slot], by: 1_000)
    let found = try bench.ledger().verify([.body])
    #expect(!found.integrity)
    #expect(found.findings.map(\.position) == [start + 3])
    #expect(found.findings.allSatisfy { $0.what.contains("slot \(slot) is missing") })
  }
}

/// Readers hold the orders of the log against keys that still have what was destroyed.
@Suite(.inTemporaryFolder)
struct `A reader with keys from before an erasure` {
  typealias Scene = ErasureScene

  /// Erases Carol, and puts the keys of before back.
  private func restored() throws -> Ledger {
    let scene = try Scene()
    let (keys, backup) = (scene.bench.path + "/keys", TemporaryFolder.path + "/backup")
    scene.bench.close()
    try FileManager.default.copyItem(atPath: keys, toPath: backup)
    _ = try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
    scene.bench.close()
    try FileManager.default.removeItem(atPath: keys)
    try FileManager.default.moveItem(atPath: backup, toPath: keys)
    return try Ledger(at: scene.bench.path, for: .reading)
  }

  private func expectErased(_ ledger: Ledger) throws {
    for talk in Scene.talks {
      let texts = try ledger.transcript(of: talk).entries.filter { $0.kind == "message" }
      #expect(texts.map(\.text) == [Transcript.erasedText])
      let proof = try ledger.proof(of: talk, withWords: true)
      #expect(proof.key == nil)
    }
    var words: [String] = []
    try ledger.forEachEvent(from: 1, through: ledger.headPosition()) { event in
      words += [event.body?.text, event.body?.authorName].compactMap { $0 }
    }
    #expect(words == ["Dave here, and I stay"])
    #expect(try ledger.verify().integrity)
  }

  @Test
  func `shows no word of it`() throws { try expectErased(restored()) }

  @Test
  func `shows none though the log was read first by its positions`() throws {
    let ledger = try restored()
    let head = try ledger.headPosition()
    for position in 1...head { _ = try ledger.event(at: position).body?.text }
    try expectErased(ledger)
  }

  @Test
  func `shows none once it is ordered, whoever died then`() async throws {
    let path = TemporaryFolder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let ledger = try TemporaryFolder.$path.withValue(path) {
        let scene = try ErasureScene()
        scene.bench.close()
        return scene.bench.path
      }
      var options = Ledger.Options.bench(HandClock())
      options.erasureStepDone = { _ in kill(getpid(), SIGKILL) }
      let opened = try Ledger(at: ledger, for: .writing(creating: false), options: options)
      _ = try await opened.erase(ErasureScene.carolsErasure)
    }
    try expectErased(Ledger(at: path + "/ledger", for: .reading))
  }
}
