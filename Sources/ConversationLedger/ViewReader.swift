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
  private let views: Views?
  private let state = Mutex<State?>(nil)

  private struct State {
    var overlay: Overlay
    var registry: Registry
    var administration: UInt64
  }

  init(log: EventLog, keys: KeyRing, views: Views?) {
    self.log = log
    self.keys = keys
    self.views = views
  }

  /// The written views; `nil` if there are none that fit.
  var writtenViews: Views? { views }

  /// What is known at the log's head.
  func atHead() throws -> ViewSnapshot {
    let head = try log.head()
    return try state.withLock { state in
      let current = try advanced(&state, through: head.position)
      return ViewSnapshot(
        overlay: current.overlay,
        views: views,
        registry: current.registry,
        time: head.recordedAt,
      )
    }
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
    var registry = Registry()
    try registry.fold(log, keys, after: 0, through: overlay.totals.administration.last)
    let time = end == 0 ? 0 : try log.record(at: end).header.recordedAt
    return ViewSnapshot(overlay: overlay, views: nil, registry: registry, time: time)
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
      let snapshot = ViewSnapshot(
        overlay: current.overlay,
        views: views,
        registry: current.registry,
        time: head.recordedAt,
      )
      var heads: [ConversationID: Head] = [:]
      for conversation in conversations {
        heads[conversation] = try snapshot.head(of: conversation)
      }
      return (heads, current.registry)
    }
  }

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

  /// Drops what was folded when the views have come much further.
  private func fresh(_ state: State?) throws -> State {
    let checkpoint = try views?.checkpoint() ?? Views.Checkpoint()
    if let state, checkpoint.position < state.overlay.base + WriterState.flushLength {
      return state
    }
    return State(
      overlay: Overlay(base: checkpoint.position, totals: checkpoint.totals),
      registry: state?.registry ?? Registry(),
      administration: state?.administration ?? 0,
    )
  }

  private func advance(_ state: inout State, through position: UInt64) throws {
    try state.overlay.fold(log, through: position, over: views)
    let last = state.overlay.totals.administration.last
    try state.registry.fold(log, keys, after: state.administration, through: last)
    state.administration = last
  }
}
