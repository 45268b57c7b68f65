import Foundation
import Glibc
package import LMDB
import Synchronization
import TransparencyLog

/// The one writer of a log: applies ordered commands and commits them in groups.
///
/// Threads take turns in three roles. The one that decides gathers what was ordered and applies it;
/// then it seals and hashes; then it commits. Each role is one thread's at a time, and who is ahead
/// in one is ahead in the next, so processors and device work at the same time and order is kept.
/// A caller that blocks anyway takes the roles itself when nobody has them, so a lone command meets
/// no second thread.
///
/// Nothing is answered before it is flushed. If a commit fails, its outcome is unknown: the log is
/// closed, opened, compared with the batch, and only then is the batch answered. What was decided
/// on top of a batch that is not there fails with it.
package final class EventWriter<Machine: StateMachine & SendableMetatype>: @unchecked Sendable {
  package typealias Commands = any CommandLog<Machine.Command, Machine.Answer>
  private typealias Ordered = OrderedProposal<Machine.Command, Machine.Answer>
  private typealias Answers = [[Result<Machine.Answer, any Error>]]

  /// The most records of one commit; more would only make callers wait longer.
  private static var recordLimit: Int { 4_096 }
  /// The most bytes of one commit; below LMDB's limit of dirty pages by two orders of magnitude.
  private static var byteLimit: Int { 16 << 20 }

  /// The records that make a batch large: waiting for more would not make its flush cheaper.
  private static var largeBatchLength: Int { 1_024 }

  private let log: EventLog
  private let commands: Commands
  private let observer: (any CommitObserver)?
  /// Why nothing can be written until the ledger is opened again.
  private let failure = Mutex<(any Error)?>(nil)

  /// Guards the roles and the queue's emptiness.
  ///
  /// The fields above `machine` belong to its lock; those from there on to whoever has the role.
  private let monitor = NSCondition()
  private var isDeciding = false
  private var isSealing = false
  private var isCommitting = false
  private var isStopping = false
  private var isStopped = false
  private var hasOrdered = false
  /// Whether so much is ordered that it is decided while those ahead are not done.
  private var hasMany = false
  /// How many threads wait for a role, or for those ahead.
  private var waitingCount = 0
  /// How many commits failed, and why the last one did.
  private var failures: (count: Int, last: (any Error)?) = (0, nil)
  private var threads: [JoinableThread] = []
  /// The batch of callers that take the roles themselves; gone while one does.
  private var spare: PendingBatch?
  /// The state behind what is decided, and how many failed commits it knows of.
  private var machine: Machine
  private var decided: (position: UInt64, time: Int64, failures: Int)
  /// The tree behind what is sealed.
  private var sealed: IncrementalTree

  /// Takes up a log at its head.
  ///
  /// - Parameters:
  ///   - log: The log, opened for writing.
  ///   - keys: What seals the bodies.
  ///   - commands: What gives commands their order.
  ///   - machine: The state at the log's head.
  ///   - observer: Hears of the commits.
  /// - Throws: `DamagedRecord` if the log's end is not what its last commit wrote.
  package init(
    log: EventLog,
    keys: KeyRing,
    commands: Commands,
    machine: Machine,
    observer: (any CommitObserver)? = nil,
  ) throws {
    self.log = log
    self.commands = commands
    self.observer = observer
    self.machine = machine
    let (tree, head) = try log.checkedTree()
    decided = (head.position, head.recordedAt, 0)
    sealed = tree
    spare = PendingBatch(keys: keys)
    commands.whenOrdered { [weak self] areMany in self?.signalOrdered(areMany) }
    threads = try (0..<3).map { _ in
      try JoinableThread { [self] in work(on: PendingBatch(keys: keys)) }
    }
  }

  /// Answers what was ordered, flushes it, and ends the threads.
  package func stop() {
    monitor.lock()
    isStopping = true
    monitor.broadcast()
    let running = threads
    threads = []
    monitor.unlock()
    for thread in running { thread.join() }
    monitor.lock()
    while spare == nil { monitor.wait() }
    isStopped = true
    monitor.unlock()
    refuseOrdered()
  }

  private func signalOrdered(_ areMany: Bool) {
    monitor.lock()
    if isStopped {
      monitor.unlock()
      return refuseOrdered()
    }
    hasOrdered = true
    if areMany { hasMany = true }
    // Whoever decides looks again before it is done, unless it waits for those ahead.
    if isTurnFree || isDeciding && hasMany && waitingCount > 0 { monitor.broadcast() }
    monitor.unlock()
  }

  /// Whether there is something to decide, and nobody who will come to it.
  ///
  /// A little is left to those ahead: they are awake when they are done.
  private var isTurnFree: Bool { hasOrdered && !isDeciding && (hasMany || !isAnyAhead) }

  /// Answers what was ordered after the end with a failure.
  private func refuseOrdered() {
    let (taken, _) = commands.takeOrdered(limit: .max)
    for ordered in taken {
      ordered.proposal.answer(ordered.proposal.commands.map { _ in .failure(WriterStopped()) })
    }
  }

  /// Orders commands on behalf of a caller that will block until they are answered.
  ///
  /// If nobody decides or commits, the calling thread does both, which saves two changes of
  /// threads.
  package func proposeAndAssist(_ proposal: Proposal<Machine.Command, Machine.Answer>) {
    monitor.lock()
    guard !isDeciding, !isAnyAhead, !isStopping, let batch = spare else {
      monitor.unlock()
      return commands.propose(proposal)
    }
    spare = nil
    isDeciding = true
    monitor.unlock()
    commands.propose(proposal)
    monitor.lock()
    takeTurn(on: batch)
    spare = batch
    if isStopping { monitor.broadcast() }
    monitor.unlock()
  }

  /// The life of a thread: decide, commit, answer, again.
  private func work(on batch: PendingBatch) {
    monitor.lock()
    while waitForTurn() {
      isDeciding = true
      takeTurn(on: batch)
    }
    monitor.unlock()
  }

  /// Decides, seals, commits and answers, beginning in the role of the one that decides.
  ///
  /// Called and left with the lock held.
  private func takeTurn(on batch: PendingBatch) {
    let turn = gather(into: batch)
    while isSealing { waitForOthers() }
    (isSealing, isDeciding) = (true, false)
    unlocked { batch.seal(behind: &sealed) }
    while isCommitting { waitForOthers() }
    (isCommitting, isSealing) = (true, false)
    let isStale = turn.failures != failures.count
    var outcome = isStale ? failures.last : nil
    if !isStale { unlocked { outcome = commit(batch) } }
    if let outcome, !isStale { failures = (failures.count + 1, outcome) }
    isCommitting = false
    unlocked {
      answer(turn, outcome)
      if outcome == nil, batch.count > 0 { observer?.logReached(batch.nextPosition - 1) }
      turn.afterwards?(outcome == nil ? batch.head : nil)
    }
  }

  /// Whether a batch that was decided is not committed yet.
  private var isAnyAhead: Bool { isSealing || isCommitting }

  /// Wakes whoever wants a role that was given up, and works without the lock.
  private func unlocked(_ work: () -> Void) {
    signalIfAwaited()
    monitor.unlock()
    work()
    monitor.lock()
  }

  /// Wakes the others, if a role that was given up is wanted.
  ///
  /// Threads that have nothing to do sleep on: waking them would cost a lone caller more than its
  /// command.
  private func signalIfAwaited() {
    if waitingCount > 0 || isTurnFree || isStopping { monitor.broadcast() }
  }

  /// Waits for a role, or for those ahead.
  private func waitForOthers() {
    waitingCount += 1
    monitor.wait()
    waitingCount -= 1
  }

  /// Waits until there is something to decide; `false` when the writer stops and all is done.
  private func waitForTurn() -> Bool {
    while !isTurnFree {
      if isStopping, !isDeciding, !hasOrdered { return false }
      monitor.wait()
    }
    return true
  }

  /// What was gathered into a batch.
  private struct Turn {
    var proposals: [Ordered] = []
    var answers: Answers = []
    /// How many commits had failed when it was begun.
    var failures: Int
    /// Work to do once the batch is committed.
    var afterwards: (@Sendable (LogHead?) -> Void)?
  }

  /// Decides what is ordered until those ahead are done, or the batch is large.
  ///
  /// Called and left with the lock held.
  private func gather(into batch: PendingBatch) -> Turn {
    if decided.failures != failures.count { goBack() }
    var turn = Turn(failures: decided.failures)
    batch.begin(after: decided.position, time: decided.time)
    unlocked { giveWay() }
    repeat {
      if isAnyAhead, !hasMany { waitForOthers() }
      (hasOrdered, hasMany) = (false, false)
      // Only who decides can begin to seal, so the role stays free if it is.
      let maySeal = !isSealing
      var areMoreWaiting = false
      unlocked {
        areMoreWaiting = decideOrdered(into: batch, &turn)
        if maySeal, !isLarge(batch) { batch.seal(behind: &sealed) }
      }
      if areMoreWaiting { (hasOrdered, hasMany) = (true, true) }
    } while isAnyAhead && !isLarge(batch) && turn.failures == failures.count
    decided.position = batch.nextPosition - 1
    decided.time = batch.time
    turn.afterwards = machine.batchDecided(through: decided.position)
    return turn
  }

  /// Lets threads run that order more, as long as that brings more: on busy processors a flush is
  /// shared by more commands then, and on idle ones this is no wait at all.
  private func giveWay() {
    var (before, now) = (0, commands.waitingCount)
    while now > before, now < Self.largeBatchLength {
      sched_yield()
      (before, now) = (now, commands.waitingCount)
    }
  }

  private func isLarge(_ batch: PendingBatch) -> Bool {
    batch.count >= Self.largeBatchLength || batch.byteCount >= Self.byteLimit
  }

  /// Takes what was ordered and decides it; answers whether more waits.
  private func decideOrdered(into batch: PendingBatch, _ turn: inout Turn) -> Bool {
    let room = max(1, Self.recordLimit - batch.count)
    let (taken, areMoreWaiting) = commands.takeOrdered(limit: room)
    turn.answers += taken.map { decide($0, into: batch) }
    turn.proposals += taken
    return areMoreWaiting
  }

  /// Applies the commands of a proposal to the machine, one after the other.
  private func decide(
    _ ordered: Ordered,
    into batch: PendingBatch,
  ) -> [Result<Machine.Answer, any Error>] {
    batch.time = max(batch.time, ordered.time)
    if let failure = failure.withLock({ $0 }) {
      return ordered.proposal.commands.map { _ in .failure(failure) }
    }
    return machine.apply(ordered.proposal.commands, to: batch)
  }

  /// Goes back to the log's head, because a commit failed, once all that was decided on top of it
  /// has failed with it.
  ///
  /// Called and left with the lock held.
  private func goBack() {
    while isAnyAhead { waitForOthers() }
    decided.failures = failures.count
    do {
      try machine.reset()
      let (tree, head) = try log.checkedTree()
      sealed = tree
      // The time moves on, so that no position gets the nonce of the attempt that failed.
      let time = max(head.recordedAt, decided.time + 1)
      decided = (head.position, time, failures.count)
    } catch {
      failure.withLock { $0 = error }
      decided.position = sealed.size
    }
  }

  /// Writes the batch; answers why not, if it is not on disk.
  private func commit(_ batch: PendingBatch) -> (any Error)? {
    do {
      if let failure = batch.sealingFailure { throw failure }
      guard batch.count > 0 else { return nil }
      try log.requireRoom(for: batch.byteCount)
      observer?.commitBegins()
      defer { observer?.commitEnds(events: batch.count) }
      try log.write(batch)
      return nil
    } catch {
      guard let failed = error as? CommitError else { return error }
      return outcome(of: batch, after: failed)
    }
  }

  /// Closes the log, opens it, and looks whether a batch of unknown outcome is there.
  ///
  /// - Returns: Why it is not; `nil` if it is.
  private func outcome(of batch: PendingBatch, after failed: CommitError) -> (any Error)? {
    do {
      try log.reopen()
      return try log.checkedTree().head == batch.head ? nil : failed.cause
    } catch {
      let unknown = UnknownOutcome(cause: failed.cause)
      failure.withLock { $0 = unknown }
      return unknown
    }
  }

  private func answer(_ turn: Turn, _ outcome: (any Error)?) {
    for (ordered, answers) in zip(turn.proposals, turn.answers) {
      guard let outcome else {
        ordered.proposal.answer(answers)
        continue
      }
      ordered.proposal.answer(answers.map { _ in .failure(outcome) })
    }
  }
}

/// A commit failed, and so did the look at what became of it.
///
/// The commands are on disk or not; opening the ledger again tells, and repeating a command under
/// its idempotency key is safe either way.
package struct UnknownOutcome: Error, Hashable, Sendable {
  /// Why the commit failed.
  package let cause: StorageError
}

/// The writer has ended; the command is not on disk.
package struct WriterStopped: Error, Hashable, Sendable {}
