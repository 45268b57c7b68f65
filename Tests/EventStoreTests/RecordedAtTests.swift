import EventStore
import Testing

@Suite(.inTemporaryFolder)
struct `The time of a record` {
  @Test
  func `is the clock's when its command was ordered`() async throws {
    #expect(try await times(ofEventsAt: [100, 101, 5_000]) == [100, 101, 5_000])
  }

  @Test
  func `never goes back when the clock does`() async throws {
    let readings: [Int64] = [100, 90, 100, 250, .min, 0, 300]
    let times = try await times(ofEventsAt: readings)
    #expect(times == times.sorted())
    #expect(zip(times, readings).allSatisfy { $0 >= $1 })
    #expect([times[0], times[3], times[6]] == [100, 250, 300])
  }

  @Test
  func `never goes back though the clock does while the ledger is closed`() async throws {
    #expect(try await times(ofEventsAt: [100, 200]) == [100, 200])
    let times = try await times(ofEventsAt: [50, 150, 300])
    #expect(times == times.sorted())
    #expect([times[0], times[1], times[4]] == [100, 200, 300])
  }

  @Test
  func `is the same for all events of a command, whose own claims stay as they are`() async throws {
    var options = Store.Options()
    options.clock = { 77 }
    let store = try Store(options)
    var events = [ProposedEvent.saying("a"), .saying("b"), .saying("c")]
    events[0].header.occurredAt = 5
    events[1].header.occurredAt = 500
    events[2].header.recordedAt = 9_999
    try await store.append(Streams.Addition(events: events))
    let headers = try (1...3).map { try store.log.record(at: $0).header }
    #expect(headers.map(\.recordedAt) == [77, 77, 77])
    #expect(headers.map(\.occurredAt) == [5, 500, nil])
  }

  /// The head bears the time of the command that was decided last, if only to be refused.
  @Test
  func `is never later than what the head of the log bears`() async throws {
    var options = Store.Options()
    options.commands = ScriptedCommandLog(
      [
        .init(time: 10, commands: [.saying("a")]),
        .init(time: 20, commands: [.saying("b")]),
        .init(time: 30, commands: [.saying("c").failing]),
        .init(time: 40, commands: [.saying("d").expecting(length: 9)]),
      ],
      portions: [4],
    )
    let store = try Store(options)
    store.writer.stop()
    #expect(try store.texts() == ["a", "b"])
    #expect(try (1...2).map { try store.log.record(at: $0).header.recordedAt } == [10, 20])
    #expect((20...40).contains(try store.log.head().recordedAt))
  }

  /// Opens a store, appends one event for each reading of the clock, and answers the times of all
  /// events there are.
  private func times(ofEventsAt readings: [Int64]) async throws -> [Int64] {
    let clock = Clock(readings)
    var options = Store.Options()
    options.clock = { clock.next() }
    let store = try Store(options)
    for _ in readings { try await store.append(.saying("x")) }
    var times: [Int64] = []
    try store.log.forEachRecord(from: 1, through: store.log.head().position) { record in
      times.append(record.header.recordedAt)
    }
    #expect(try store.log.head().recordedAt == times.last)
    return times
  }
}
