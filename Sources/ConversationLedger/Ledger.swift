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
  let drawNonces: @Sendable (_ commands: Int) -> NonceBase
  let erasureStepDone: @Sendable (ErasurePhase) -> Void
  /// The folder as it was opened; nothing is made in another one.
  let identity: FolderIdentity
  private let isClosed = Atomic(false)

  /// What only a writer has.
  final class Writing: Sendable {
    let lock: WriterLock
    let commands: LocalCommandLog<LedgerCommand, LedgerAnswer>
    let writer: EventWriter<LedgerMachine>
    let progress: LogProgress
    let clock: WatchedClock
    /// What was known of erasures when the ledger was opened.
    let erasures: Erasures
    /// The keys that this process was told to go on without.
    let keyLoss: KeyLoss?
    /// Held by whoever carries an erasure out: one at a time.
    let erasing = Mutex(())

    init(
      lock: WriterLock,
      commands: LocalCommandLog<LedgerCommand, LedgerAnswer>,
      writer: EventWriter<LedgerMachine>,
      progress: LogProgress,
      clock: WatchedClock,
      erasures: Erasures,
      keyLoss: KeyLoss?,
    ) {
      (self.lock, self.commands, self.writer) = (lock, commands, writer)
      (self.progress, self.clock) = (progress, clock)
      (self.erasures, self.keyLoss) = (erasures, keyLoss)
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
    /// Whether the clock is taken for right, however far it is beyond the last record and whatever
    /// leap it makes.
    public var acceptsClock = false
    /// How far the clock may be beyond the last record when the ledger is opened for writing.
    public var longestRest = Duration.seconds(400 * 86_400)
    /// Hears how far views that must be built anew have come: position and end.
    public var progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
    /// Hears what is not as it should be and does not keep the ledger from being written: a folder
    /// or a key that others can read.
    public var warn: @Sendable (String) -> Void = { _ in }
    /// Whether to go on with keys that are older than the log.
    var takesOlderKeys = false
    /// Makes the data keys; random if `nil`.
    ///
    /// For tests that compare two ledgers.
    var makeKey: KeyMaker?
    /// Draws where the nonces of a proposal are counted from, by how many commands it has; at
    /// random if `nil`.
    ///
    /// For tests that compare two ledgers.
    var drawNonces: (@Sendable (_ commands: Int) -> NonceBase)?
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
    /// The steady clock that it is held against; the system's, or, if there is a clock, that one.
    var steadyClock: (@Sendable () -> Int64)?

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
    drawNonces = options.drawNonces ?? { _ in .drawn() }
    erasureStepDone = options.erasureStepDone
    let files = LedgerFiles(path)
    (log, keys, reader, writing) = try LedgerError.wrapping {
      switch access {
      case .reading: try Self.openForReading(files, options)
      case .writing(let creating): try Self.openForWriting(files, creating, options)
      }
    }
    identity = try LedgerError.wrapping { try FolderIdentity(of: files.folder) }
    do {
      try finishErasures()
    } catch {
      close()
      throw error
    }
    // Notes that cannot be taken in stay where they are, and the ledger can be used.
    if let writing, writing.keyLoss == nil { _ = try? takeInReadingNotesAndWait() }
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

  func requireWriting() throws -> Writing {
    guard let writing else { throw LedgerError(.readOnly, "the ledger is open for reading") }
    guard !isClosed.load(ordering: .acquiring) else {
      throw LedgerError(.readOnly, "the ledger is closed")
    }
    return writing
  }
}

/// The system's clock, in microseconds since 1970.
@Sendable func systemClock() -> Int64 {
  Int64(Date().timeIntervalSince1970 * 1_000_000)
}

/// When this was first asked: where the steady clock begins.
private let steadyStart = ContinuousClock.now

/// A clock that nobody sets, in microseconds; it goes on while the machine sleeps.
@Sendable func systemSteadyClock() -> Int64 { (ContinuousClock.now - steadyStart).microseconds }
