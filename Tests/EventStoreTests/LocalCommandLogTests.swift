import EventStore
import Testing

@Suite
struct `A local command log` {
  private typealias Log = LocalCommandLog<String, Int>

  @Test
  func `gives out commands in the order in which they were proposed`() {
    let log = Log { 0 }
    for word in ["a", "b", "c"] { log.propose(Proposal([word, word + "!"]) { _ in }) }
    let (taken, areMoreWaiting) = log.takeOrdered(limit: 100)
    #expect(taken.map(\.proposal.commands) == [["a", "a!"], ["b", "b!"], ["c", "c!"]])
    #expect(taken.map(\.place) == [1, 2, 3])
    #expect(!areMoreWaiting)
  }

  @Test
  func `has nothing to give when nothing was proposed`() {
    let log = Log { 0 }
    #expect(log.takeOrdered(limit: 1).taken.isEmpty)
    log.propose(Proposal(["a"]) { _ in })
    #expect(log.takeOrdered(limit: 1).taken.count == 1)
    #expect(log.takeOrdered(limit: 1).taken.isEmpty)
    #expect(!log.takeOrdered(limit: 1).areMoreWaiting)
  }

  @Test
  func `gives out each command once, with places that go on`() {
    let log = Log { 0 }
    for number in 0..<10 { log.propose(Proposal(["\(number)"]) { _ in }) }
    var words: [String] = []
    var places: [UInt64] = []
    for (limit, isLast) in [(3, false), (4, false), (3, true)] {
      let (taken, areMoreWaiting) = log.takeOrdered(limit: limit)
      words += taken.flatMap(\.proposal.commands)
      places += taken.map(\.place)
      #expect(areMoreWaiting == !isLast)
    }
    #expect(words == (0..<10).map { "\($0)" })
    #expect(places == Array(1...10))
  }

  /// The sizes of the proposals that wait, the limit, and how many of them are taken.
  @Test(arguments: [
    ([1, 1, 1], 2, 2),
    ([2, 2], 3, 1),
    ([2, 2], 4, 2),
    ([1, 5], 5, 1),
    ([5, 1], 3, 1),
    ([9], 1, 1),
    ([0, 0, 1], 1, 3),
  ])
  func `gives out no more than the limit, unless one proposal alone has more`(
    sizes: [Int],
    limit: Int,
    takenCount: Int,
  ) {
    let log = Log { 0 }
    for size in sizes { log.propose(Proposal(Array(repeating: "x", count: size)) { _ in }) }
    let (taken, areMoreWaiting) = log.takeOrdered(limit: limit)
    #expect(taken.map(\.proposal.commands.count) == Array(sizes.prefix(takenCount)))
    #expect(areMoreWaiting == (takenCount < sizes.count))
  }

  @Test
  func `bears the time of its clock, and never an earlier one than before`() {
    let readings: [Int64] = [100, 90, 100, 250, .min, 300]
    let clock = Clock(readings)
    let log = Log { clock.next() }
    var last = Int64.min
    for reading in readings {
      log.propose(Proposal(["x", "y"]) { _ in })
      let time = log.takeOrdered(limit: 2).taken[0].time
      #expect(time >= last)
      if reading > last { #expect(time == reading) }
      last = time
    }
  }

  /// A clock that cannot be believed orders nothing.
  @Test
  func `answers all that waits with why its clock gave no time, and goes on`() {
    let leap = ClockLeap(expected: 1, found: 2)
    let isLeaping = Notes<Bool>()
    let log = Log {
      if isLeaping.all.last == true { throw leap }
      return 7
    }
    let failures = Notes<[ClockLeap?]>()
    for commands in [["a", "b"], ["c"]] {
      isLeaping.add(true)
      log.propose(
        Proposal(commands) { outcomes in
          failures.add(
            outcomes.map { outcome in
              guard case .failure(let error) = outcome else { return nil }
              return error as? ClockLeap
            }
          )
        }
      )
    }
    let (taken, areMoreWaiting) = log.takeOrdered(limit: 1)
    #expect(taken.isEmpty && !areMoreWaiting && log.waitingCount == 0)
    #expect(failures.all == [[leap, leap], [leap]])
    isLeaping.add(false)
    log.propose(Proposal(["d"]) { _ in })
    let next = log.takeOrdered(limit: 1).taken
    #expect(next.map(\.place) == [1] && next.map(\.time) == [7])
  }

  @Test
  func `says that something was ordered, when nothing waited before`() {
    let log = Log { 0 }
    let count = Counter()
    log.whenOrdered { _ in count.increment() }
    #expect(count.value == 0)
    log.propose(Proposal(["a"]) { _ in })
    log.propose(Proposal(["b"]) { _ in })
    #expect(count.value == 1)
    _ = log.takeOrdered(limit: 9)
    log.propose(Proposal(["c"]) { _ in })
    #expect(count.value == 2)
  }

  @Test
  func `says once that many wait, until they are taken`() {
    let log = Log { 0 }
    let (few, many) = (Counter(), Counter())
    log.whenOrdered { areMany in areMany ? many.increment() : few.increment() }
    for _ in 0..<100 { log.propose(Proposal(["a"]) { _ in }) }
    #expect(few.value == 1)
    #expect(many.value == 1)
    _ = log.takeOrdered(limit: .max)
    log.propose(Proposal(Array(repeating: "a", count: 100)) { _ in })
    #expect(few.value == 1)
    #expect(many.value == 2)
  }

  @Test
  func `may be asked for commands by whoever it tells of them`() {
    let log = Log { 0 }
    let count = Counter()
    log.whenOrdered { _ in for _ in log.takeOrdered(limit: 9).taken { count.increment() } }
    for _ in 0..<5 { log.propose(Proposal(["a"]) { _ in }) }
    #expect(count.value == 5)
  }

  @Test
  func `loses nothing when many propose at once`() async {
    let log = Log { 0 }
    await withTaskGroup { group in
      for proposer in 0..<8 {
        group.addTask {
          for number in 0..<50 { log.propose(Proposal(["\(proposer) \(number)"]) { _ in }) }
        }
      }
    }
    let words = log.takeOrdered(limit: .max).taken.flatMap(\.proposal.commands)
    #expect(Set(words).count == 400)
    for proposer in 0..<8 {
      let own = words.filter { $0.hasPrefix("\(proposer) ") }
      #expect(own == (0..<50).map { "\(proposer) \($0)" })
    }
  }
}
