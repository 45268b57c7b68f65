import Conversations
import Dispatch
import EventStore
import Foundation

extension Ledger {
  /// Applies commands together, in their order, and flushes them.
  ///
  /// - Returns: One answer per command: done, or refused by the rules.
  /// - Throws: `LedgerError` if the storage failed; then none of them is on disk, unless the error
  ///   says that this is not known.
  public func submit(_ commands: [LedgerCommand]) async throws -> [LedgerAnswer] {
    var submission = Submission(commands)
    while !submission.open.isEmpty {
      let log = try requireWriting().commands
      let results = await withCheckedContinuation { continuation in
        log.propose(proposal(submission.open) { continuation.resume(returning: $0) })
      }
      guard submission.isPastNeeded(after: results) else { break }
      submission = try await withCheckedThrowingContinuation { [submission] continuation in
        pastReading.async {
          continuation.resume(with: Result { try self.readPast(for: submission) })
        }
      }
    }
    return try submission.answers()
  }

  /// Applies commands as `submit` does, and blocks the calling thread until they are on disk.
  @available(*, noasync, message: "Use submit in asynchronous code")
  public func submitAndWait(_ commands: [LedgerCommand]) throws -> [LedgerAnswer] {
    var submission = Submission(commands)
    while !submission.open.isEmpty {
      let mailbox = Mailbox<Submission.Results>()
      let writer = try requireWriting().writer
      writer.proposeAndAssist(proposal(submission.open) { mailbox.put($0) })
      guard submission.isPastNeeded(after: mailbox.take()) else { break }
      submission = try readPast(for: submission)
    }
    return try submission.answers()
  }

  /// Commands to be ordered together; each proposal has nonces of its own.
  private func proposal(
    _ commands: [LedgerCommand],
    _ answer: @escaping @Sendable (Submission.Results) -> Void,
  ) -> Proposal<LedgerCommand, LedgerAnswer> {
    Proposal(commands, nonces: drawNonces(commands.count), answer: answer)
  }

  /// Reads what the machine asked for: answers from the log, and what expired conversations leave.
  private func readPast(for submission: Submission) throws -> Submission {
    try LedgerError.wrapping {
      var submission = submission
      for (index, result) in submission.results.enumerated() {
        guard case .failure(PastNeeded.answer(let position)) = result else { continue }
        submission.results[index] = Result { try firstAnswer(at: position) }
      }
      if case .legacy(let start, let last)? = submission.need {
        submission.give(try legacy(start: start, through: last))
      }
      return submission
    }
  }
}

/// Reads the past, one conversation at a time: whoever repeats calls about long conversations takes
/// one processor and not all of them.
private let pastReading = DispatchQueue(label: "past-reading")

/// Commands on their way: those answered, and those that are ordered again because the machine
/// needed to know more.
private struct Submission: Sendable {
  typealias Results = [Result<LedgerAnswer, any Error>]

  /// How often a conversation's past may be out of date by the time it is used.
  private static let attempts = 16

  /// The results of the commands that are not ordered again.
  var results: Results = []
  /// The commands to order.
  private(set) var open: [LedgerCommand]
  /// What the first command to order again needs.
  private(set) var need: PastNeeded?
  private var attemptsLeft = attempts

  init(_ commands: [LedgerCommand]) { open = commands }

  /// Takes in what became of the open commands.
  ///
  /// - Returns: Whether something has to be read before there are answers.
  mutating func isPastNeeded(after new: Results) -> Bool {
    let held = new.firstIndex { result in
      if case .failure(PastNeeded.legacy) = result { true } else { false }
    }
    let settled = held ?? new.endIndex
    if settled > 0 { attemptsLeft = Self.attempts }
    results += new[..<settled]
    open.removeFirst(settled)
    need = nil
    if let held, case .failure(let error as PastNeeded) = new[held] { need = error }
    return need != nil
      || results.contains { result in
        if case .failure(PastNeeded.answer) = result { true } else { false }
      }
  }

  /// Gives the first open command what it needs.
  mutating func give(_ legacy: Legacy) {
    guard case .conversation(var request)? = open.first else { return }
    attemptsLeft -= 1
    guard attemptsLeft > 0 else {
      let sentence = "conversation \(request.conversation) changes faster than its past is read; "
      open = []
      results.append(.failure(LedgerError(.unavailable, sentence + "try again")))
      return
    }
    request.legacy = legacy
    open[0] = .conversation(request)
  }

  /// All answers, or the first failure.
  func answers() throws -> [LedgerAnswer] {
    try LedgerError.wrapping { try results.map { try $0.get() } }
  }
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
