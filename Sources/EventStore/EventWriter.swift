import Foundation
package import LMDB
import Synchronization
import TransparencyLog

/// The one writer of a log: applies ordered commands and commits them in groups.
///
/// Two threads take turns in two roles. The one that decides gathers what was ordered and applies
/// it; then it seals, hashes and commits, and the other one decides meanwhile. So processors and
/// device work at the same time and order is kept. A caller that blocks anyway takes the roles
/// itself when nobody has them, so a lone command meets no second thread.
///
/// Nothing is answered before it is flushed. If a commit fails, its outcome is unknown: the log is
/// closed, opened, compared with the batch, and only then is the batch answered.
package final class EventWriter<Machine: StateMachine & SendableMetatype>: @unchecked Sendable {
  package typealias Commands = any CommandLog<Machine.Command, Machine.Answer>
  private typealias Ordered = OrderedProposal<Machine.Command, Machine.Answer>
  private typealias Answers = [[Result<Machine.Answer, any Error>]]

  /// The most records of one commit; more would only make callers wait longer.
  private static var recordLimit: Int { 4_096 }
  /// The most bytes of one commit; below LMDB's limit of dirty pages by two orders of magnitude.
  private static var byteLimit: Int { 16 << 20 }

  private let log: EventLog
  private let commands: Commands
  private let observer: (any CommitObserver)?
  /// Why nothing can be written until the ledger is opened again.
  private let failure = Mutex<(any Error)?>(nil)

  /// Guards the roles and the queue's emptiness.
  ///
  /// All fields below it belong to its lock, except `machine` and `decided`, which belong to the
  /// thread that decides.
  private let monitor = NSCondition()
  private var isDeciding = false
  private var isCommitting = false
  private var isStopping = false
  private var isStopped = false
  private var hasOrdered = false
  private var mustReset = false
  private var threads: [JoinableThread] = []
  /// The batch of callers that take the roles themselves; gone while one does.
  private var spare: PendingBatch?
  private var machine: Machine
  private var decided: (position: UInt64, time: Int64)
  /// The tree behind the last commit; belongs to the thread that commits.
  private var committed: IncrementalTree

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
    decided = (head.position, head.recordedAt)
    committed = tree
    spare = PendingBatch(keys: keys)
    commands.whenOrdered { [weak self] in self?.signalOrdered() }
    threads = try (0..<2).map { _ in
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

  private func signalOrdered() {
    monitor.lock()
    if isStopped {
      monitor.unlock()
      return refuseOrdered()
    }
    hasOrdered = true
    // Whoever decides looks again before it is done, unless it waits for a commit.
    if !isDeciding || isCommitting { monitor.broadcast() }
    monitor.unlock()
  }

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
    guard !isDeciding, !isCommitting, !isStopping, let batch = spare else {
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

  /// Decides, commits and answers, in the role of the one that decides.
  ///
  /// Called and left with the lock held.
  private func takeTurn(on batch: PendingBatch) {
    let (proposals, answers, afterwards) = gather(into: batch)
    isCommitting = true
    isDeciding = false
    signalIfAwaited()
    monitor.unlock()
    let outcome = commit(batch)
    monitor.lock()
    isCommitting = false
    signalIfAwaited()
    monitor.unlock()
    answer(proposals, answers, outcome)
    if outcome == nil, batch.count > 0 { observer?.logReached(batch.head.position) }
    afterwards?(outcome == nil ? batch.head : nil)
    monitor.lock()
  }

  /// Wakes the others, if a role that was given up is wanted.
  private func signalIfAwaited() {
    if hasOrdered || isDeciding || isStopping { monitor.broadcast() }
  }

  /// Waits until there is something to decide; `false` when the writer stops and all is done.
  private func waitForTurn() -> Bool {
    while isDeciding || !hasOrdered {
      if isStopping, !isDeciding, !hasOrdered { return false }
      monitor.wait()
    }
    return true
  }

  /// Decides what is ordered until the commit before is done.
  ///
  /// Called and left with the lock held.
  private func gather(
    into batch: PendingBatch
  ) -> (proposals: [Ordered], answers: Answers, afterwards: (@Sendable (LogHead?) -> Void)?) {
    batch.begin(after: decided.position, time: decided.time)
    var proposals: [Ordered] = []
    var answers: Answers = []
    repeat {
      if isCommitting, !hasOrdered { monitor.wait() }
      hasOrdered = false
      monitor.unlock()
      let room = max(1, Self.recordLimit - batch.count)
      let (taken, areMoreWaiting) = commands.takeOrdered(limit: room)
      answers += taken.map { decide($0, into: batch) }
      proposals += taken
      monitor.lock()
      if areMoreWaiting { hasOrdered = true }
    } while isCommitting && batch.count < Self.recordLimit && batch.byteCount < Self.byteLimit
    while isCommitting { monitor.wait() }
    if mustReset { answers = decideAgain(proposals, into: batch) }
    decided = (batch.nextPosition - 1, batch.time)
    let afterwards = machine.batchDecided(through: decided.position)
    return (proposals, answers, afterwards)
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
    return ordered.proposal.commands.map { command in
      let mark = batch.mark
      do {
        return .success(try machine.apply(command, to: batch))
      } catch {
        batch.rewind(to: mark)
        return .failure(error)
      }
    }
  }

  /// Goes back to the log's head, because the commit before failed, and decides anew.
  private func decideAgain(_ proposals: [Ordered], into batch: PendingBatch) -> Answers {
    mustReset = false
    do {
      try machine.reset()
      let (tree, head) = try log.checkedTree()
      committed = tree
      // The time moves on, so that no position gets the nonce of the attempt that failed.
      batch.begin(after: head.position, time: max(head.recordedAt, decided.time + 1))
    } catch {
      failure.withLock { $0 = error }
      batch.begin(after: committed.size, time: decided.time)
    }
    return proposals.map { decide($0, into: batch) }
  }

  /// Writes the batch; answers why not, if it is not on disk.
  private func commit(_ batch: PendingBatch) -> (any Error)? {
    do {
      try batch.seal(into: committed)
      guard batch.count > 0 else { return nil }
      try log.requireRoom()
      observer?.commitBegins()
      defer { observer?.commitEnds(events: batch.count) }
      try log.write(batch)
      committed = batch.tree
      return nil
    } catch {
      defer {
        monitor.lock()
        mustReset = true
        monitor.unlock()
      }
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

  private func answer(_ proposals: [Ordered], _ answers: Answers, _ outcome: (any Error)?) {
    for (ordered, answers) in zip(proposals, answers) {
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
