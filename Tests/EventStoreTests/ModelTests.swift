import EventStore
import Testing
import TransparencyLog

/// The log beside a plain array that is told the same.
@Suite(.inTemporaryFolder)
struct `A log and an array` {
  /// What the array knows of an event.
  private struct Kept: Equatable {
    let stream: UInt128
    let body: [UInt8]
  }

  @Test(arguments: [UInt64(11), 12, 13])
  func `hold the same after any appends, refusals, faults and reopenings`(
    seed: UInt64
  ) async throws {
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var model: [Kept] = []
    for _ in 0..<5 {
      let store = try Store()
      try expect(store, toHold: model, using: &generator)
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        try await step(store, &model, using: &generator)
      }
      try expect(store, toHold: model, using: &generator)
    }
    #expect(!model.isEmpty)
  }

  /// Submits one to four commands together and does to the array what they should do to the log.
  private func step(
    _ store: Store,
    _ model: inout [Kept],
    using generator: inout SeededGenerator,
  ) async throws {
    var additions: [Streams.Addition] = []
    var expected: [Streams.Answer?] = []
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      var (addition, answer) = addition(to: model, using: &generator)
      if Int.random(in: 0..<5, using: &generator) == 0 {
        addition.endsInFault = true
        if case .appended = answer { answer = nil }
      }
      if case .appended = answer {
        model += addition.events.map { Kept(stream: $0.header.stream, body: $0.body) }
      }
      additions.append(addition)
      expected.append(answer)
    }
    let commands = additions
    let outcomes = await withCheckedContinuation { continuation in
      store.commands.propose(Proposal(commands) { continuation.resume(returning: $0) })
    }
    #expect(outcomes.map(\.answer) == expected)
  }

  /// A command, and what the array says it should be answered.
  private func addition(
    to model: [Kept],
    using generator: inout SeededGenerator,
  ) -> (Streams.Addition, Streams.Answer?) {
    let isMany = Int.random(in: 0..<12, using: &generator) == 0
    let count = isMany ? 260 : Int.random(in: 1...5, using: &generator)
    let events = (0..<count).map { _ in
      var event = ProposedEvent.saying("", in: .random(in: 1...5, using: &generator))
      let byteCount = count > 5 ? 0 : [0, 1, 30, 3_000].randomElement(using: &generator) ?? 0
      event.body = generator.bytes(count: byteCount)
      return event
    }
    var addition = Streams.Addition(events: events)
    let first = UInt64(model.count) + 1
    let answer = Streams.Answer.appended(Array(first..<first + UInt64(count)))
    guard Bool.random(using: &generator) else { return (addition, answer) }
    let length = UInt32(model.count { $0.stream == events[0].header.stream })
    addition.expectedLength = Bool.random(using: &generator) ? length : length + 1
    return (addition, addition.expectedLength == length ? answer : .refused(length: length))
  }

  /// Reads the log in every way there is.
  private func expect(
    _ store: Store,
    toHold model: [Kept],
    using generator: inout SeededGenerator,
  ) throws {
    let (tree, head) = try store.log.checkedTree()
    #expect(head.position == UInt64(model.count))
    #expect(try tree.root == store.naiveRoot())
    var found: [Kept] = []
    try store.log.forEachRecord(from: 1, through: head.position) { record in
      let body = try #require(try store.keys.open(record))
      found.append(Kept(stream: record.header.stream, body: body))
    }
    #expect(found == model)
    for stream in UInt128(1)...5 {
      let positions = model.indices.filter { model[$0].stream == stream }.map { UInt64($0) + 1 }
      #expect(try store.log.chain(endingAt: positions.last ?? 0) == positions)
    }
    for _ in 0..<min(5, model.count) {
      let index = Int.random(in: 0..<model.count, using: &generator)
      let record = try store.log.record(at: UInt64(index) + 1)
      #expect(try store.keys.open(record) == model[index].body)
      let proof = try InclusionProof(
        index: UInt64(index),
        treeSize: head.position,
        from: StoredNodes(of: store.log),
      )
      try proof.verify(leaf: record.leaf, root: head.root)
    }
  }
}
