import ConversationLedger
import Conversations
import NIOPosix

/// The ledger, asked so that no thread of the cooperative pool ever waits.
///
/// Questions are reads of a memory map that may touch the disk, so they run on threads of their
/// own; commands are queued and answered when they are on disk.
struct LedgerGate: Sendable {
  private let ledger: Ledger
  private let readers: NIOThreadPool
  private let meters: ServerMeters

  init(_ ledger: Ledger, readers: NIOThreadPool, meters: ServerMeters) {
    self.ledger = ledger
    self.readers = readers
    self.meters = meters
  }

  /// Asks the ledger a question.
  func read<Answer: Sendable>(
    _ question: @escaping @Sendable (Ledger) throws -> Answer
  ) async throws -> Answer {
    try await readers.runIfActive { try question(ledger) }
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
