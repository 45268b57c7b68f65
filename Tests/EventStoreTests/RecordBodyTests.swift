import Crypto
import EventStore
import Foundation
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `The body of a record` {
  @Test
  func `is sealed: no file of the ledger shows it`() async throws {
    let secret = "a text that nobody else may read"
    try await Store().append(.saying(secret, secret))
    for file in ["/log/data.mdb", "/keys/data.mdb"] {
      let bytes = try Data(contentsOf: URL(filePath: TemporaryFolder.path + file))
      #expect(bytes.count > 4_096)
      #expect(bytes.range(of: Data(secret.utf8)) == nil)
    }
  }

  @Test
  func `is sealed differently each time`() async throws {
    let store = try Store()
    try await store.append(.saying("same", "same"))
    try await store.append(.saying("same"))
    let sealed = try (1...3).map { try Array(store.log.record(at: $0).bytes.suffix(20)) }
    #expect(Set(sealed).count == 3)
  }

  @Test
  func `opens with the key of its slot and no other`() async throws {
    do {
      let store = try Store()
      try store.keys.provision(upTo: 3)
      let events = [ProposedEvent.saying("a", keySlot: 2), .saying("b", keySlot: 3)]
      try await store.append(Streams.Addition(events: events))
      #expect(try store.texts() == ["a", "b"])
    }
    let log = try EventLog(at: TemporaryFolder.path + "/log", for: .reading)
    let others = try KeyRing(
      at: TemporaryFolder.path + "/others",
      for: .writing,
      masterKey: .ofTests,
      makeKey: seededKeys(2),
    )
    try others.provision(upTo: 3)
    let failure = DamagedRecord(at: 2, "the body does not open with its key")
    #expect(throws: failure) { try others.open(log.record(at: 2)) }
  }

  @Test
  func `is gone when its key is, while the record stays`() async throws {
    do {
      let store = try Store()
      try store.keys.provision(upTo: 2)
      let events = [ProposedEvent.saying("erased", keySlot: 2), .saying("kept")]
      try await store.append(Streams.Addition(events: events))
    }
    do {
      let environment = try Environment(at: TemporaryFolder.path + "/keys", for: .writing)
      let table = try environment.openTables(["keys"]).named[0]
      try environment.write { _ = try $0.remove(rowKey(2).span, from: table) }
    }
    let store = try Store()
    #expect(try store.texts() == [nil, "kept"])
    #expect(try store.hasTrueRoot())
  }

  @Test
  func `may be empty, and then is not sealed`() async throws {
    let store = try Store()
    try await store.append(.saying(""))
    let record = try store.log.record(at: 1)
    #expect(record.header.sealedLength == 0)
    #expect(record.bytes.count == 116)
    #expect(try store.keys.open(record) == [])
  }

  @Test
  func `may be as large as the limit, beside a key as long as its limit`() async throws {
    let store = try Store()
    var event = ProposedEvent.saying("")
    event.body = Array(repeating: 0x5A, count: bodyByteCountLimit)
    event.idempotencyKey = Array(repeating: 0xA5, count: 255)
    try await store.append(Streams.Addition(events: [event]))
    let record = try store.log.record(at: 1)
    #expect(Array(record.idempotencyKey) == event.idempotencyKey)
    #expect(try store.keys.open(record) == event.body)
  }
}
