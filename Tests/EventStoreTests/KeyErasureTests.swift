import Foundation
import Glibc
import LMDB
import Testing

@testable import EventStore

@Suite(.inTemporaryFolder)
struct `Erasing keys` {
  let path = TemporaryFolder.path + "/keys"

  private func open(_ access: Environment.Access = .writing) throws -> KeyRing {
    try KeyRing(at: path, for: access, masterKey: .ofTests, makeKey: seededKeys(1))
  }

  /// The bytes under which a slot's key lies in the file.
  private func wrapped(_ slot: UInt64, in ring: KeyRing) throws -> [UInt8] {
    let current = ring.current
    return try #require(
      try current.environment.read { transaction in
        try transaction.copiedValue(for: BigEndianKey(slot).span, in: current.keys)
      }
    )
  }

  /// The files of the folder that hold some bytes.
  private func files(holding bytes: [UInt8]) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: path)
    return names.filter { name in
      let content = FileManager.default.contents(atPath: path + "/" + name) ?? Data()
      return content.range(of: Data(bytes)) != nil
    }
  }

  @Test
  func `empties the slots and no others, also in memory`() throws {
    let ring = try open()
    try ring.provision(upTo: 1)
    let before = try (1...9).map { try ring.fingerprint(ofSlot: $0) }
    let destroyed = try ring.empty([4, 7, 4], by: 10)
    #expect(destroyed.map(\.slot) == [4, 7])
    #expect(Set(destroyed.map(\.text)).count == 2)
    try ring.rewrite()
    let after = try (1...9).map { try ring.fingerprint(ofSlot: $0) }
    for slot in 1...9 {
      #expect(after[slot - 1] == ([4, 7].contains(slot) ? nil : before[slot - 1]))
    }
    #expect(try ring.usage().destroyed == 2)
    #expect(try ring.empty([4], by: 11).isEmpty)
  }

  @Test
  func `leaves no file that holds what was in the slots`() throws {
    var ring: KeyRing? = try open()
    try ring?.provision(upTo: 9_000)
    let slots = stride(from: UInt64(3), to: 9_000, by: 301).map { $0 }
    let secrets = try slots.map { try wrapped($0, in: #require(ring)) }
    let kept = try wrapped(2, in: #require(ring))
    _ = try ring?.empty(slots, by: 5)
    // What a page was freed from still lies in the file; if not, this test would show nothing.
    let remains = try secrets.filter { try !files(holding: $0).isEmpty }
    #expect(!remains.isEmpty)
    try ring?.rewrite()
    // Later writes must not bring back what lies in memory.
    try ring?.provision(upTo: 30_000)
    ring = nil
    for secret in secrets { #expect(try files(holding: secret) == []) }
    #expect(try files(holding: kept) == ["ring-2/data.mdb"])
  }

  @Test
  func `fills further slots afterwards, and none that was emptied`() throws {
    do {
      let ring = try open()
      try ring.provision(upTo: 1)
      _ = try ring.empty([4_097, 2], by: 5)
      try ring.rewrite()
    }
    let ring = try open()
    try ring.provision(upTo: 4_098)
    #expect(try ring.key(inSlot: 4_097) == nil)
    #expect(try ring.key(inSlot: 2) == nil)
    #expect(try ring.key(inSlot: 4_098) != nil)
  }

  @Test
  func `remembers the newest order, and whether its keys are gone from the file`() throws {
    let ring = try open()
    try ring.provision(upTo: 1)
    #expect(try !ring.needsRewrite())
    _ = try ring.empty([2], by: 50)
    #expect(try ring.needsRewrite())
    _ = try ring.empty([3], by: 40)
    #expect(try ring.erasedThrough() == 50)
    try ring.rewrite()
    #expect(try !ring.needsRewrite())
    #expect(try ring.erasedThrough() == 50)
  }

  @Test
  func `can be done again and again`() throws {
    let ring = try open()
    try ring.provision(upTo: 1)
    for slot: UInt64 in 2...6 {
      _ = try ring.empty([slot], by: slot)
      try ring.rewrite()
      try ring.provision(upTo: slot * 3_000)
    }
    let kept = try (1...7).filter { try ring.key(inSlot: $0) != nil }
    #expect(kept == [1, 7])
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(names == ["ring-6"])
  }

  /// A rewrite that died at one of its steps.
  enum Interruption: CaseIterable {
    case copied, named
  }

  @Test(arguments: Interruption.allCases)
  func `is taken up after a death in the middle of a rewrite`(_ step: Interruption) throws {
    let aside = TemporaryFolder.path + "/aside"
    do {
      let ring = try open()
      try ring.provision(upTo: 1)
      _ = try ring.empty([2], by: 50)
      try FileManager.default.copyItem(atPath: path, toPath: aside)
      try ring.rewrite()
    }
    switch step {
    case .copied:
      let ring = path + "/ring-2"
      try FileManager.default.moveItem(atPath: ring, toPath: aside + "/ring.new")
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.moveItem(atPath: aside, toPath: path)
    case .named:
      for name in ["data.mdb", "lock.mdb"] {
        try FileManager.default.moveItem(atPath: aside + "/" + name, toPath: path + "/" + name)
      }
    }
    let ring = try open()
    #expect(try ring.needsRewrite() == (step == .copied))
    #expect(try ring.key(inSlot: 2) == nil)
    #expect(try ring.key(inSlot: 3) != nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    #expect(names == (step == .copied ? ["data.mdb", "lock.mdb"] : ["ring-2"]))
  }

  @Test
  func `does not destroy anything if a key does not open`() throws {
    let ring = try open()
    try ring.provision(upTo: 1)
    let current = ring.current
    try current.environment.write { transaction in
      try transaction.change(rowKey(3), in: current.keys) { $0[20] ^= 1 }
    }
    #expect(throws: KeyError.wrongMasterKey) { try ring.empty([2, 3], by: 5) }
    #expect(try ring.key(inSlot: 2) != nil)
    #expect(try ring.erasedThrough() == 0)
  }

  /// The reader keeps the key in memory and hears of its end by the file alone.
  @Test
  func `reaches processes that read, which go on with the new file`() async throws {
    let signs = TemporaryFolder.path
    let ring = try open()
    try ring.provision(upTo: 1)
    async let reader: Void = readMeanwhile(signs)
    for (sign, slot) in [("first", UInt64(2)), ("second", 3)] {
      try await comes(signs + "/ready for " + sign)
      _ = try ring.empty([slot], by: slot)
      try ring.rewrite()
      try ring.provision(upTo: 3_000 * slot)
      _ = FileManager.default.createFile(atPath: signs + "/" + sign, contents: nil)
    }
    await reader
  }

  private func readMeanwhile(_ signs: String) async {
    await #expect(processExitsWith: .success) {
      [path = path as String, signs = signs as String] in
      let ring = try KeyRing(at: path, for: .reading, masterKey: .ofTests)
      let before = try (2...3).map { try ring.key(inSlot: $0) != nil }
      #expect(before == [true, true])
      for (sign, slot) in [("first", UInt64(2)), ("second", 3)] {
        _ = FileManager.default.createFile(atPath: signs + "/ready for " + sign, contents: nil)
        try await comes(signs + "/" + sign)
        let key = try ring.key(inSlot: slot)
        #expect(key == nil)
      }
      let after = try [4, 9_000].map { try ring.key(inSlot: $0) != nil }
      #expect(after == [true, true])
    }
  }
}

/// Waits until another process has made a file; not longer than ten minutes.
///
/// The thread is free meanwhile: the other process may wait for one to be started on.
private func comes(_ path: String) async throws {
  for _ in 0..<60_000 {
    if FileManager.default.fileExists(atPath: path) { return }
    try await Task.sleep(for: .milliseconds(10))
  }
}
