import EventStore
import Testing
import TransparencyLog

/// Order first, then decide: the same commands in the same order give the same bytes.
@Suite(.inTemporaryFolder)
struct `The same commands in the same order` {
  typealias Line = ScriptedCommandLog.Line

  /// What a log holds at the end, and what it answered.
  private struct Result: Equatable {
    var records: [[UInt8]] = []
    var root = TreeHasher.emptyRoot
    var answers: [Streams.Answer?] = []
  }

  @Test(arguments: UInt64(1)...5)
  func `give the same bytes, root and answers in whatever portions they come`(
    seed: UInt64
  ) async throws {
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let lines = lines(using: &generator)
    let whole = try await result(of: [lines], named: "whole", portions: [lines.count])
    #expect(whole.records.count > 100)
    #expect(Set(whole.answers.map { $0 == nil }) == [true, false])

    let single = try await result(of: [lines], named: "single", portions: [])
    #expect(single == whole)

    let portions = (0..<lines.count).map { _ in Int.random(in: 0...9, using: &generator) }
    let mixed = try await result(of: [lines], named: "mixed", portions: portions)
    #expect(mixed == whole)

    let parts = cut(lines, using: &generator)
    let reopened = try await result(of: parts, named: "reopened", portions: portions)
    #expect(reopened == whole)
  }

  @Test
  func `give other bytes at another time, with other keys or in another order`() async throws {
    var generator = SeededGenerator(seed: 9)
    let lines = lines(using: &generator)
    let usual = try await result(of: [lines], named: "usual", portions: [])
    let later = lines.map { Line(time: $0.time + 1, commands: $0.commands) }
    let swapped = zip(lines, lines.reversed()).map { Line(time: $0.time, commands: $1.commands) }
    #expect(try await result(of: [later], named: "later", portions: []).root != usual.root)
    #expect(try await result(of: [swapped], named: "swapped", portions: []).root != usual.root)
    let others = try await result(of: [lines], named: "keys", portions: [], keySeed: 2)
    #expect(others.root != usual.root)
    #expect(others.answers == usual.answers)
  }

  /// Sixty places with one to three commands each: some refused, some at fault, times that stand
  /// still and times that leap.
  private func lines(using generator: inout SeededGenerator) -> [Line] {
    var time: Int64 = 1_000_000
    return (0..<60).map { _ in
      time += [0, 1, 1_000_000].randomElement(using: &generator) ?? 0
      let commands = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        addition(using: &generator)
      }
      return Line(time: time, commands: commands)
    }
  }

  private func addition(using generator: inout SeededGenerator) -> Streams.Addition {
    let events = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
      var event = ProposedEvent.saying("", in: .random(in: 1...3, using: &generator))
      event.body = generator.bytes(count: .random(in: 0...60, using: &generator))
      event.idempotencyKey = generator.bytes(count: .random(in: 0...8, using: &generator))
      event.header.keySlot = .random(in: 1...20, using: &generator)
      event.header.number = generator.number()
      return event
    }
    var addition = Streams.Addition(events: events)
    addition.endsInFault = Int.random(in: 0..<6, using: &generator) == 0
    if Bool.random(using: &generator) {
      addition.expectedLength = .random(in: 0...20, using: &generator)
    }
    return addition
  }

  /// Cuts the lines into five runs, some of them empty.
  private func cut(_ lines: [Line], using generator: inout SeededGenerator) -> [[Line]] {
    let places = (0..<4).map { _ in Int.random(in: 0...lines.count, using: &generator) }.sorted()
    return zip([0] + places, places + [lines.count]).map { Array(lines[$0..<$1]) }
  }

  /// Applies runs of lines to a new log, which is closed and opened between two runs.
  private func result(
    of runs: [[Line]],
    named name: String,
    portions: [Int],
    keySeed: UInt64 = 1,
  ) async throws -> Result {
    var result = Result()
    var place: UInt64 = 1
    for run in runs {
      let commands = ScriptedCommandLog(run, from: place, portions: portions)
      var options = Store.Options(path: TemporaryFolder.path + "/" + name)
      options.commands = commands
      options.makeKey = seededKeys(keySeed)
      do {
        let store = try Store(options)
        store.writer.stop()
        result.records = []
        try store.log.forEachRecord(from: 1, through: store.log.head().position) { record in
          result.records.append(record.bytes)
        }
        result.root = try store.log.checkedTree().tree.root
        #expect(try result.root == store.naiveRoot())
      }
      #expect(commands.outcomes.count == run.reduce(0) { $0 + $1.commands.count })
      result.answers += commands.outcomes.map(\.answer)
      place += UInt64(run.count)
    }
    return result
  }
}
