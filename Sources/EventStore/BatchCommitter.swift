package import LMDB
import Synchronization

/// Writes the batches of a writer, and finds out what became of one whose commit failed.
struct BatchCommitter: ~Copyable, Sendable {
  private let log: EventLog
  private let keys: KeyRing
  private let observer: (any CommitObserver)?
  /// Why nothing can be written until the ledger is opened again.
  private let failure = Mutex<(any Error)?>(nil)

  init(_ log: EventLog, _ keys: KeyRing, observer: (any CommitObserver)?) {
    self.log = log
    self.keys = keys
    self.observer = observer
  }

  /// Why nothing can be written any more; `nil` if it can.
  var lastingFailure: (any Error)? { failure.withLock { $0 } }

  /// Keeps why nothing can be written any more.
  func fail(for good: any Error) { failure.withLock { $0 = good } }

  /// Writes a batch.
  ///
  /// - Returns: Why it is not on disk; `nil` if it is.
  func commit(_ batch: PendingBatch) -> (any Error)? {
    do {
      if let failure = batch.sealingFailure { throw failure }
      guard batch.count > 0 else { return nil }
      if batch.hasOrdinary { try requireRoom(for: batch.pageByteCount) }
      observer?.commitBegins()
      defer { observer?.commitEnds(events: batch.count) }
      try log.write(batch)
      return nil
    } catch {
      guard let failed = error as? CommitError else { return error }
      return outcome(of: batch, after: failed)
    }
  }

  /// Why ordinary commands can append nothing; `nil` if they can.
  func fullness() -> (any Error)? {
    do {
      try requireRoom(for: 0)
      return nil
    } catch {
      return error
    }
  }

  private func requireRoom(for byteCount: Int) throws {
    try log.requireRoom(for: byteCount, keeping: keys.rewriteByteCount)
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
      fail(for: unknown)
      return unknown
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
