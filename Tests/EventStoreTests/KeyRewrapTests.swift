import Crypto
import LMDB
import Testing

@testable import EventStore

@Suite(.inTemporaryFolder)
struct `Wrapping keys under another master key` {
  private let path = TemporaryFolder.path + "/keys"
  private let fresh = MasterKey(SymmetricKey(data: [UInt8](repeating: 9, count: 32)))

  private func open(_ masterKey: MasterKey = .ofTests) throws -> KeyRing {
    try KeyRing(at: path, for: .writing, masterKey: masterKey, makeKey: seededKeys(1))
  }

  @Test
  func `keeps every key, and what was destroyed destroyed`() throws {
    var before: [[UInt8]?] = []
    do {
      let ring = try open()
      try ring.provision(upTo: 70_000)
      _ = try ring.empty([3, 69_000], by: 12)
      try ring.rewrite()
      before = try (1...70_000).map { try ring.fingerprint(ofSlot: $0) }
      // When they are wrapped anew.
      try ring.rewrap(under: fresh)
      // Then the same ring reads them, and goes on.
      #expect(try (1...70_000).map { try ring.fingerprint(ofSlot: $0) } == before)
      #expect(try ring.erasedThrough() == 12)
      #expect(try !ring.needsRewrite())
      try ring.provision(upTo: 80_000)
    }
    let ring = try open(fresh)
    #expect(try (1...70_000).map { try ring.fingerprint(ofSlot: $0) } == before)
    #expect(before[2] == nil && before[68_999] == nil && before[3] != nil)
    #expect(try ring.key(inSlot: 80_000) != nil)
    #expect(try ring.usage().destroyed == 2)
  }

  @Test
  func `makes the old master key open nothing`() throws {
    do {
      let ring = try open()
      try ring.provision(upTo: 1)
      try ring.rewrap(under: fresh)
    }
    #expect(throws: KeyError.wrongMasterKey) { try open() }
  }

  @Test
  func `changes nothing if a key does not open`() throws {
    let ring = try open()
    try ring.provision(upTo: 1)
    let current = ring.current
    try current.environment.write { transaction in
      try transaction.change(rowKey(3), in: current.keys) { $0[20] ^= 1 }
    }
    #expect(throws: KeyError.wrongMasterKey) { try ring.rewrap(under: fresh) }
    #expect(try ring.key(inSlot: 2) != nil)
    #expect(ring.masterKeyFingerprint == MasterKey.ofTests.fingerprint)
  }
}
