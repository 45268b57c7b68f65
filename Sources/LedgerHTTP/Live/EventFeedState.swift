import ConversationLedger

/// The recent events and the followers, under the lock of the feed.
struct EventFeedState: Sendable {
  /// Lets a waiting follower go on.
  typealias Waiting = @Sendable (Wake) -> Void

  /// Into how many ticks a heartbeat's time is cut: a follower hears one at most a quarter late.
  static let ticksOfHeartbeat = 4

  /// Why a waiting follower goes on.
  enum Wake: Sendable {
    /// There are events for it behind a position, and none before.
    case events(behind: UInt64)
    /// There was nothing for it up to a position.
    case heartbeat(UInt64)
    /// Something else changed: it must look.
    case wakeUp
  }

  /// What a follower does next.
  enum Next: Sendable {
    /// Write these; up to the position there are no others for it.
    case frames([EventFrame], through: UInt64)
    /// Read the log itself: what it lacks is not kept here.
    case readLog
    /// Wait.
    case wait
    /// Say why, and end.
    case drop(DropReason)
  }

  /// What is counted.
  struct Statistics: Sendable {
    /// The followers there are.
    var followers = 0
    /// The events read for them.
    var published: UInt64 = 0
    /// The followers that were dropped, by reason.
    var dropped: [DropReason: UInt64] = [:]
  }

  private struct Row: Sendable {
    let waiting: Waiting
    let viewer: Viewer
    let topic: Viewer.Topic
    let tick: UInt64
  }

  private struct Write: Sendable {
    let tick: UInt64
    let close: @Sendable () -> Void
    var isLate = false
  }

  private let limits: EventFeed.Limits
  private let patience: UInt64
  private var frames: [EventFrame] = []
  private var frameBytes = 0
  /// The position behind which `frames` begin.
  private var base: UInt64 = 0
  private var hasBegun = false
  /// How many times the events were forgotten because words were erased.
  private(set) var erasures: UInt64 = 0
  /// Why nothing is delivered.
  private var ended: DropReason?
  private var tickCount: UInt64 = 0
  private var nextNumber: UInt64 = 0
  private var rows: [UInt64: Row] = [:]
  private var topics: [Viewer.Topic: Set<UInt64>] = [:]
  private var writes: [UInt64: Write] = [:]
  private var streams: [Principal.Person: Int] = [:]
  private(set) var statistics = Statistics()

  init(_ limits: EventFeed.Limits) {
    self.limits = limits
    let ticks = limits.patience / (limits.heartbeat / Self.ticksOfHeartbeat)
    patience = UInt64(max(1, ticks.rounded(.up)))
  }

  private var position: UInt64 { base + UInt64(frames.count) }

  // MARK: Events

  /// Begins anew behind a position; whoever waits must look whether it lacks what is before.
  mutating func begin(after position: UInt64) -> [Waiting] {
    (frames, frameBytes, base, hasBegun) = ([], 0, position, true)
    if ended == .fault { ended = nil }
    return takeAll()
  }

  /// Forgets the events if nobody follows.
  ///
  /// - Returns: Whether the feed may rest.
  mutating func restUnlessFollowed() -> Bool {
    guard statistics.followers == 0 || ended != nil else { return false }
    (frames, frameBytes, hasBegun) = ([], 0, false)
    return true
  }

  /// Forgets the events, whose words may have been erased; the log has them as they are now.
  ///
  /// - Returns: Who must look.
  mutating func forget() -> [Waiting] {
    erasures += 1
    return hasBegun ? begin(after: position) : []
  }

  /// Keeps new events and says who waits for one of them, and behind which position.
  ///
  /// - Parameters:
  ///   - new: The events.
  ///   - erasures: The count of erasures when they were read; if it has grown, they are not kept.
  /// - Returns: Whom to wake, and behind which position there is something.
  mutating func publish(_ new: [EventFrame], readAfter erasures: UInt64) -> [(Waiting, UInt64)] {
    guard let first = new.first, let last = new.last else { return [] }
    guard erasures == self.erasures else {
      return begin(after: last.position).map { ($0, first.position - 1) }
    }
    frames += new
    frameBytes += new.reduce(0) { $0 + $1.byteCount }
    trim()
    statistics.published += UInt64(new.count)
    var touched: Set<Viewer.Topic> = []
    for frame in new { touched.formUnion(frame.event.topics) }
    let numbers = touched.flatMap { topics[$0] ?? [] }
    return numbers.compactMap { number in
      takeRow(number).map { ($0.waiting, first.position - 1) }
    }
  }

  /// Lets the oldest events go.
  ///
  /// A quarter more is kept, so that the front is not moved for each event.
  private mutating func trim() {
    guard frames.count > limits.recentEvents * 5 / 4 || frameBytes > limits.recentBytes else {
      return
    }
    var excess = max(0, frames.count - limits.recentEvents)
    frameBytes -= frames[..<excess].reduce(0) { $0 + $1.byteCount }
    while frameBytes > limits.recentBytes * 3 / 4, excess < frames.count {
      frameBytes -= frames[excess].byteCount
      excess += 1
    }
    frames.removeFirst(excess)
    base += UInt64(excess)
  }

  // MARK: Followers

  /// Why one more follower may not come; `nil` if it may.
  func reasonAgainst(_ person: Principal.Person) -> DropReason? {
    guard statistics.followers < limits.followers, ended != .serverStopping else {
      return .tooMany
    }
    let most = limits.followersPerPerson
    return most > 0 && streams[person, default: 0] >= most ? .tooManyOfOne : nil
  }

  mutating func join(_ person: Principal.Person) -> UInt64? {
    guard reasonAgainst(person) == nil else { return nil }
    statistics.followers += 1
    streams[person, default: 0] += 1
    nextNumber += 1
    return nextNumber
  }

  mutating func leave(_ number: UInt64, _ person: Principal.Person) {
    statistics.followers -= 1
    let left = streams[person, default: 0] - 1
    streams[person] = left > 0 ? left : nil
    _ = takeRow(number)
    writes[number] = nil
  }

  mutating func drop(_ reason: DropReason) { statistics.dropped[reason, default: 0] += 1 }

  /// What a follower that has everything up to a position does next.
  ///
  /// - Parameters:
  ///   - cursor: The position.
  ///   - viewer: What the follower sees.
  ///   - limit: About how many bytes it is given at once.
  /// - Returns: The next step.
  func next(after cursor: UInt64, for viewer: Viewer, limit: Int) -> Next {
    if let ended { return .drop(ended) }
    guard hasBegun, cursor < position else { return .wait }
    guard cursor >= base else { return .readLog }
    var (seen, bytes) = ([EventFrame](), 0)
    for frame in frames[Int(cursor - base)...] where viewer.sees(frame.event) {
      seen.append(frame)
      bytes += frame.byteCount
      if bytes >= limit { return .frames(seen, through: frame.position) }
    }
    return .frames(seen, through: position)
  }

  /// Whether a follower must read the log itself.
  func lacks(_ cursor: UInt64) -> Bool { ended == nil && hasBegun && cursor < base }

  /// Lets a follower wait, unless there is something to look at.
  ///
  /// - Returns: Whether it waits.
  mutating func wait(
    _ number: UInt64,
    after cursor: UInt64,
    _ viewer: Viewer,
    _ waiting: @escaping Waiting,
  ) -> Bool {
    guard ended == nil, !(hasBegun && cursor < position) else { return false }
    let topic = viewer.topic
    rows[number] = Row(waiting: waiting, viewer: viewer, topic: topic, tick: tickCount)
    topics[topic, default: []].insert(number)
    return true
  }

  /// Takes a follower out of those who wait.
  mutating func takeWaiting(_ number: UInt64) -> Waiting? { takeRow(number)?.waiting }

  private mutating func takeRow(_ number: UInt64) -> Row? {
    guard let row = rows.removeValue(forKey: number) else { return nil }
    topics[row.topic]?.remove(number)
    if topics[row.topic]?.isEmpty == true { topics[row.topic] = nil }
    return row
  }

  /// Ends all streams.
  mutating func end(_ reason: DropReason) -> [Waiting] {
    ended = reason
    return takeAll()
  }

  private mutating func takeAll() -> [Waiting] {
    defer { (rows, topics) = ([:], [:]) }
    return rows.values.map(\.waiting)
  }

  // MARK: Time

  /// Notes that a follower is being written to.
  mutating func beginWrite(_ number: UInt64, close: @escaping @Sendable () -> Void) {
    writes[number] = Write(tick: tickCount, close: close)
  }

  /// Notes that a follower took in what was written.
  ///
  /// - Returns: Whether it took too long.
  mutating func endWrite(_ number: UInt64) -> Bool {
    writes.removeValue(forKey: number)?.isLate ?? false
  }

  /// What has to be done when some time has passed.
  typealias Due = (
    beats: [(Waiting, UInt64)], over: [Waiting], stalled: [@Sendable () -> Void]
  )

  /// Lets time pass.
  ///
  /// - Parameter now: The seconds since 1970.
  /// - Returns: Who must hear a heartbeat, whose token is over, whose connection must be closed.
  mutating func tick(at now: Int64) -> Due {
    tickCount += 1
    let over = rows.filter { $0.value.viewer.expiry <= now }.keys.compactMap { takeWaiting($0) }
    let due = rows.filter { tickCount - $0.value.tick >= UInt64(Self.ticksOfHeartbeat) }
    let beats = due.keys.compactMap { number in
      takeRow(number).map { ($0.waiting, position) }
    }
    var stalled: [@Sendable () -> Void] = []
    for (number, write) in writes where tickCount - write.tick > patience {
      writes[number]?.isLate = true
      // Twice the patience, and the reason cannot even be said.
      if tickCount - write.tick > 2 * patience { stalled.append(write.close) }
    }
    return (beats, over, stalled)
  }
}
