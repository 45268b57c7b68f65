import Crypto
import LMDB
import Testing

@testable import EventStore

@Suite(.inTemporaryFolder)
struct `A key ring` {
  let path = TemporaryFolder.path + "/keys"

  @Test
  func `fills slots beforehand, each with a key of its own`() throws {
    let ring = try open(for: .writing)
    try ring.provision(upTo: 1)
    let prints = try (1...100).map { try #require(try ring.fingerprint(ofSlot: $0)) }
    #expect(Set(prints).count == 100)
  }

  @Test(arguments: [UInt64(0), 100_000, .max])
  func `has no key in a slot that was never filled`(slot: UInt64) throws {
    let ring = try open(for: .writing)
    #expect(try ring.key(inSlot: slot) == nil)
    try ring.provision(upTo: 1)
    #expect(try ring.key(inSlot: slot) == nil)
  }

  @Test
  func `fills no slot twice`() throws {
    let ring = try open(for: .writing)
    var keys: [UInt64: [UInt8]] = [:]
    for slot: UInt64 in [1, 2, 4_000, 1, 4_097, 4_098, 9_000, 3] {
      try ring.provision(upTo: slot)
      let key = try #require(try ring.fingerprint(ofSlot: slot))
      #expect(keys.updateValue(key, forKey: slot) ?? key == key)
    }
    let count = try #require(try filledSlots(ring: ring).last)
    #expect(try filledSlots(ring: ring) == Array(1...count))
    for (slot, key) in keys { #expect(try ring.fingerprint(ofSlot: slot) == key) }
  }

  @Test
  func `has the same keys when it is opened again, and goes on filling`() throws {
    var first: [UInt8]?
    do {
      let ring = try open(for: .writing)
      try ring.provision(upTo: 1)
      first = try ring.fingerprint(ofSlot: 7)
    }
    do {
      let ring = try open(for: .reading)
      #expect(first != nil)
      #expect(try ring.fingerprint(ofSlot: 7) == first)
    }
    let ring = try open(for: .writing)
    try ring.provision(upTo: 10_000)
    #expect(try ring.fingerprint(ofSlot: 7) == first)
    #expect(try ring.key(inSlot: 10_000) != nil)
  }

  @Test
  func `is not opened by another master key`() throws {
    do { try open(for: .writing).provision(upTo: 1) }
    let other = MasterKey(SymmetricKey(data: Array(UInt8(1)...32)))
    for access: Environment.Access in [.reading, .writing] {
      #expect(throws: KeyError.wrongMasterKey) {
        try KeyRing(at: path, for: access, masterKey: other)
      }
    }
  }

  /// Rings of before there was a check value.
  @Test
  func `without a check value is not opened by another master key either`() throws {
    do { try open(for: .writing).provision(upTo: 1) }
    do {
      let environment = try Environment(at: path, for: .writing)
      let main = try environment.openTables(["keys"]).main
      try environment.write { transaction in
        let wasThere = try transaction.remove(Array("check".utf8).span, from: main)
        #expect(wasThere)
      }
    }
    let other = MasterKey(SymmetricKey(data: Array(UInt8(1)...32)))
    #expect(throws: KeyError.wrongMasterKey) {
      try KeyRing(at: path, for: .writing, masterKey: other)
    }
    #expect(try open(for: .writing).key(inSlot: 1) != nil)
  }

  @Test
  func `does not open a key that was moved to another slot or changed`() throws {
    do { try open(for: .writing).provision(upTo: 1) }
    do {
      let (environment, table) = try raw()
      try environment.write { transaction in
        let five = try transaction.bytes(rowKey(5), in: table)
        try transaction.put(five.span, at: 6, in: table)
        try transaction.change(rowKey(7), in: table) { $0.removeLast() }
      }
    }
    let ring = try open(for: .reading)
    #expect(try ring.key(inSlot: 5) != nil)
    for slot: UInt64 in [6, 7] {
      #expect(throws: KeyError.wrongMasterKey) { try ring.key(inSlot: slot) }
    }
  }

  @Test
  func `leaves a slot empty that was emptied`() throws {
    do { try open(for: .writing).provision(upTo: 1) }
    do {
      let (environment, table) = try raw()
      try environment.write { transaction in
        _ = try transaction.remove(rowKey(2).span, from: table)
      }
    }
    let ring = try open(for: .writing)
    try ring.provision(upTo: 2)
    try ring.provision(upTo: 10_000)
    #expect(try ring.key(inSlot: 2) == nil)
    #expect(try ring.key(inSlot: 3) != nil)
  }

  /// To erase is to empty a slot, the last one too; no later visitor may get it.
  @Test
  func `does not fill an emptied slot again because it was the last one`() throws {
    var last: UInt64 = 0
    do {
      let ring = try open(for: .writing)
      try ring.provision(upTo: 1)
      last = try #require(try filledSlots(ring: ring).last)
    }
    do {
      let (environment, table) = try raw()
      try environment.write { transaction in
        _ = try transaction.remove(rowKey(last).span, from: table)
      }
    }
    let ring = try open(for: .writing)
    try ring.provision(upTo: last)
    #expect(try ring.key(inSlot: last) == nil)
  }

  @Test
  func `makes keys at random unless it is told how`() throws {
    let first = try KeyRing(at: path + "/1", for: .writing, masterKey: .ofTests)
    let second = try KeyRing(at: path + "/2", for: .writing, masterKey: .ofTests)
    for ring in [first, second] { try ring.provision(upTo: 1) }
    #expect(try first.fingerprint(ofSlot: 1) != second.fingerprint(ofSlot: 1))
  }

  private func open(for access: Environment.Access) throws -> KeyRing {
    try KeyRing(at: path, for: access, masterKey: .ofTests, makeKey: seededKeys(1))
  }

  /// The environment beneath a ring that is closed.
  private func raw() throws -> (Environment, Table) {
    let environment = try Environment(at: path, for: .writing)
    return (environment, try environment.openTables(["keys"]).named[0])
  }

  /// The slots that have a key, in order; asks for them until one has none.
  private func filledSlots(ring: KeyRing) throws -> [UInt64] {
    Array(try (1...UInt64.max).prefix { try ring.key(inSlot: $0) != nil })
  }
}

extension KeyRing {
  /// What the key of a slot makes of an empty body: two keys that do the same are the same.
  func fingerprint(ofSlot slot: UInt64) throws -> [UInt8]? {
    guard let key = try key(inSlot: slot) else { return nil }
    var tag = [UInt8](repeating: 0, count: RecordLayout.tagLength)
    let empty = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    // Safety: an empty body and nothing before it; the output has room for the tag.
    unsafe try tag.withUnsafeMutableBytes { tag in
      unsafe try BodySeal.seal(
        empty,
        behind: empty,
        nonce: BodyNonce(1),
        with: key,
        into: tag,
      )
    }
    return tag
  }
}
