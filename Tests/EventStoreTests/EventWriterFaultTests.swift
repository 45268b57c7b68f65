import EventStore
import LMDB
import Testing
import TransparencyLog

@Suite(.inTemporaryFolder)
struct `A fault in a command` {
  @Test
  func `leaves nothing of the command behind and does not hurt its neighbours`() async throws {
    let store = try Store()
    let outcomes = await store.submit(
      .saying("a", "b"),
      .saying("lost", "lost too").failing,
      .saying("c").expecting(length: 2),
      .bare(300).failing,
      .saying("d", in: 2).expecting(length: 0),
    )
    #expect(
      outcomes.map(\.answer) == [.appended([1, 2]), nil, .appended([3]), nil, .appended([4])]
    )
    #expect(outcomes[1].failure as? Streams.Fault == Streams.Fault())
    #expect(try store.texts() == ["a", "b", "c", "d"])
    #expect(try store.hasTrueRoot())
  }

  @Test
  func `in every command of a batch leaves the log as it was`() async throws {
    let store = try Store()
    try await store.append(.saying("a"))
    let head = try store.log.head()
    for _ in 0..<3 {
      let outcomes = await store.submit(.saying("x").failing, .bare(1_000).failing)
      #expect(outcomes.allSatisfy { $0.failure is Streams.Fault })
      #expect(try store.log.head() == head)
    }
    #expect(try await store.append(.saying("b")) == [2])
    #expect(try store.texts() == ["a", "b"])
  }

  /// Levels of the tree are stored from 256 leaves on, so a fault there must forget nodes too.
  @Test(arguments: [255, 256, 511, 1_023])
  func `takes the nodes of the tree back`(count: Int) async throws {
    do {
      let store = try Store()
      let outcomes = await store.submit(.bare(count), .bare(2_000).failing, .bare(count))
      #expect(outcomes.compactMap(\.failure).count == 1)
      let (tree, head) = try store.log.checkedTree()
      #expect(head.position == UInt64(2 * count))
      #expect(try tree.root == store.naiveRoot())
    }
    let store = try Store()
    #expect(try await store.append(.bare(1)) == [UInt64(2 * count) + 1])
  }

  /// A slot that was never filled, one that was emptied, and one whose wrapped key is damaged.
  @Test(arguments: [UInt64(1) << 40, 2, 3])
  func `is what an event meets whose key is not there, and only that one`(
    slot: UInt64
  ) async throws {
    do { _ = try Store() }
    do {
      let environment = try Environment(at: TemporaryFolder.path + "/keys", for: .writing)
      let table = try environment.openTables(["keys"]).named[0]
      try environment.write { transaction in
        _ = try transaction.remove(rowKey(2).span, from: table)
        try transaction.change(rowKey(3), in: table) { $0[20] ^= 1 }
      }
    }
    let store = try Store()
    let events = [ProposedEvent.saying("a"), .saying("b", keySlot: slot)]
    let sealed = Streams.Addition(events: events)
    let outcomes = await store.submit(sealed, .saying("c").expecting(length: 0))
    let failure = outcomes[0].failure
    #expect(slot == 3 ? failure is KeyError : (failure as? DestroyedKey)?.slot == slot)
    #expect(outcomes[1].answer == .appended([1]))
    #expect(try store.texts() == ["c"])
    #expect(try await store.append(.saying("d")) == [2])
  }

  @Test
  func `does not befall an event without a body, which needs no key`() async throws {
    let store = try Store()
    let event = ProposedEvent.saying("", keySlot: 1 << 40)
    #expect(try await store.append(Streams.Addition(events: [event])) == [1])
    #expect(try store.text(at: 1) == "")
  }

  /// Good and bad commands from many callers at once: only the good ones are in the log.
  @Test
  func `among many callers is answered to the one it concerns`() async throws {
    let store = try Store()
    await withTaskGroup { group in
      for caller in 0..<60 {
        group.addTask {
          let isBad = caller.isMultiple(of: 3)
          let command = Streams.Addition.saying("\(caller)", in: UInt128(caller) + 1)
          let outcome = await store.submit(isBad ? command.failing : command).first
          #expect((outcome?.failure is Streams.Fault) == isBad)
          #expect((outcome?.answer != nil) == !isBad)
        }
      }
    }
    let good = (0..<60).filter { !$0.isMultiple(of: 3) }.map { "\($0)" }
    #expect(Set(try store.texts()) == Set(good))
    #expect(try store.log.head().position == 40)
    #expect(try store.hasTrueRoot())
  }
}
