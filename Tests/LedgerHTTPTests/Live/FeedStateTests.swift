import ConversationLedger
import Conversations
import Foundation
import Synchronization
import Testing

@testable import LedgerHTTP

@Suite
struct `The state of the feed` {
  /// Events of a ledger of their own: three conversations' starts.
  private func frames() async throws -> [EventFrame] {
    let folder = FileManager.default.temporaryDirectory.path + "/feed-\(UUID().uuidString)"
    let ledger = try Ledger(at: folder, for: .writing(creating: true), options: .small)
    defer {
      ledger.close()
      try? FileManager.default.removeItem(atPath: folder)
    }
    let (owner, bot, deployment) = (OwnerID(1), BotID(2), DeploymentID(3))
    let registry: [RegistryCommand] = [
      .registerOwner(owner, name: "owner"),
      .registerBot(bot, owner: owner, name: "bot", sessionMinutes: nil),
      .registerDeployment(deployment, bot: bot, channel: "web"),
    ]
    _ = try await ledger.submit(registry.map { .registry($0, by: .trusted) })
    let starts = (1...3).map { number in
      StartRequest(
        conversation: ConversationID(UInt128(100 + number)),
        deployment: deployment,
        visitor: VisitorID(UInt128(number)),
      )
    }
    _ = try await ledger.submit(starts.map { .start($0) })
    var walk = LogWalk(ledger, after: 3)
    return try walk.next(10).map(EventFrame.init)
  }

  private func viewer(_ visitor: UInt128, until expiry: Int64 = .max) -> Viewer {
    let user = VisitorID(visitor).description
    return Viewer(Principal(user: user, role: .visitor, owner: nil, name: nil, expiry: expiry))
  }

  private let admin = Principal(user: "root", role: .admin, owner: nil, name: nil, expiry: .max)

  /// The positions of what a follower is to write, and up to where.
  private func step(_ next: EventFeedState.Next) -> (seen: [UInt64], through: UInt64)? {
    guard case .frames(let frames, let end) = next else { return nil }
    return (frames.map(\.position), end)
  }

  @Test
  func `gives a follower the events for it, and passes over the others`() async throws {
    var state = EventFeedState(EventFeed.Limits())
    _ = state.begin(after: 3)
    _ = state.publish(try await frames(), readAfter: 0)
    let next = state.next(after: 3, for: viewer(2), limit: 1 << 20)
    let found = try #require(step(next))
    #expect(found.seen == [5])
    #expect(found.through == 6)
  }

  @Test
  func `sends a follower to the log for what is no longer here`() async throws {
    var limits = EventFeed.Limits()
    limits.recentEvents = 1
    var state = EventFeedState(limits)
    _ = state.begin(after: 3)
    _ = state.publish(try await frames(), readAfter: 0)
    guard case .readLog = state.next(after: 3, for: viewer(1), limit: 1) else {
      Issue.record("the follower was not sent to the log")
      return
    }
    #expect(state.lacks(3))
    #expect(step(state.next(after: 5, for: viewer(3), limit: 1))?.seen == [6])
  }

  @Test
  func `wakes whoever waits for one of the events, and nobody else`() async throws {
    let frames = try await frames()
    let viewers = [viewer(1), viewer(9), Viewer(admin)]
    let wakes = Self.wakes(of: viewers) { state in state.publish(frames, readAfter: 0).map(\.0) }
    #expect(wakes == [true, false, true])
  }

  @Test
  func `lets all look again when it begins anew, for they may lack what is before`() {
    let wakes = Self.wakes(of: [viewer(1), viewer(9)]) { $0.begin(after: 100) }
    #expect(wakes == [true, true])
  }

  @Test
  func `beats for those who heard nothing, once in their time`() {
    for ticks in 1...EventFeedState.ticksOfHeartbeat {
      let wakes = Self.wakes(of: [viewer(1)]) { state in
        var beats: [EventFeedState.Waiting] = []
        for _ in 0..<ticks { beats += state.tick(at: 0).beats.map(\.0) }
        return beats
      }
      #expect(wakes == [ticks == EventFeedState.ticksOfHeartbeat])
    }
  }

  @Test
  func `wakes whoever's token is over, and at once`() {
    let viewers = [viewer(1, until: 99), viewer(2, until: 100), viewer(3, until: 101)]
    #expect(Self.wakes(of: viewers) { $0.tick(at: 100).over } == [true, true, false])
  }

  @Test
  func `gives each person so many places, and takes them back`() throws {
    var limits = EventFeed.Limits()
    (limits.followers, limits.followersPerPerson) = (3, 2)
    var state = EventFeedState(limits)
    let (one, other) = (viewer(1).person, viewer(2).person)
    let first = state.join(one)
    _ = state.join(one)
    #expect(state.reasonAgainst(one) == .tooManyOfOne)
    #expect(state.reasonAgainst(other) == nil)
    _ = state.join(other)
    #expect(state.reasonAgainst(other) == .tooMany)
    state.leave(try #require(first), one)
    #expect(state.reasonAgainst(one) == nil)
  }

  @Test
  func `notes a reader that takes in nothing, then closes its connection`() throws {
    var limits = EventFeed.Limits()
    (limits.heartbeat, limits.patience) = (.seconds(4), .seconds(2))
    var state = EventFeedState(limits)
    _ = state.begin(after: 0)
    let joined = state.join(admin.person)
    let number = try #require(joined)
    state.beginWrite(number) {}
    var stalled = (0..<2).map { _ in state.tick(at: 0).stalled.count }
    #expect(stalled == [0, 0])
    var punctual = state
    let isPunctualLate = punctual.endWrite(number)
    #expect(!isPunctualLate)
    _ = state.tick(at: 0)
    var late = state
    let isLate = late.endWrite(number)
    #expect(isLate)
    stalled = (0..<2).map { _ in state.tick(at: 0).stalled.count }
    #expect(stalled == [0, 1])
  }

  /// Lets viewers wait, changes the state, and says which of them were woken by that.
  private static func wakes(
    of viewers: [Viewer],
    by change: (inout EventFeedState) -> [EventFeedState.Waiting],
  ) -> [Bool] {
    let woken = Mutex<Set<Int>>([])
    var state = EventFeedState(EventFeed.Limits())
    _ = state.begin(after: 3)
    for (index, viewer) in viewers.enumerated() {
      guard let number = state.join(viewer.person) else { continue }
      _ = state.wait(number, after: 3, viewer) { _ in woken.withLock { _ = $0.insert(index) } }
    }
    for waiting in change(&state) { waiting(.wakeUp) }
    return woken.withLock { woken in viewers.indices.map { woken.contains($0) } }
  }
}
