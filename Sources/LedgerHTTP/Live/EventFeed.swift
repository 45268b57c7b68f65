import ConversationLedger
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Hands the log's new events to all who follow it: each event is read once and encoded once.
///
/// A follower is a position and, while it waits, a row in a table; it is woken only for events it
/// may see. What a follower missed that is no longer here, it reads from the log itself, at its own
/// pace, so no follower holds up another one or a writer.
final class EventFeed: Service {
  /// How the feed treats its followers.
  struct Limits: Sendable {
    /// The most followers at a time.
    var followers = 10_000
    /// The most of one person; 0 is no limit.
    var followersPerPerson = 64
    /// The events kept for those who are a little behind.
    var recentEvents = 4_096
    /// About how many bytes those may take.
    var recentBytes = 16 << 20
    /// How long a follower hears nothing before it hears a heartbeat.
    var heartbeat = Duration.seconds(15)
    /// How long a follower may take in nothing before it is dropped.
    var patience = Duration.seconds(10)
    /// The least time between two deliveries, so that many small commits wake followers once.
    var interval = Duration.milliseconds(10)
  }

  let ledger: Ledger
  let gate: LedgerGate
  let connections: Connections
  let limits: Limits
  private let logger: Logger
  let state: Mutex<EventFeedState>
  private let arrivals: AsyncStream<Void>
  private let arrived: AsyncStream<Void>.Continuation

  init(
    _ ledger: Ledger,
    _ gate: LedgerGate,
    _ connections: Connections,
    limits: Limits = Limits(),
    logger: Logger,
  ) {
    self.ledger = ledger
    self.gate = gate
    self.connections = connections
    self.limits = limits
    self.logger = logger
    state = Mutex(EventFeedState(limits))
    (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Delivers events until the server stops; then every follower is told so.
  func run() async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { await cancelWhenGracefulShutdown { await self.deliver() } }
      group.addTask { await cancelWhenGracefulShutdown { await self.watch() } }
      _ = try await group.next()
      group.cancelAll()
    }
    end(.serverStopping)
  }

  /// Ends all streams: the followers are told why.
  func end(_ reason: DropReason) {
    for waiting in state.withLock({ $0.end(reason) }) { waiting(.wakeUp) }
  }

  /// Forgets the recent events, because words were erased; followers read the log instead.
  func forget() {
    for waiting in state.withLock({ $0.forget() }) { waiting(.wakeUp) }
  }

  /// How the feed does.
  var statistics: EventFeedState.Statistics { state.withLock { $0.statistics } }

  /// Lets a follower in.
  ///
  /// - Returns: The follower's number; `nil` if there are too many.
  func join(_ person: Principal.Person) -> UInt64? {
    let number = state.withLock { $0.join(person) }
    if number != nil { arrived.yield() }
    return number
  }

  /// Reads the log while anybody follows.
  private func deliver() async {
    for await _ in arrivals {
      do {
        try await deliverWhileFollowed()
      } catch {
        logger.error("the log cannot be followed", metadata: ["error": "\(error)"])
        end(.fault)
      }
    }
  }

  private func deliverWhileFollowed() async throws {
    let head = try ledger.headPosition()
    let start = head - min(head, UInt64(limits.recentEvents))
    var walk = LogWalk(ledger, after: start)
    for waiting in state.withLock({ $0.begin(after: start) }) {
      waiting(.wakeUp)
    }
    while !state.withLock({ $0.restUnlessFollowed() }),
      let end = try await ledger.headPosition(beyond: walk.position)
    {
      while walk.position < end {
        let erasures = state.withLock { $0.erasures }
        let frames: [EventFrame]
        (walk, frames) = try await gate.read { [walk] _ in
          var walk = walk
          let events = try walk.next(512)
          return (walk, events.map(EventFrame.init))
        }
        let woken = state.withLock { $0.publish(frames, readAfter: erasures) }
        for (waiting, position) in woken { waiting(.events(behind: position)) }
      }
      try? await Task.sleep(for: limits.interval)
    }
  }

  /// Beats for those who heard nothing, wakes those whose token is over, and drops those who take
  /// in nothing.
  private func watch() async {
    let ticks = EventFeedState.ticksOfHeartbeat
    while !Task.isCancelled {
      try? await Task.sleep(for: limits.heartbeat / ticks)
      let now = Int64(Date().timeIntervalSince1970)
      let (beats, over, stalled) = state.withLock { $0.tick(at: now) }
      for (waiting, position) in beats { waiting(.heartbeat(position)) }
      for waiting in over { waiting(.wakeUp) }
      for close in stalled {
        logger.notice("a follower takes in nothing; its connection is closed")
        close()
      }
    }
  }
}

extension ServeConfiguration.LiveSettings {
  /// The limits of the feed.
  var limits: EventFeed.Limits {
    var limits = EventFeed.Limits()
    limits.followers = followers
    limits.followersPerPerson = followersPerPerson
    limits.recentEvents = bufferedEvents
    limits.heartbeat = .seconds(heartbeatSeconds)
    limits.patience = .seconds(patienceSeconds)
    return limits
  }
}
