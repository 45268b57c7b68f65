import Dispatch
import EventStore
import Foundation
import LMDB
import Testing

/// How a writer begins and ends.
@Suite(.inTemporaryFolder)
struct `The life of an event writer` {
  @Test
  func `ends when everything that was proposed is answered and written`() async throws {
    let heard = Notes<Outcome>()
    let store = try Store()
    for number in 0..<100 {
      store.commands.propose(
        Proposal([.saying("\(number)")]) { outcomes in for one in outcomes { heard.add(one) } }
      )
    }
    store.writer.stop()
    #expect(heard.all.count == 100)
    #expect(heard.all.allSatisfy { $0.answer != nil })
    #expect(try store.texts().count == 100)
  }

  @Test
  func `may be ended twice, and without having begun`() async throws {
    do {
      let store = try Store()
      store.writer.stop()
      store.writer.stop()
    }
    #expect(try Store().log.head() == LogHead())
  }

  /// A replicated log has commands ready before the writer of this machine is there.
  @Test
  func `begins with what was ordered before`() async throws {
    let commands = LocalCommandLog<Streams.Addition, Streams.Answer> { 1 }
    let heard = Notes<Outcome>()
    for text in ["a", "b"] {
      commands.propose(
        Proposal([.saying(text)]) { outcomes in for one in outcomes { heard.add(one) } }
      )
    }
    var options = Store.Options()
    options.commands = commands
    let store = try Store(options)
    store.writer.stop()
    #expect(heard.all.map(\.answer) == [.appended([1]), .appended([2])])
    #expect(try store.texts() == ["a", "b"])
  }

  /// Both threads are held up while they answer; meanwhile one command is proposed before the end
  /// and another one after its beginning.
  @Test
  func `ends with all that came before on disk, though others still propose`() async throws {
    let store = try Store()
    let (isAnswering, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let heard = Notes<Outcome>()
    let outcomeBefore = await onThread { () -> Outcome? in
      for text in ["a", "b"] {
        store.commands.propose(
          Proposal([.saying(text)]) { _ in
            isAnswering.signal()
            mayGoOn.wait()
          }
        )
        isAnswering.wait()
      }
      store.commands.propose(
        Proposal([.saying("before")]) { outcomes in for one in outcomes { heard.add(one) } }
      )
      Thread.detachNewThread {
        // Time for the end to begin; if it has not, the command is one more that comes before.
        Thread.sleep(forTimeInterval: 0.05)
        store.commands.propose(Proposal([.saying("after")]) { _ in })
        for _ in 0..<2 { mayGoOn.signal() }
      }
      store.writer.stop()
      return heard.all.first
    }
    #expect(outcomeBefore?.answer == .appended([3]))
    #expect(try store.texts().prefix(3) == ["a", "b", "before"])
  }

  /// Whoever proposes too late must not wait for ever.
  @Test
  func `answers what is proposed after its end with a failure`() async throws {
    let store = try Store()
    try await store.append(.saying("a"))
    store.writer.stop()
    let heard = Notes<Outcome>()
    store.commands.propose(
      Proposal([.saying("b"), .saying("c")]) { outcomes in for one in outcomes { heard.add(one) } }
    )
    #expect(heard.all.count == 2)
    #expect(heard.all.allSatisfy { $0.failure != nil })
    #expect(try store.texts() == ["a"])
  }

  /// Nobody must have to wait for the threads that `stop` has ended: the folder is free at once.
  @Test
  func `leaves the log free to be opened again at once`() async throws {
    for round in 0..<200 {
      let store = try Store()
      #expect(try await store.append(.saying("\(round)")) == [UInt64(round) + 1])
    }
  }

  @Test
  func `does not begin on a log that is damaged at its end`() async throws {
    do {
      let store = try Store()
      try await store.append(.saying("a", "b"))
    }
    try withTables { transaction, tables in
      _ = try transaction.remove(rowKey(2).span, from: tables.records)
    }
    let failure = #expect(throws: DamagedRecord.self) { try Store(Store.Options()) }
    #expect(failure?.position == 2)
  }

  @Test
  func `is not hurt by a log that is read until after its end`() async throws {
    var store: Store? = try Store()
    let log = try #require(store).log
    try await store?.append(.saying("a"))
    store = nil
    #expect(try log.head().position == 1)
    #expect(try log.record(at: 1).header.position == 1)
  }
}
