import EventStore
import LMDB
import Testing
import TransparencyLog

@Suite(.inTemporaryFolder)
struct `An event writer` {
  @Test
  func `gives the positions 1, 2, 3 and so on`() async throws {
    let store = try Store()
    #expect(try store.log.head() == LogHead())
    var positions: [UInt64] = []
    for count in [1, 3, 1, 5] { positions += try await store.append(.bare(count)) }
    #expect(positions == Array(1...10))
    #expect(try store.log.head().position == 10)
  }

  @Test
  func `answers the commands of a proposal in their order`() async throws {
    let store = try Store()
    let outcomes = await store.submit(
      .saying("a", in: 1),
      .saying("b", in: 2).expecting(length: 9),
      .saying("c", "d", in: 1).expecting(length: 1),
      .saying("e", in: 3).failing,
      .saying("f", in: 2).expecting(length: 0),
      Streams.Addition(events: []),
    )
    #expect(
      outcomes.map(\.answer) == [
        .appended([1]), .refused(length: 0), .appended([2, 3]), nil, .appended([4]),
        .appended([]),
      ]
    )
    #expect(outcomes[3].failure is Streams.Fault)
    #expect(try store.texts() == ["a", "c", "d", "f"])
  }

  @Test
  func `answers nothing for a proposal without commands`() async throws {
    let store = try Store()
    #expect(await store.submit().isEmpty)
    #expect(try await store.append(.saying("a")) == [1])
  }

  @Test
  func `keeps what it has answered, as it was said`() async throws {
    let long = String(repeating: "long ", count: 50_000)
    let texts = ["", "Hello", "Grüß Gott 👋", "line\nline", long]
    do {
      let store = try Store()
      for (offset, text) in texts.enumerated() {
        let positions = try await store.append(.saying(text))
        #expect(positions == [UInt64(offset) + 1])
        #expect(try store.text(at: positions[0]) == text)
      }
    }
    let store = try Store()
    #expect(try store.texts() == texts)
    #expect(try await store.append(.saying("more")) == [UInt64(texts.count) + 1])
    #expect(try store.texts() == texts + ["more"])
  }

  @Test
  func `keeps the commands of one caller in their order though none is waited for`() async throws {
    let store = try Store()
    let heard = Notes<[UInt64]>()
    for number in 0..<300 {
      let proposal = Proposal<Streams.Addition, Streams.Answer>([.saying("\(number)")]) {
        guard case .appended(let positions) = $0.first?.answer else { return }
        heard.add(positions)
      }
      store.commands.propose(proposal)
    }
    _ = await store.submit(.bare(1))
    store.writer.stop()
    #expect(try store.texts() == (0..<300).map { "\($0)" } + [""])
    #expect(heard.all.flatMap(\.self).sorted() == Array(1...300))
  }

  @Test
  func `gives each of many callers its own position, and leaves none out`() async throws {
    let store = try Store()
    let answers = try await withThrowingTaskGroup { group in
      for caller in 0..<40 {
        group.addTask {
          var said: [UInt64: String] = [:]
          for number in 0..<10 {
            let text = "\(caller): \(number)"
            let stream = UInt128(caller) + 1
            let length = UInt32(number)
            let addition = Streams.Addition.saying(text, in: stream).expecting(length: length)
            for position in try await store.append(addition) { said[position] = text }
          }
          return said
        }
      }
      return try await group.reduce(into: [:]) { $0.merge($1) { "\($0) and \($1)" } }
    }
    #expect(answers.keys.sorted() == Array(1...400))
    for (position, text) in answers { #expect(try store.text(at: position) == text) }
  }

  @Test
  func `has readers open whole commits only, and never meet a gap`() async throws {
    let store = try Store()
    try await withThrowingTaskGroup { group in
      group.addTask {
        for _ in 0..<60 { try await store.append(.saying("a", "b", "c")) }
      }
      group.addTask {
        var seen: UInt64 = 0
        while seen < 180 {
          let head = try store.log.head()
          #expect(head.position.isMultiple(of: 3))
          #expect(head.position >= seen)
          var next = seen
          try store.log.forEachRecord(from: seen + 1, through: head.position) { record in
            next += 1
            #expect(record.header.position == next)
            let body = try store.keys.open(record)
            #expect(body?.count == 1)
          }
          #expect(next == head.position)
          seen = head.position
          await Task.yield()
        }
      }
      try await group.waitForAll()
    }
  }

  /// Commands that append nothing are decided in batches of their own, in between.
  @Test
  func `does the work that belongs to a batch with the head the log then has`() async throws {
    let worked = Notes<(decided: UInt64, head: LogHead?)>()
    var options = Store.Options()
    options.hearDecision = { position in { worked.add((position, $0)) } }
    let store = try Store(options)
    var heads = [0: LogHead()]
    for number in 1...6 {
      try await store.append(.bare(2))
      heads[2 * number] = try store.log.head()
      for _ in 0..<3 { _ = await store.submit(.bare(1).expecting(length: 0)) }
    }
    store.writer.stop()
    for (decided, head) in worked.all {
      #expect(head?.position == decided)
      #expect(head?.root == heads[Int(decided)]?.root)
    }
    #expect(Set(worked.all.map(\.decided)).isSuperset(of: [2, 4, 6, 8, 10, 12]))
  }

  @Test
  func `writes nothing for commands without events`() async throws {
    let store = try Store()
    try await store.append(.saying("a"))
    let head = try store.log.head()
    let nothing = Streams.Addition(events: [])
    let outcomes = await store.submit(nothing, .saying("b").expecting(length: 5))
    #expect(outcomes.map(\.answer) == [.appended([]), .refused(length: 1)])
    #expect(try store.log.head() == head)
  }
}
