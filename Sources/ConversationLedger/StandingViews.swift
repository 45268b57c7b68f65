import EventStore
import LMDB
import Projections
import Synchronization

/// The views in use: one set of tables at a time, given up as soon as it is found damaged.
///
/// Views are disposable. The process that writes the ledger builds them anew from the log, on the
/// thread that met the damage, while the others that need them wait; a process that only reads
/// does without them and folds the log in memory. Either way the answer is the right one.
final class StandingViews: Sendable {
  /// Brings new views to the log's head, in place of damaged ones.
  typealias Rebuild = @Sendable () throws -> Views

  private struct State {
    var views: Views?
    /// The position up to which they are written, as far as whoever writes them has said.
    var written: UInt64 = 0
  }

  private let state: Mutex<State>
  private let rebuild: Rebuild?
  /// Held by the thread that builds views anew.
  private let rebuilding = Mutex(())
  private let isBuilt = Atomic(true)
  private let damageCount = Atomic(0)
  /// Whether a thread writes them down.
  let isWriting = Atomic(false)

  /// Begins with views.
  ///
  /// - Parameters:
  ///   - views: The views; `nil` if there are none that can be used.
  ///   - rebuild: Builds new ones; `nil` in a process that only reads.
  init(_ views: Views?, rebuild: Rebuild? = nil) {
    state = Mutex(State(views: views))
    self.rebuild = rebuild
  }

  /// The views; `nil` if there are none.
  var views: Views? { state.withLock { $0.views } }

  /// Whether new ones are being built.
  var areBeingBuilt: Bool { !isBuilt.load(ordering: .acquiring) }

  /// Whether damaged views were given up.
  var wereDamaged: Bool { damageCount.load(ordering: .acquiring) > 0 }

  /// The position up to which they are written.
  var written: UInt64 { state.withLock { $0.written } }

  /// Hears that views were written; if others took their place meanwhile, that counts for nothing.
  func note(written position: UInt64, in views: Views) {
    state.withLock { state in
      if state.views === views { state.written = max(state.written, position) }
    }
  }

  /// Gives damaged views up; whole ones stay.
  ///
  /// - Throws: What reading the log throws, or why new views cannot be written.
  func mend() throws {
    try rebuilding.withLock { _ in
      guard let views, views.areDamaged else { return }
      _ = damageCount.add(1, ordering: .acquiringAndReleasing)
      guard let rebuild else { return state.withLock { $0.views = nil } }
      isBuilt.store(false, ordering: .releasing)
      defer { isBuilt.store(true, ordering: .releasing) }
      let fresh = try rebuild()
      let position = try fresh.checkpoint().position
      state.withLock { $0 = State(views: fresh, written: position) }
    }
  }

  /// Runs a body over the views, and once more over new ones if these are damaged.
  func reading<Result>(_ body: (Views) throws -> Result) throws -> Result {
    do {
      return try body(required())
    } catch is DamagedViews {
      try mend()
      return try body(required())
    }
  }

  private func required() throws -> Views {
    guard let views else {
      throw LedgerError(.readOnly, "this ledger has no views that can be written")
    }
    return views
  }
}
