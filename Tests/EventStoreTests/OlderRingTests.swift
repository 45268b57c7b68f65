import Foundation
import LMDB
import Testing

@testable import EventStore

@Suite(.inTemporaryFolder)
struct `A ring whose successor is not there` {
  let path = TemporaryFolder.path + "/keys"

  private func open(
    _ access: Environment.Access = .writing,
    _ orphaned: KeyRing.Orphan = .refused,
  ) throws -> KeyRing {
    try KeyRing(
      at: path,
      for: access,
      masterKey: .ofTests,
      makeKey: seededKeys(1),
      orphaned: orphaned,
    )
  }

  private func mark(_ mark: OpenRing.Mark, _ number: UInt64, in ring: KeyRing) throws {
    let current = ring.current
    try current.environment.write { try current.set(mark, to: number, in: &$0) }
  }

  @Test
  func `is an error, for whoever opens it and whoever has it open`() throws {
    let missing = KeyError.missingSuccessor(of: path, number: 2)
    do {
      let ring = try open()
      try ring.provision(upTo: 1)
      try mark(.moved, 2, in: ring)
      #expect(throws: missing) { try ring.key(inSlot: 3) }
    }
    #expect(throws: missing) { try open() }
    #expect(throws: missing) { try open(.reading) }
    #expect(missing.description.contains("\(path)/ring-2"))
  }

  @Test
  func `can be gone on with, behind every slot that is named`() throws {
    do {
      let ring = try open()
      try ring.provision(upTo: 1)
      try mark(.moved, 2, in: ring)
    }
    do {
      let ring = try open(.writing, .accepted)
      #expect(try ring.isOlder(thanSlot: 2))
      #expect(try ring.pass(through: 6_000) == 4_097)
      // Until the log says so, it counts as older.
      #expect(try ring.isOlder(thanSlot: 2))
      #expect(try ring.pass(through: 6_000) == 4_097)
      try ring.finishPassing()
    }
    let ring = try open()
    #expect(try !ring.isOlder(thanSlot: 6_000))
    try ring.provision(upTo: 6_001)
    #expect(try ring.key(inSlot: 4_097) != nil)
    #expect(try ring.key(inSlot: 4_098) == nil)
    #expect(try ring.key(inSlot: 6_000) == nil)
    #expect(try ring.key(inSlot: 6_001) != nil)
    let usage = try ring.usage()
    #expect(usage.missing == 6_000 - 4_097)
    #expect(usage.destroyed == 0)
  }

  @Test
  func `comes about in no folder that was renamed meanwhile`() throws {
    let ring = try open()
    try ring.provision(upTo: 1)
    let other = TemporaryFolder.path + "/renamed"
    try FileManager.default.moveItem(atPath: path, toPath: other)
    _ = try ring.empty([3], by: 5)
    #expect(throws: MovedFolder(path: path)) { try ring.rewrite() }
    #expect(throws: MovedFolder(path: path)) { try ring.rewrap(under: MasterKey()) }
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try ring.key(inSlot: 2) != nil)
  }
}

@Suite(.inTemporaryFolder)
struct `A ring against the orders of the log` {
  let path = TemporaryFolder.path + "/keys"

  @Test
  func `does not give a key that an order destroys, and looks once`() throws {
    let ring = try KeyRing(
      at: path,
      for: .writing,
      masterKey: .ofTests,
      makeKey: seededKeys(1),
    )
    try ring.provision(upTo: 1)
    let looks = Looks()
    ring.obey {
      looks.count += 1
      return [3]
    }
    #expect(try ring.plainKey(inSlot: 2) != nil)
    #expect(try ring.plainKey(inSlot: 3) == nil)
    #expect(looks.count == 1)
  }

  /// Counts on one thread.
  private final class Looks: @unchecked Sendable { var count = 0 }
}
