import Conversations
import Foundation
import Testing

@testable import ConversationLedger

/// Views are written after what they have seen was acknowledged.
@Suite(.inTemporaryFolder)
struct `A log that is older than its views` {
  typealias Scene = ErasureScene

  private let scene: Scene
  private var path: String { scene.bench.path }

  init() throws {
    scene = try Scene()
    let copy = TemporaryFolder.path + "/older"
    scene.bench.close()
    try FileManager.default.copyItem(atPath: path + "/log", toPath: copy)
    for number in 0..<20 {
      _ = try scene.answer(Scene.say("\(number)", Scene.daves, Scene.dave))
    }
    _ = try scene.bench.ledger().settle()
    scene.bench.close()
    try FileManager.default.removeItem(atPath: path + "/log")
    try FileManager.default.moveItem(atPath: copy, toPath: path + "/log")
  }

  private var viewFile: Data? { FileManager.default.contents(atPath: path + "/views/data.mdb") }

  @Test
  func `is not written, and its views stay`() throws {
    let views = viewFile
    for _ in 0..<2 {
      let error = #expect(throws: LedgerError.self) { try scene.bench.ledger() }
      #expect(error?.kind == .behindCheckpoint)
      #expect(error?.description.contains("the written views have seen") == true)
      #expect(error?.description.contains("handover checkpoint --accept-older") == true)
    }
    let error = #expect(throws: LedgerError.self) { try Ledger.rebuild(at: path) }
    #expect(error?.kind == .behindCheckpoint)
    #expect(viewFile == views)
  }

  @Test
  func `is not complete to a reader, which reads it all the same`() throws {
    let ledger = try Ledger(at: path, for: .reading)
    #expect(ledger.checkpointWarning()?.contains("the written views have seen") == true)
    #expect(try ledger.transcript(of: Scene.daves).entries.count == 1)
    let found = try ledger.verify()
    #expect(!found.completeness)
    #expect(found.integrity)
    #expect(found.findings.map(\.check) == [.views])
  }

  @Test
  func `can be gone on with, under its own name`() throws {
    let vkey = try Ledger(at: path, for: .reading).verificationKey()
    let accepted = try Ledger.acceptOlderLog(at: path)
    #expect(accepted.vkey == vkey)
    #expect(try scene.answer(Scene.say("new", Scene.daves, Scene.dave)) == "done")
    let found = try scene.bench.ledger().verify()
    #expect(found.integrity && found.completeness)
    scene.bench.close()
    let again = #expect(throws: LedgerError.self) { try Ledger.acceptOlderLog(at: path) }
    #expect(again?.kind == .notFound)
  }
}
