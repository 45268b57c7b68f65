import Conversations
import EventStore
import Projections
import Synchronization

/// Answers questions at the log's head, or at an earlier position, without writing anything.
///
/// What the views lag behind is folded in memory, so a reader in another process neither waits for
/// the writer nor misses what it committed.
final class ViewReader: Sendable {
  private let log: EventLog
  private let keys: KeyRing
  private let standing: StandingViews
  private let state = Mutex<State?>(nil)

  private struct State {
    let views: Views?
    var overlay: Overlay
    var registry = Registry()
    var administration: UInt64 = 0
  }

  init(log: EventLog, keys: KeyRing, views: StandingViews) {
    self.log = log
    self.keys = keys
    standing = views
  }

  /// The written views; `nil` if there are none that fit.
  var writtenViews: Views? { standing.views }

  /// Whether views that were damaged were given up, and there are none.
  var lacksDamagedViews: Bool { standing.views == nil && standing.wereDamaged }

  /// Whether views that were damaged are being built anew.
  var isBuildingViews: Bool { standing.areBeingBuilt }

  /// What is known at the log's head.
  func atHead() throws -> ViewSnapshot {
    let head = try log.head()
    return try state.withLock { state in
      let current = try advanced(&state, through: head.position)
      return snapshot(current, at: head)
    }
  }

  private func snapshot(_ state: State, at head: LogHead) -> ViewSnapshot {
    ViewSnapshot(
      overlay: state.overlay,
      views: state.views,
      registry: state.registry,
      time: head.recordedAt,
    )
  }

  /// What was known at an earlier position; folds the log from its beginning.
  func at(_ position: UInt64, _ patience: Patience = .endless) throws -> ViewSnapshot {
    let end = min(position, try log.head().position)
    var overlay = Overlay()
    while overlay.position < end {
      try patience.check()
      let stop = min(end, overlay.position + Patience.stepLength)
      try overlay.fold(log, through: stop, over: nil)
    }
    let registry = try registry(through: overlay.totals.administration.last)
    let time = end == 0 ? 0 : try log.record(at: end).header.recordedAt
    return ViewSnapshot(overlay: overlay, views: nil, registry: registry, time: time)
  }

  /// What was known at an earlier position: what happened since is taken back.
  ///
  /// - Throws: `TooFarBack` if that would cost more than the limits allow.
  func rewound(
    _ present: ViewSnapshot,
    to position: UInt64,
    limits: RewindLimits,
    _ patience: Patience,
  ) throws -> ViewSnapshot {
    let (past, administration) = try present.rewound(to: position, in: log, limits: limits) {
      try patience.check()
    }
    let now = present.overlay.totals.administration
    return administration == now
      ? past : past.with(try registry(through: administration.last))
  }

  /// The bots and deployments as they were behind an event of administration.
  func registry(through last: UInt64) throws -> Registry {
    var registry = Registry()
    try registry.fold(log, keys, after: 0, through: last)
    return registry
  }

  /// The heads of some conversations at the log's head, and the registry there.
  ///
  /// Nothing is kept of what was folded, so the next fold changes it in place.
  func heads(
    of conversations: Set<ConversationID>
  ) throws -> (heads: [ConversationID: Head], registry: Registry) {
    let head = try log.head()
    return try state.withLock { state in
      let current = try advanced(&state, through: head.position)
      let snapshot = snapshot(current, at: head)
      var heads: [ConversationID: Head] = [:]
      for conversation in conversations {
        heads[conversation] = try snapshot.head(of: conversation)
      }
      return (heads, current.registry)
    }
  }

  /// Asks a question, and again if the views proved to be damaged, or went on while it was asked.
  ///
  /// - Parameter question: Asks; it changes nothing and may be run more than once.
  /// - Returns: The answer.
  /// - Throws: What the question throws.
  func answering<Answer>(_ question: () throws -> Answer) throws -> Answer {
    for _ in 0..<Self.attemptLimit {
      do {
        return try question()
      } catch is DamagedViews {
        try standing.mend()
      } catch is ViewsMovedOn {
        state.withLock { $0 = nil }
      }
    }
    throw LedgerError(.unavailable, "the views change faster than they can be read; try again")
  }

  /// How often a question is asked again.
  ///
  /// Once for damage, and once for views that were written in the microseconds after the log's head
  /// was read: they are written every 131,072 events.
  private static let attemptLimit = 8

  /// Takes in what came since the last question.
  ///
  /// The state is given up while it changes, so that its tables are changed and not copied.
  private func advanced(_ state: inout State?, through position: UInt64) throws -> State {
    var current = try fresh(state)
    state = nil
    try advance(&current, through: position)
    state = current
    return current
  }

  /// Drops what was folded when the views have come much further, or others took their place.
  private func fresh(_ state: State?) throws -> State {
    let views = standing.views
    let checkpoint = try views?.checkpoint() ?? Views.Checkpoint()
    if let state, state.views === views,
      checkpoint.position < state.overlay.base + WriterState.flushLength
    {
      return state
    }
    return State(
      views: views,
      overlay: Overlay(base: checkpoint.position, totals: checkpoint.totals),
      registry: state?.registry ?? Registry(),
      administration: state?.administration ?? 0,
    )
  }

  private func advance(_ state: inout State, through position: UInt64) throws {
    try state.overlay.fold(log, through: position, over: state.views)
    let last = state.overlay.totals.administration.last
    try state.registry.fold(log, keys, after: state.administration, through: last)
    state.administration = last
  }
}
