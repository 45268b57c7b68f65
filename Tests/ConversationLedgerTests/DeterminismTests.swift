import EventStore
import Foundation
import Projections
import Synchronization
import Testing

@testable import ConversationLedger

@Suite(.inTemporaryFolder)
struct `The same commands in the same order` {
  /// What a ledger has come to.
  struct Result: Equatable {
    var records: [[UInt8]] = []
    var root = ""
    var digest = ""
    var answers: [LedgerAnswer] = []
  }

  /// Commands that share one reading of the clock.
  private struct Moment {
    var commands: [LedgerCommand]
    var delay: Int64
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `give the same bytes, root, views and answers, whatever comes in between`(
    seed: UInt64
  ) throws {
    let moments = moments(seed)
    let plain = try result(of: moments, named: "plain") { bench, commands in
      try commands.flatMap { try bench.submitCounted([$0]) }
    }
    #expect(plain.records.count > 200)
    #expect(Set(plain.answers.map(\.kind)) == ["done", "repeated", "refused", "recorded"])
    let whole = try result(of: moments, named: "whole") { try $0.submitCounted($1) }
    #expect(whole == plain)
    #expect(try crowded(asOrdered(moments)) == plain)
    #expect(try interrupted(moments, seed) == plain)
  }

  private func moments(_ seed: UInt64) -> [Moment] {
    var (commands, generator) = (RandomCommands(seed: seed), SeededGenerator(seed: ~seed))
    let first = Moment(commands: RandomCommands.network, delay: 1)
    return [first]
      + (0..<45).map { _ in
        let count = Int.random(in: 1...20, using: &generator)
        let delay = generator.pick([0, 1, 60_000_000, 900_000_000] as [Int64])
        return Moment(commands: (0..<count).map { _ in commands.next() }, delay: delay)
      }
  }

  /// The moments' commands as they were ordered in the end: those that needed the past of an
  /// expired conversation with what was read of it.
  private func asOrdered(_ moments: [Moment]) throws -> [Moment] {
    let bench = LedgerBench("ordered")
    return try moments.map { moment in
      bench.clock.advance(by: moment.delay)
      var moment = moment
      moment.commands = try moment.commands.map { try ordered($0, bench.ledger()) }
      return moment
    }
  }

  private func ordered(_ command: LedgerCommand, _ ledger: Ledger) throws -> LedgerCommand {
    let crowd = Crowd(1)
    try ledger.requireWriting().commands.propose(Proposal([command]) { crowd.put($0, at: 0) })
    do {
      _ = try crowd.all()
      return command
    } catch PastNeeded.legacy(let start, let last) {
      guard case .conversation(var request) = command else { return command }
      request.legacy = try ledger.legacy(start: start, through: last)
      return try ordered(.conversation(request), ledger)
    }
  }

  /// Submits the moments one after the other to a ledger that stays open.
  private func result(
    of moments: [Moment],
    named name: String,
    _ submit: (LedgerBench, [LedgerCommand]) throws -> [LedgerAnswer],
  ) throws -> Result {
    let bench = LedgerBench(name)
    var answers: [LedgerAnswer] = []
    for moment in moments {
      bench.clock.advance(by: moment.delay)
      answers += try submit(bench, moment.commands)
    }
    return try read(bench, answers)
  }

  private func read(_ bench: LedgerBench, _ answers: [LedgerAnswer]) throws -> Result {
    let ledger = try bench.ledger()
    var result = Result(answers: answers)
    try ledger.forEachEvent(from: 1, through: ledger.headPosition()) { event in
      result.records.append(event.bytes)
    }
    result.root = try ledger.status().root
    result.digest = try ledger.settle().digest
    return result
  }

  /// Proposes the commands of a moment one by one without waiting, so that commits take as many as
  /// have come by then.
  private func crowded(_ moments: [Moment]) throws -> Result {
    let bench = LedgerBench("crowded")
    let clock = bench.clock
    var answers: [LedgerAnswer] = []
    do {
      let files = LedgerFiles(bench.path)
      let parts = try Ledger.openForWriting(files, true, .bench(clock))
      let writing = try #require(parts.writing)
      defer { writing.writer.stop() }
      for moment in moments {
        clock.advance(by: moment.delay)
        let crowd = Crowd(moment.commands.count)
        for (index, command) in moment.commands.enumerated() {
          let nonces = bench.nonces.draw(for: 1)
          writing.commands.propose(
            Proposal([command], nonces: nonces) { crowd.put($0, at: index) }
          )
        }
        answers += try crowd.all()
      }
    }
    return try read(bench, answers)
  }

  /// Closes and opens the ledger, takes its views away, and goes back to a copy of an earlier
  /// moment, as a process that dies does.
  private func interrupted(_ moments: [Moment], _ seed: UInt64) throws -> Result {
    var generator = SeededGenerator(seed: seed &+ 7)
    let bench = LedgerBench("interrupted")
    var answers: [LedgerAnswer] = []
    for moment in moments {
      bench.clock.advance(by: moment.delay)
      if generator.once(in: 3) {
        try lose(moment.commands.shuffled(using: &generator), bench)
      } else if generator.once(in: 3) {
        if generator.once(in: 2) { _ = try bench.ledger().settle() }
        bench.close()
        if generator.once(in: 3) {
          try? FileManager.default.removeItem(atPath: bench.path + "/views")
        }
      }
      answers += try bench.submitCounted(moment.commands)
    }
    return try read(bench, answers)
  }

  /// Applies commands that are then lost: the folder goes back to what it was before.
  private func lose(_ commands: [LedgerCommand], _ bench: LedgerBench) throws {
    let copy = bench.path + ".copy"
    _ = try bench.ledger()
    try FileManager.default.copyItem(atPath: bench.path, toPath: copy)
    let nonces = bench.nonces.commands
    _ = try bench.submitCounted(commands)
    bench.nonces.commands = nonces
    bench.close()
    try FileManager.default.removeItem(atPath: bench.path)
    try FileManager.default.moveItem(atPath: copy, toPath: bench.path)
  }
}

extension LedgerBench {
  /// Submits commands whose nonces follow from their place among all commands alone.
  fileprivate func submitCounted(_ commands: [LedgerCommand]) throws -> [LedgerAnswer] {
    let open = try ledger()
    return try nonces.counting(commands.count) { try open.submitAndWait(commands) }
  }
}

/// Answers that come one by one, from any thread.
private final class Crowd: Sendable {
  private let answers: Mutex<[Result<LedgerAnswer, any Error>?]>
  private let left: Atomic<Int>
  private let done = DispatchSemaphore(value: 0)

  init(_ count: Int) {
    answers = Mutex(Array(repeating: nil, count: count))
    left = Atomic(count)
  }

  func put(_ answer: [Result<LedgerAnswer, any Error>], at index: Int) {
    answers.withLock { $0[index] = answer.first }
    if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { done.signal() }
  }

  /// Waits for all of them.
  func all() throws -> [LedgerAnswer] {
    done.wait()
    return try answers.withLock { try $0.compactMap { try $0?.get() } }
  }
}

extension LedgerAnswer {
  fileprivate var kind: String {
    switch self {
    case .done(let receipt): receipt.isRepeated ? "repeated" : "done"
    case .refused: "refused"
    case .recorded: "recorded"
    }
  }
}
