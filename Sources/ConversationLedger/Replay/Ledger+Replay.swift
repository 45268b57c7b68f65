import Conversations
import EventStore
import Foundation
import LMDB
import Projections

/// One event of a replay, with the state before and after it.
public struct ReplayStep: Codable, Hashable, Sendable {
  /// The event.
  public var event: EventRow
  /// The conversation's state before; `null` if it did not exist or the event is of no
  /// conversation.
  @ExplicitNull public var before: ReplayState?
  /// The conversation's state after.
  @ExplicitNull public var after: ReplayState?
}

/// The state of a conversation as a replay shows it.
public struct ReplayState: Codable, Hashable, Sendable {
  /// The bot that holds it.
  public var holderBotId: String
  /// Who answers: `bot`, `agentRequested` or `agent`.
  public var control: String
  /// The agent in control.
  public var agentId: String?
  /// The agent's name or account, if it can be read.
  public var agent: String?
  /// The handovers since the visitor last wrote.
  public var handoversSinceVisitor: UInt32
  /// Whether it has ended.
  public var ended: Bool

  init(_ state: Conversation, agent name: String? = nil) {
    holderBotId = state.holder.description
    control = state.control.name
    if case .agent(let id) = state.control {
      agentId = id.description
      agent = name
    }
    handoversSinceVisitor = state.handoversSinceVisitor
    ended = state.isEnded
  }
}

/// The views as they are against the views built from nothing.
public struct ReplayVerdict: Codable, Hashable, Sendable {
  /// The log position at which they were compared.
  public var position: UInt64
  /// The digest of the views built from nothing.
  public var rebuiltDigest: String
  /// The digest of the live views; `null` if there are none.
  @ExplicitNull public var liveDigest: String?
  /// Whether they are the same.
  public var same: Bool
}

extension Ledger {
  /// Steps through the events of a conversation.
  public func replay(_ events: [RecordedEvent]) throws -> [ReplayStep] {
    var walk = ReplayWalk()
    return events.map { walk.step(through: $0) }
  }

  /// Steps through a span of the log, every conversation in it.
  ///
  /// The state before the first event of a conversation in the span is folded from the events
  /// before the span.
  public func replay(
    from first: UInt64,
    through last: UInt64,
    _ body: (ReplayStep) throws -> Void,
  ) throws {
    try LedgerError.wrapping {
      let before = first > 1 ? try reader.at(first - 1) : nil
      var walks: [ConversationID: ReplayWalk] = [:]
      try forEachEvent(from: max(first, 1), through: last) { recorded in
        guard let id = recorded.conversation else {
          return try body(ReplayStep(event: EventRow(recorded), before: nil, after: nil))
        }
        var walk = try walks[id] ?? before?.head(of: id).map(walk) ?? ReplayWalk()
        try body(walk.step(through: recorded))
        walks[id] = walk
      }
    }
  }

  private func walk(behind head: Head) throws -> ReplayWalk {
    ReplayWalk(state: head.state, agent: try agentName(head))
  }

  /// Builds the views from nothing and compares their digest with that of the live ones.
  ///
  /// The ledger itself is only read; the new views lie in a temporary folder meanwhile.
  ///
  /// - Parameter progress: Hears the position reached, and the end.
  /// - Returns: Both digests, and whether they are the same.
  /// - Throws: `LedgerError` if the log or the views cannot be read, or the new ones not written.
  public func compareViews(
    progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws -> ReplayVerdict {
    try LedgerError.wrapping {
      let folder = FileManager.default.temporaryDirectory.path + "/handover-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      // The live views are brought up in a copy, as a reader brings them up in memory. They are
      // copied before the head is read, so that they are not ahead of it.
      guard !reader.lacksDamagedViews else { throw DamagedViews("the views are damaged") }
      let live = try reader.writtenViews.map { try $0.copy(to: folder + "/live") }
      let position = try log.head().position
      try live?.catchUp(with: log, through: position)
      let rebuilt = try Views(at: folder + "/rebuilt", for: .writing)
      try rebuilt.catchUp(with: log, through: position) { progress($0, position) }
      let digests = (try rebuilt.digest(), try live?.digest())
      return ReplayVerdict(
        position: position,
        rebuiltDigest: hexadecimal(digests.0),
        liveDigest: digests.1.map(hexadecimal),
        same: digests.1 == nil || digests.0 == digests.1,
      )
    }
  }
}

/// One conversation's way through its events.
struct ReplayWalk {
  var state: Conversation?
  /// The name of the agent who took control last.
  var agent: String?

  /// Takes in an event and shows the states on both sides of it.
  mutating func step(through recorded: RecordedEvent) -> ReplayStep {
    let before = shown
    if let event = recorded.event { state.evolve(event, at: recorded.position) }
    if case .agentTookOver = recorded.event {
      agent = (recorded.body?.authorName ?? recorded.body?.authorID)?.shownName
    }
    return ReplayStep(event: EventRow(recorded), before: before, after: shown)
  }

  private var shown: ReplayState? { state.map { ReplayState($0, agent: agent) } }
}

/// Lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { byte in
    let digits = String(byte, radix: 16)
    return byte < 16 ? "0" + digits : digits
  }
  .joined()
}
