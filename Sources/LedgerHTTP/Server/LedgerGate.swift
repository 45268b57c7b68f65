import ConversationLedger
import Conversations
import NIOPosix

/// The ledger, asked so that no thread of the cooperative pool ever waits.
///
/// Questions are reads of a memory map that may touch the disk, so they run on threads of their
/// own; commands are queued and answered when they are on disk. There are three kinds of threads,
/// and none waits for another: for what is answered at once, for questions whose cost grows with
/// the ledger, and one for those who watch the server.
struct LedgerGate: Sendable {
  private let ledger: Ledger
  private let threads: QuestionThreads
  private let meters: ServerMeters

  init(_ ledger: Ledger, _ threads: QuestionThreads, meters: ServerMeters) {
    self.ledger = ledger
    self.threads = threads
    self.meters = meters
  }

  /// Asks the ledger a question that is answered at once.
  func read<Answer: Sendable>(
    _ question: @escaping @Sendable (Ledger) throws -> Answer
  ) async throws -> Answer {
    try await threads.readers.runIfActive { try question(ledger) }
  }

  /// How much a question may cost.
  enum Cost: Sendable {
    /// Nearly always little; how much is only known when it is asked.
    case seldomMuch
    /// As much as the ledger is large.
    case much
  }

  /// Asks the ledger a question whose cost grows with it.
  ///
  /// One that seldom costs much is asked for a moment beside those that are answered at once; if
  /// that does not do, it begins anew among the costly ones.
  func ask<Answer: Sendable>(
    by principal: Principal,
    costing cost: Cost = .much,
    _ question: @escaping @Sendable (Ledger, Patience) throws -> Answer,
  ) async throws -> Answer {
    let person = principal.person
    if cost == .seldomMuch, !threads.costly.isAsking(person) {
      do {
        return try await read { ledger in
          let end = ContinuousClock.now + briefly
          return try question(ledger, Patience { ContinuousClock.now < end })
        }
      } catch let error as LedgerError where error.kind == .cutOff {}
    }
    return try await threads.costly.ask(by: person) { try question(ledger, $0) }
  }

  /// Asks the ledger how it does; that waits for no other question.
  func watch<Answer: Sendable>(
    _ question: @escaping @Sendable (Ledger) throws -> Answer
  ) async throws -> Answer {
    try await threads.watchers.runIfActive { try question(ledger) }
  }

  /// Asks the ledger what takes a few memory reads, on the caller's own thread.
  ///
  /// A hop to another thread and back costs ten times as much as the head of a conversation, which
  /// is in memory or in a page or two of the map.
  func look<Answer>(_ question: (Ledger) throws -> Answer) throws -> Answer {
    try question(ledger)
  }

  /// Writes down who reads, if that is to be; when this returns, the words may be shown.
  func record(_ reading: Reading) async throws {
    guard try await read({ try $0.records(reading.kind) }) else { return }
    try await ledger.record(reading)
  }

  /// Takes in what processes beside this one have noted of their readings.
  func takeInReadings() async throws {
    guard try await read({ $0.hasReadingNotes }) else { return }
    try await ledger.takeInReadingNotes()
  }

  /// Makes words unreadable for ever.
  func erase(_ request: ErasureRequest) async throws -> ErasureReceipt {
    try await ledger.erase(request)
  }

  /// A slow walk over the log.
  func scrub(recordsPerSecond: Int) -> LogScrub {
    LogScrub(of: ledger, recordsPerSecond: recordsPerSecond)
  }

  /// Gives the ledger a command; when this returns, what was done is on disk.
  ///
  /// - Throws: `Refusal` if the rules did not allow it; `LedgerError` if the storage failed.
  func submit(_ command: LedgerCommand) async throws -> Receipt {
    let receipts = try await submit([command])
    guard let receipt = receipts.last else { throw Problem.internalFault }
    return receipt
  }

  /// Gives the ledger commands that belong together; the first refusal is thrown.
  func submit(_ commands: [LedgerCommand]) async throws -> [Receipt] {
    var receipts: [Receipt] = []
    for answer in try await meters.append({ try await ledger.submit(commands) }) {
      switch answer {
      case .done(let receipt): receipts.append(receipt)
      case .refused(let refusal): throw refusal
      case .recorded: break
      }
    }
    return receipts
  }
}

/// How long a question may take among those that are answered at once.
private let briefly = Duration.milliseconds(50)
