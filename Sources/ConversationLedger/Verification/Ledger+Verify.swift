import Dispatch
import EventStore
import LMDB
import Projections
import Synchronization
import TransparencyLog

extension Ledger {
  /// Checks the ledger: records, tree, checkpoints, chains, bodies, rules, pages, views.
  ///
  /// All processors take part where spans are apart. The ledger is only read.
  ///
  /// - Parameters:
  ///   - checks: The parts wanted; all of them unless some are named. The tree needs the leaves.
  ///   - kept: Checkpoints from elsewhere, to compare the log with beside the last of its own.
  ///   - progress: Hears how many records the parts have passed, and how many they will.
  /// - Returns: The verdicts, and what is wrong; a damaged record is a finding, not an error.
  /// - Throws: `LedgerError` if the head of the log cannot be read, or something given is no
  ///   checkpoint.
  public func verify(
    _ checks: Set<Verification.Check> = Set(Verification.Check.allCases),
    against kept: [KeptCheckpoint] = [],
    progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in },
  ) throws -> Verification {
    try LedgerError.wrapping {
      let (head, last) = try log.headAndLast()
      var run = VerificationRun(self, head, last, checks, progress)
      try run.all(against: kept)
      return run.result
    }
  }
}

/// One verification under way.
struct VerificationRun {
  let ledger: Ledger
  let head: LogHead
  /// The last record's position, of the same snapshot as the head.
  private let last: UInt64
  /// The last position whose record is read: the head's, or the last record's if that is before it.
  let end: UInt64
  let checks: Set<Verification.Check>
  private let progress: VerificationProgress
  private var tallies: [CheckTally] = []
  private var unchecked: [String] = []
  private var root: TreeHash?

  init(
    _ ledger: Ledger,
    _ head: LogHead,
    _ last: UInt64,
    _ checks: Set<Verification.Check>,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void,
  ) {
    self.ledger = ledger
    self.head = head
    self.last = last
    self.checks = checks
    // A damaged head can name any position; only what is there is read.
    end = min(head.position, last)
    let parts: [Set<Verification.Check>] = [
      [.leaf, .tree, .position], [.body], [.chain, .rules], [.views],
    ]
    let count = parts.count { !checks.isDisjoint(with: $0) }
    self.progress = VerificationProgress(UInt64(count) * end, progress)
  }

  /// What was found.
  var result: Verification {
    Verification(
      head.position,
      root: hexadecimal((root ?? head.root).bytes),
      tallies.filter { checks.contains($0.check) },
      unchecked: unchecked,
    )
  }

  /// Runs the parts wanted, those that name damage first.
  mutating func all(against kept: [KeptCheckpoint]) throws {
    if !checks.isDisjoint(with: [.leaf, .tree, .position]) { checkTree() }
    if checks.contains(.checkpoint) { try checkCheckpoints(kept) }
    if checks.contains(.body) { checkBodies() }
    if !checks.isDisjoint(with: [.chain, .rules]) { checkHistory() }
    if checks.contains(.pages) { checkPages() }
    if checks.contains(.views) { try checkViews() }
    for check in Verification.Check.allCases where !checks.contains(check) {
      unchecked.append("left out as asked: \(check.rawValue)")
    }
  }

  private mutating func checkTree() {
    let (log, progress) = (ledger.log, progress)
    let spans = LogSpan.covering(end)
    let results = inParallel(spans) { span in
      defer { progress.add(span.count) }
      return span.verify(log)
    }
    var whole = SpanTree(results, log)
    whole.compare(with: head, last: last)
    root = whole.root
    tallies += [whole.leaf, whole.tree, whole.position]
  }

  /// Compares the log with signed checkpoints, its own and those given.
  private mutating func checkCheckpoints(_ kept: [KeptCheckpoint]) throws {
    var check = CheckpointCheck(ledger.log, head)
    try check.compare(with: ledger.signer)
    for checkpoint in kept { try check.compare(with: checkpoint, ledger.signer) }
    tallies.append(check.tally)
    unchecked += check.unchecked
  }

  private mutating func checkBodies() {
    let (log, keys, progress) = (ledger.log, ledger.keys, progress)
    let results = inParallel(LogSpan.covering(end)) { span in
      defer { progress.add(span.count) }
      return BodyCheck(span, log, keys)
    }
    var bodies = BodyCheck()
    for result in results { bodies.join(result) }
    bodies.explain { MissingKeys(of: ledger) }
    tallies.append(bodies.tally)
    unchecked += bodies.unopened
  }

  private mutating func checkHistory() {
    var history = HistoryCheck(ledger.log, ledger.keys, ledger.rules)
    var last: UInt64 = 0
    history.run(through: end, of: head) { position in
      progress.add(position - last)
      last = position
    }
    progress.add(end - last)
    tallies += [history.chain, history.rules]
  }

  /// Checks the pages of both files that cannot be made again: what is said to be free will be
  /// written over.
  private mutating func checkPages() {
    var tally = CheckTally(.pages)
    for check in [ledger.log.checkPages, ledger.keys.checkPages] {
      tally.checked += 1
      do { try check() } catch { tally.fail(at: head.position, "\(error)") }
    }
    tallies.append(tally)
  }

  private mutating func checkViews() throws {
    var tally = CheckTally(.views)
    defer { tallies.append(tally) }
    do {
      if let later = ledger.laterViews() {
        tally.checked = 1
        return tally.fail(at: head.position, later, against: .completeness)
      }
      if let stray = try ledger.strayViews(of: head) { return unchecked.append(stray) }
      var last: UInt64 = 0
      let verdict = try ledger.compareViews { position, _ in
        progress.add(position - last)
        last = position
      }
      guard verdict.liveDigest != nil else {
        tally.note = "there are no written views; readers fold the log"
        return
      }
      tally.checked = 1
      guard !verdict.same else { return }
      tally.fail(at: verdict.position, "the live views are not the ones a rebuild gives")
    } catch let error as LedgerError {
      // The views cannot be rebuilt from a log that is damaged.
      let what = "the views cannot be compared with a rebuild: \(error.description)"
      guard !tallies.contains(where: { $0.failed > 0 }) else { return unchecked.append(what) }
      tally.fail(at: head.position, what)
    }
  }
}

/// Runs a piece of work for each item on all processors; the results are in the items' order.
private func inParallel<Item: Sendable, Result: Sendable>(
  _ items: [Item],
  _ work: @Sendable (Item) -> Result,
) -> [Result] {
  let results = Mutex<[Int: Result]>([:])
  DispatchQueue.concurrentPerform(iterations: items.count) { index in
    let result = work(items[index])
    results.withLock { $0[index] = result }
  }
  return results.withLock { all in items.indices.compactMap { all[$0] } }
}

/// Adds up how far the parts of a verification have come.
private final class VerificationProgress: Sendable {
  private let done = Atomic<UInt64>(0)
  private let total: UInt64
  private let report: @Sendable (UInt64, UInt64) -> Void

  init(_ total: UInt64, _ report: @escaping @Sendable (UInt64, UInt64) -> Void) {
    self.total = total
    self.report = report
  }

  func add(_ count: UInt64) {
    report(min(total, done.add(count, ordering: .relaxed).newValue), total)
  }
}
