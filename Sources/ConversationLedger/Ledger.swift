public import Conversations
import EventStore
import Foundation
package import Projections
import Synchronization

/// A conversation ledger: an append-only log of what was said, and what is derived from it.
///
/// ```swift
/// let ledger = try Ledger(at: "ledger-data", for: .writing(creating: true))
/// let answers = try await ledger.submit([.conversation(request)])
/// ```
///
/// When `submit` returns, what was done is on disk. One process writes a ledger at a time; any
/// number of others read it meanwhile, never waiting for the writer.
public final class Ledger: Sendable {
  /// The ledger's folder.
  public let path: String
  /// The rules commands are decided by.
  public let rules: Rules

  let log: EventLog
  let keys: KeyRing
  let reader: ViewReader
  let writing: Writing?
  let rewindLimits: RewindLimits
  private let clock: @Sendable () -> Int64
  let erasureStepDone: @Sendable (ErasurePhase) -> Void
  private let isClosed = Atomic(false)

  /// What only a writer has.
  final class Writing: Sendable {
    let lock: WriterLock
    let commands: LocalCommandLog<LedgerCommand, LedgerAnswer>
    let writer: EventWriter<LedgerMachine>
    let progress: LogProgress
    /// What was known of erasures when the ledger was opened.
    let erasures: Erasures
    /// Held by whoever carries an erasure out: one at a time.
    let erasing = Mutex(())

    init(
      lock: WriterLock,
      commands: LocalCommandLog<LedgerCommand, LedgerAnswer>,
      writer: EventWriter<LedgerMachine>,
      progress: LogProgress,
      erasures: Erasures,
    ) {
      (self.lock, self.commands, self.writer) = (lock, commands, writer)
      (self.progress, self.erasures) = (progress, erasures)
    }
  }

  /// What a process means to do with a ledger.
  public enum Access: Sendable, Hashable {
    /// Reads and writes; the only process that does.
    case writing(creating: Bool)
    /// Reads, beside a writer or without one; changes nothing.
    case reading
  }

  /// What can be set when a ledger is opened.
  public struct Options: Sendable {
    /// The most bytes the log's file can grow to; the standard is 1 TiB.
    public var mapSizeInBytes: Int?
    /// The rules.
    public var rules = Rules()
    /// The name of a log that is made: the origin of its checkpoints; drawn at random if `nil`.
    public var origin: String?
    /// Hears how far views that must be built anew have come: position and end.
    public var progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    /// Makes the data keys; random if `nil`.
    ///
    /// For tests that compare two ledgers.
    var makeKey: KeyMaker?
    /// How many events may wait in memory before the views are written.
    ///
    /// For tests that want this to happen often.
    package var eventsHeldInMemory = WriterState.flushLength
    /// How far a look back may go that takes back what happened since.
    ///
    /// For tests that want this to end soon.
    package var rewindLimits = RewindLimits()
    /// Hears that a step of an erasure is done; for tests that end the process there.
    var erasureStepDone: @Sendable (ErasurePhase) -> Void = { _ in }
    /// The clock, in microseconds since 1970; the system's if `nil`.
    var clock: (@Sendable () -> Int64)?

    /// The standard options.
    public init() {}
  }

  /// Opens a ledger.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: Whether to write, and whether to make a ledger where there is none.
  ///   - options: Sizes and rules.
  /// - Throws: `LedgerError` with what failed and what to do.
  public init(
    at path: String,
    for access: Access,
    options: Options = Options(),
  ) throws {
    self.path = path
    rules = options.rules
    rewindLimits = options.rewindLimits
    let clock = options.clock ?? systemClock
    self.clock = clock
    erasureStepDone = options.erasureStepDone
    let files = LedgerFiles(path)
    (log, keys, reader, writing) = try LedgerError.wrapping {
      switch access {
      case .reading: try Self.openForReading(files, options)
      case .writing(let creating): try Self.openForWriting(files, creating, options, clock)
      }
    }
    do {
      try finishErasures()
    } catch {
      close()
      throw error
    }
    // Notes that cannot be taken in stay where they are, and the ledger can be used.
    if writing != nil { _ = try? takeInReadingNotesAndWait() }
  }

  /// Answers what was asked, flushes it, and ends the writer; later commands are refused.
  ///
  /// A ledger that is not closed loses nothing.
  public func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    writing?.writer.stop()
    writing?.progress.close()
  }

  /// The ledger's clock.
  var now: Int64 { clock() }

  /// Applies commands together, in their order, and flushes them.
  ///
  /// - Returns: One answer per command: done, or refused by the rules.
  /// - Throws: `LedgerError` if the storage failed; then none of them is on disk, unless the error
  ///   says that this is not known.
  public func submit(_ commands: [LedgerCommand]) async throws -> [LedgerAnswer] {
    let log = try requireWriting().commands
    return try await withCheckedThrowingContinuation { continuation in
      log.propose(
        Proposal(commands) { answers in continuation.resume(with: collected(answers)) }
      )
    }
  }

  /// Applies commands as `submit` does, and blocks the calling thread until they are on disk.
  @available(*, noasync, message: "Use submit in asynchronous code")
  public func submitAndWait(_ commands: [LedgerCommand]) throws -> [LedgerAnswer] {
    let mailbox = Mailbox<Result<[LedgerAnswer], any Error>>()
    try requireWriting().writer.proposeAndAssist(Proposal(commands) { mailbox.put(collected($0)) })
    return try mailbox.take().get()
  }

  func requireWriting() throws -> Writing {
    guard let writing else { throw LedgerError(.readOnly, "the ledger is open for reading") }
    guard !isClosed.load(ordering: .acquiring) else {
      throw LedgerError(.readOnly, "the ledger is closed")
    }
    return writing
  }
}

/// All answers, or the first failure.
private func collected(
  _ answers: [Result<LedgerAnswer, any Error>]
) -> Result<[LedgerAnswer], any Error> {
  Result { try LedgerError.wrapping { try answers.map { try $0.get() } } }
}

/// The system's clock, in microseconds since 1970.
@Sendable func systemClock() -> Int64 {
  Int64(Date().timeIntervalSince1970 * 1_000_000)
}

/// One value that one thread leaves and another waits for.
private final class Mailbox<Value: Sendable>: @unchecked Sendable {
  /// Guards `value`.
  private let condition = NSCondition()
  private var value: Value?

  func put(_ value: Value) {
    condition.lock()
    self.value = value
    condition.signal()
    condition.unlock()
  }

  func take() -> Value {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let value { return value }
      condition.wait()
    }
  }
}
