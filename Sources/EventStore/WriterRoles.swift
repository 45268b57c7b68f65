import Foundation

/// Who of a writer's threads may decide, seal and commit: one each, under one lock.
///
/// Everything but `withLock` is used with the lock held.
final class WriterRoles: @unchecked Sendable {
  /// Guards all that follows.
  private let monitor = NSCondition()
  var isDeciding = false
  var isSealing = false
  var isCommitting = false
  var isStopping = false
  var isStopped = false
  /// Whether something is ordered that nobody has decided.
  var hasOrdered = false
  /// Whether so much is ordered that it is decided while those ahead are not done.
  var hasMany = false
  /// How many threads wait for a role, or for those ahead.
  private var waitingCount = 0

  /// Whether a batch that was decided is not committed yet.
  var isAnyAhead: Bool { isSealing || isCommitting }

  /// Whether there is something to decide, and nobody who will come to it.
  ///
  /// A little is left to those ahead: they are awake when they are done.
  private var isTurnFree: Bool { hasOrdered && !isDeciding && (hasMany || !isAnyAhead) }

  /// Runs a body with the lock held.
  func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    try monitor.withLock(body)
  }

  /// Wakes whoever wants a role that was given up, and works without the lock.
  func unlocked(_ work: () -> Void) {
    wakeIfAwaited()
    monitor.unlock()
    work()
    monitor.lock()
  }

  /// Says that something was ordered.
  func noteOrdered(areMany: Bool) {
    hasOrdered = true
    if areMany { hasMany = true }
    // Whoever decides looks again before it is done, unless it waits for those ahead.
    if isTurnFree || isDeciding && hasMany && waitingCount > 0 { monitor.broadcast() }
  }

  /// Wakes everybody, so that each looks at what has changed.
  func wakeAll() { monitor.broadcast() }

  /// Wakes the others, if a role that was given up is wanted.
  ///
  /// Threads that have nothing to do sleep on: waking them would cost a lone caller more than its
  /// command.
  private func wakeIfAwaited() {
    if waitingCount > 0 || isTurnFree || isStopping { monitor.broadcast() }
  }

  /// Waits for a role, or for those ahead.
  func waitForOthers() {
    waitingCount += 1
    monitor.wait()
    waitingCount -= 1
  }

  /// Waits until something else has changed.
  func waitForChange() { monitor.wait() }

  /// Waits until there is something to decide; `false` when the writer stops and all is done.
  func waitForTurn() -> Bool {
    while !isTurnFree {
      if isStopping, !isDeciding, !hasOrdered { return false }
      monitor.wait()
    }
    return true
  }
}
