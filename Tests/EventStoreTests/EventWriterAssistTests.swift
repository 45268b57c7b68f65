import Dispatch
import EventStore
import Foundation
import Testing

/// A caller that blocks anyway decides and commits on its own thread when nobody else does.
@Suite(.inTemporaryFolder)
struct `A caller that assists the writer` {
  @Test
  func `gets its answer like any other`() async throws {
    let store = try Store()
    let answers = await onThread {
      (0..<5).map { store.submitAssisting(.saying("\($0)").expecting(length: $0)).map(\.answer) }
    }
    #expect(answers == (1...5).map { [.appended([$0])] })
    let failures = await onThread {
      store.submitAssisting(.saying("lost").failing, .saying("x").expecting(length: 0))
    }
    #expect(failures[0].failure is Streams.Fault)
    #expect(failures[1].answer == .refused(length: 5))
    #expect(try store.texts() == (0..<5).map { "\($0)" })
    #expect(try store.hasTrueRoot())
  }

  @Test
  func `shares the order with those that only wait`() async throws {
    let store = try Store()
    let said = Notes<(position: UInt64, text: String)>()
    await withTaskGroup { group in
      for caller in 0..<12 {
        group.addTask {
          for number in 0..<20 {
            let text = "\(caller): \(number)"
            let addition = Streams.Addition.saying(text, in: UInt128(caller) + 1)
              .expecting(length: UInt32(number))
            let outcomes =
              caller.isMultiple(of: 2)
              ? await store.submit(addition) : await onThread { store.submitAssisting(addition) }
            guard case .appended(let positions) = outcomes.first?.answer else { continue }
            for position in positions { said.add((position, text)) }
          }
        }
      }
    }
    #expect(said.all.map(\.position).sorted() == Array(1...240))
    for (position, text) in said.all { #expect(try store.text(at: position) == text) }
    #expect(try store.hasTrueRoot())
  }

  @Test
  func `learns of a full map like any other, and the next one goes on`() async throws {
    var options = Store.Options()
    options.mapSizeInBytes = 1 << 20
    let store = try Store(options)
    let large = String(repeating: "x", count: 1 << 20)
    let outcomes = await onThread {
      ["a", large, "b"].map { store.submitAssisting(.saying($0))[0] }
    }
    #expect(outcomes.map(\.answer) == [.appended([1]), nil, .appended([2])])
    #expect(try store.texts() == ["a", "b"])
    #expect(try store.hasTrueRoot())
  }

  /// Whoever stops the writer closes the ledger next; no commit may still be under way then.
  @Test
  func `is waited for by who stops the writer`() async throws {
    let store = try Store()
    try await store.append(.saying("first"))
    let (isAnswering, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let heard = Counter()
    let proposal = Proposal<Streams.Addition, Streams.Answer>([.saying("a")]) { _ in
      isAnswering.signal()
      mayGoOn.wait()
      heard.increment()
    }
    Thread.detachNewThread { store.writer.proposeAndAssist(proposal) }
    let heardAtTheEnd = await onThread {
      isAnswering.wait()
      Thread.detachNewThread {
        // Time for the writer to end too early; when it waits, any time will do.
        Thread.sleep(forTimeInterval: 0.05)
        mayGoOn.signal()
      }
      store.writer.stop()
      return heard.value
    }
    #expect(heardAtTheEnd == 1)
  }
}

extension Store {
  /// Applies commands as `submit` does, and blocks the calling thread until they are answered.
  func submitAssisting(_ additions: Streams.Addition...) -> [Outcome] {
    let (heard, isAnswered) = (Notes<Outcome>(), DispatchSemaphore(value: 0))
    writer.proposeAndAssist(
      Proposal(additions) { outcomes in
        for outcome in outcomes { heard.add(outcome) }
        isAnswered.signal()
      }
    )
    isAnswered.wait()
    return heard.all
  }
}

/// Runs a body that blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}
