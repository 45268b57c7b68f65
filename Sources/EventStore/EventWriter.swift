import Glibc
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

  /// The commands that share a flush well enough: waiting for more would leave the processors idle
  /// during the flush, because all who could order something would wait for it.
  private static var sharingLength: Int { 32 }

  private let log: EventLog
  private let commands: Commands
  private let observer: (any CommitObserver)?
  private let committer: BatchCommitter
  /// The fields from here to `machine` belong to its lock; those from there on to whoever has the
  /// role.
  private let roles = WriterRoles()
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
    committer = BatchCommitter(log, keys, observer: observer)
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
    let running = roles.withLock {
      roles.isStopping = true
      roles.wakeAll()
      defer { threads = [] }
      return threads
    }
    for thread in running { thread.join() }
    roles.withLock {
      while spare == nil { roles.waitForChange() }
      roles.isStopped = true
    }
    refuseOrdered()
  }

  private func signalOrdered(_ areMany: Bool) {
    let isTooLate = roles.withLock {
      if !roles.isStopped { roles.noteOrdered(areMany: areMany) }
      return roles.isStopped
    }
    if isTooLate { refuseOrdered() }
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
    guard let batch = takeSpare() else { return commands.propose(proposal) }
    commands.propose(proposal)
    roles.withLock {
      takeTurn(on: batch)
      spare = batch
      if roles.isStopping { roles.wakeAll() }
    }
  }

  /// Takes the role of the one that decides, if nobody has any; `nil` if somebody does.
  private func takeSpare() -> PendingBatch? {
    roles.withLock {
      guard !roles.isDeciding, !roles.isAnyAhead, !roles.isStopping else { return nil }
      defer { spare = nil }
      if spare != nil { roles.isDeciding = true }
      return spare
    }
  }

  /// The life of a thread: decide, commit, answer, again.
  private func work(on batch: PendingBatch) {
    roles.withLock {
      while roles.waitForTurn() {
        roles.isDeciding = true
        takeTurn(on: batch)
      }
    }
  }

  /// Decides, seals, commits and answers, beginning in the role of the one that decides.
  ///
  /// Called and left with the lock held.
  private func takeTurn(on batch: PendingBatch) {
    let turn = gather(into: batch)
    while roles.isSealing { roles.waitForOthers() }
    (roles.isSealing, roles.isDeciding) = (true, false)
    roles.unlocked { batch.seal(behind: &sealed) }
    while roles.isCommitting { roles.waitForOthers() }
    (roles.isCommitting, roles.isSealing) = (true, false)
    let isStale = turn.failures != failures.count
    var outcome = isStale ? failures.last : nil
    if !isStale { roles.unlocked { outcome = committer.commit(batch) } }
    if let outcome, !isStale { failures = (failures.count + 1, outcome) }
    roles.isCommitting = false
    roles.unlocked {
      answer(turn, outcome)
      if outcome == nil, batch.count > 0 { observer?.logReached(batch.nextPosition - 1) }
      turn.afterwards?(outcome == nil ? batch.head : nil)
    }
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
    roles.unlocked {
      batch.fullness = committer.fullness()
      giveWay()
    }
    repeat {
      if roles.isAnyAhead, !roles.hasMany { roles.waitForOthers() }
      (roles.hasOrdered, roles.hasMany) = (false, false)
      // Only who decides can begin to seal, so the role stays free if it is.
      let maySeal = !roles.isSealing
      var areMoreWaiting = false
      roles.unlocked {
        areMoreWaiting = decideOrdered(into: batch, &turn)
        if maySeal, !isLarge(batch) { batch.seal(behind: &sealed) }
      }
      if areMoreWaiting { (roles.hasOrdered, roles.hasMany) = (true, true) }
    } while roles.isAnyAhead && !isLarge(batch) && turn.failures == failures.count
    decided.position = batch.nextPosition - 1
    decided.time = batch.time
    turn.afterwards = machine.batchDecided(through: decided.position)
    return turn
  }

  /// Lets threads run that order more, as long as that brings more: on busy processors a flush is
  /// shared by more commands then, and on idle ones this is no wait at all.
  private func giveWay() {
    var (before, now) = (0, commands.waitingCount)
    while now > before, now < Self.sharingLength {
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
    batch.beginProposal(at: ordered.time, ordered.proposal.nonces)
    if let failure = committer.lastingFailure {
      return ordered.proposal.commands.map { _ in .failure(failure) }
    }
    return machine.apply(ordered.proposal.commands, to: batch)
  }

  /// Goes back to the log's head, because a commit failed, once all that was decided on top of it
  /// has failed with it.
  ///
  /// Called and left with the lock held.
  private func goBack() {
    while roles.isAnyAhead { roles.waitForOthers() }
    decided.failures = failures.count
    do {
      try machine.reset()
      let (tree, head) = try log.checkedTree()
      sealed = tree
      decided = (head.position, head.recordedAt, failures.count)
    } catch {
      committer.fail(for: error)
      decided.position = sealed.size
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
