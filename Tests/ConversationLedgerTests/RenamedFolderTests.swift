import Foundation
import LMDB
import Testing

@testable import ConversationLedger
@testable import EventStore

/// The folder of a ledger is renamed while a process has it open.
@Suite(.inTemporaryFolder)
struct `A ledger whose folder was renamed` {
  typealias Scene = ErasureScene

  @Test
  func `erases nothing, makes nothing at the old path, and is whole at the new one`() throws {
    let scene = try Scene()
    _ = try scene.bench.ledger()
    let renamed = TemporaryFolder.path + "/renamed"
    try FileManager.default.moveItem(atPath: scene.bench.path, toPath: renamed)
    for _ in 0..<2 {
      let error = #expect(throws: LedgerError.self) {
        try scene.bench.ledger().eraseAndWait(Scene.carolsErasure)
      }
      #expect(error?.description.contains("renamed") == true)
    }
    #expect(throws: LedgerError.self) { try scene.bench.ledger().signCheckpoint() }
    #expect(!FileManager.default.fileExists(atPath: scene.bench.path))
    scene.bench.close()
    let other = LedgerBench("renamed")
    #expect(try other.ledger().eraseAndWait(Scene.carolsErasure).hunt?.found == 0)
    #expect(try other.ledger().verify().integrity)
  }

  @Test
  func `takes no other folder for its own`() throws {
    let scene = try Scene()
    let ledger = try scene.bench.ledger()
    try FileManager.default.moveItem(
      atPath: scene.bench.path,
      toPath: TemporaryFolder.path + "/renamed",
    )
    let impostor = try Scene("impostor")
    impostor.bench.close()
    try FileManager.default.moveItem(atPath: impostor.bench.path, toPath: scene.bench.path)
    #expect(throws: LedgerError.self) { try ledger.eraseAndWait(Scene.carolsErasure) }
    #expect(!FileManager.default.fileExists(atPath: scene.bench.path + "/receipts"))
  }
}

/// What the system does not allow, by its kind.
@Suite
struct `A fault of the file system` {
  private func kind(of error: any Error) -> LedgerError.Kind? {
    do {
      try LedgerError.wrapping { throw error }
    } catch {
      return (error as? LedgerError)?.kind
    }
    return nil
  }

  @Test
  func `is not another writer, unless there is one`() {
    func lock(_ code: CInt) -> AnotherWriter {
      AnotherWriter(process: nil, path: "writer.lock", code: code)
    }
    #expect(kind(of: lock(EWOULDBLOCK)) == .anotherWriter)
    for code in [EROFS, EACCES, EPERM, ELOOP] { #expect(kind(of: lock(code)) == .notPermitted) }
    for code in [ENOLCK, EIO, ENOSPC, EISDIR] { #expect(kind(of: lock(code)) == .inputOutput) }
  }

  @Test
  func `is named for a master key that is there and cannot be read`() {
    let codes: [(StorageError.Code, LedgerError.Kind)] = [
      (.notPermitted, .notPermitted), (.inputOutput, .inputOutput),
    ]
    for (code, expected) in codes {
      let error = KeyError.unreadable(path: "master.key", code)
      #expect(kind(of: error) == expected)
      #expect(error.description.contains("master.key cannot be read"))
    }
    #expect(kind(of: KeyError.noMasterKey(path: "master.key")) == .noLedger)
  }
}
