public import Conversations
import EventStore

extension Ledger {
  /// How many notes are taken in with one commit.
  private static let noteLimit = 1_000

  /// Reads something and has it written down who did, before anybody sees what was read.
  ///
  /// Works beside a writer and never waits for it: the note lies in the ledger's folder then, until
  /// the writer takes it in. If no process writes, it is recorded at once.
  ///
  /// - Parameters:
  ///   - path: The ledger.
  ///   - reading: What is read, by whom; the position is filled in. An export is always written
  ///     down, another reading if the read audit is on.
  ///   - body: Reads; what it returns must not need the ledger any more.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; or `LedgerError` if the note cannot be written down.
  public static func read<Result>(
    at path: String,
    noting reading: Reading,
    _ body: (Ledger) throws -> Result,
  ) throws -> Result {
    let (result, isNoted) = try readAndNote(path, reading, body)
    // The ledger is closed by now, so this process may open it again.
    if isNoted, WriterLock.holder(of: LedgerFiles(path).lock) == nil {
      // Whoever is faster takes the note in; if nobody can, it stays where it is.
      try? Ledger(at: path, for: .writing(creating: false)).close()
    }
    return result
  }

  private static func readAndNote<Result>(
    _ path: String,
    _ reading: Reading,
    _ body: (Ledger) throws -> Result,
  ) throws -> (Result, isNoted: Bool) {
    let ledger = try Ledger(at: path, for: .reading)
    let result = try body(ledger)
    guard try ledger.records(reading.kind) else { return (result, false) }
    try LedgerError.wrapping { try ledger.identity.requireSame() }
    try ledger.spool.add(try ledger.note(of: reading))
    return (result, true)
  }

  /// Writes a reading down in the log, if it is to be; for a process that writes the ledger.
  ///
  /// When this returns the note is on disk, and what was read may be shown.
  ///
  /// - Throws: `LedgerError` if it cannot be recorded; then nothing may be shown.
  public func record(_ reading: Reading) async throws {
    guard try records(reading.kind) else { return }
    _ = try await submit([.note(try note(of: reading))])
  }

  /// Whether readings of a kind are written down: exports always, others if the audit is on.
  public func records(_ kind: Reading.Kind) throws -> Bool {
    try kind == .exported || registry().isReadAuditOn
  }

  /// Whether notes of reading processes wait.
  public var hasReadingNotes: Bool { !spool.notes().notes.isEmpty }

  /// Takes in the notes that reading processes left; for a process that writes the ledger.
  ///
  /// A note that was taken in before is recorded once. To be called about once a second.
  ///
  /// - Returns: How many notes were taken in.
  /// - Throws: `LedgerError` if they cannot be recorded; they then stay where they are.
  @discardableResult
  public func takeInReadingNotes() async throws -> Int {
    let notes = Array(spool.notes().notes.prefix(Self.noteLimit))
    guard !notes.isEmpty else { return 0 }
    return try takenIn(notes, try await submit(notes.map { .note($0) }))
  }

  /// Takes in notes as `takeInReadingNotes` does, and blocks the calling thread.
  @available(*, noasync, message: "Use takeInReadingNotes in asynchronous code")
  func takeInReadingNotesAndWait() throws -> Int {
    let notes = Array(spool.notes().notes.prefix(Self.noteLimit))
    guard !notes.isEmpty else { return 0 }
    return try takenIn(notes, try submitAndWait(notes.map { .note($0) }))
  }

  /// Deletes the notes that are recorded; one that was refused stays.
  private func takenIn(_ notes: [ReadingNote], _ answers: [LedgerAnswer]) throws -> Int {
    let recorded = zip(notes, answers).compactMap { note, answer in
      if case .done = answer { note } else { nil }
    }
    try LedgerError.wrapping { try spool.remove(recorded) }
    return recorded.count
  }

  /// Where notes wait.
  var spool: ReadingSpool { ReadingSpool(path: LedgerFiles(path).audit) }

  /// A note of a reading, up to the log's head.
  private func note(of reading: Reading) throws -> ReadingNote {
    var reading = reading
    reading.position = try headPosition()
    if reading.kind == .exported { reading.conversations = try conversations(of: reading.scope) }
    return ReadingNote(reading, at: Timestamp(microseconds: now))
  }

  private func conversations(of scope: ReadingScope) throws -> Int64 {
    switch scope {
    case .conversation: return 1
    case .log: return Int64(try bots().reduce(0) { $0 + $1.conversations })
    case .inbox(let bot):
      let row = try bots().first { $0.botId == bot.description }
      return Int64(row?.conversations ?? 0)
    }
  }
}
