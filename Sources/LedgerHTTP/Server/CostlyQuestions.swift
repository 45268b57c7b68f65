import ConversationLedger
import NIOCore
import NIOPosix
import Synchronization

/// Answers questions whose cost grows with the ledger: on few threads of their own, each within a
/// budget of time, one of a person at a time, so that nobody else ever waits for them.
final class CostlyQuestions: Sendable {
  private typealias Turn = CheckedContinuation<Void, any Error>

  private struct Waiting {
    let number: UInt64
    let person: Principal.Person
    let turn: Turn
  }

  private struct State {
    var lastNumber: UInt64 = 0
    var running: Set<Principal.Person> = []
    var waiting: [Waiting] = []
    var cutOff: UInt64 = 0
  }

  /// What is counted.
  struct Statistics: Sendable {
    /// The questions that are answered.
    let running: Int
    /// The questions that wait for their turn.
    let waiting: Int
    /// The questions that took too long.
    let cutOff: UInt64
  }

  private let settings: ServeConfiguration.QuestionSettings
  private let width: Int
  private let threads: NIOThreadPool
  private let state = Mutex(State())
  private let isStopped = Atomic(false)

  /// Sets the threads up, and starts them.
  init(_ settings: ServeConfiguration.QuestionSettings) {
    self.settings = settings
    width = settings.threads ?? max(1, System.coreCount / 2)
    threads = NIOThreadPool(numberOfThreads: width)
    threads.start()
  }

  /// How they do.
  var statistics: Statistics {
    state.withLock {
      Statistics(running: $0.running.count, waiting: $0.waiting.count, cutOff: $0.cutOff)
    }
  }

  /// Answers a question in its turn.
  ///
  /// - Parameters:
  ///   - person: Who asks.
  ///   - question: Asks the ledger, and has patience for the budget.
  /// - Returns: The answer.
  /// - Throws: `too_many_questions`, `question_cut_off`, `stopping`, and what the question throws.
  func ask<Answer: Sendable>(
    by person: Principal.Person,
    _ question: @escaping @Sendable (Patience) throws -> Answer,
  ) async throws -> Answer {
    try await turn(of: person)
    defer { leave(person) }
    do {
      let seconds = settings.seconds
      return try await threads.runIfActive { [self] in
        let end = ContinuousClock.now + .seconds(seconds)
        return try question(
          Patience { [self] in
            !isStopped.load(ordering: .relaxed) && ContinuousClock.now < end
          }
        )
      }
    } catch let error as LedgerError where error.kind == .cutOff {
      if isStopped.load(ordering: .relaxed) { throw Problem.stopping }
      state.withLock { $0.cutOff += 1 }
      throw error
    }
  }

  /// Whether a question of a person is answered, or waits.
  func isAsking(_ person: Principal.Person) -> Bool {
    state.withLock { state in
      state.running.contains(person) || state.waiting.contains { $0.person == person }
    }
  }

  /// Cuts off what runs, and takes no more.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiting in waiting { waiting.turn.resume(throwing: Problem.stopping) }
  }

  /// Ends the threads.
  func shutDown() async throws {
    stop()
    try await threads.shutdownGracefully()
  }

  // MARK: Turns

  /// Waits for a thread, and until the person's question before is answered.
  private func turn(of person: Principal.Person) async throws {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { turn in
        let result = state.withLock {
          begin(Waiting(number: number, person: person, turn: turn), &$0)
        }
        if let result { turn.resume(with: result) }
      }
    } onCancel: {
      let waiting = state.withLock { state -> Waiting? in
        let index = state.waiting.firstIndex { $0.number == number }
        return index.map { state.waiting.remove(at: $0) }
      }
      waiting?.turn.resume(throwing: CancellationError())
    }
  }

  /// Begins a question, or lets it wait.
  ///
  /// - Returns: That it may begin, or why it may not even wait; `nil` if it waits.
  private func begin(_ question: Waiting, _ state: inout State) -> Result<Void, any Error>? {
    if isStopped.load(ordering: .relaxed) { return .failure(Problem.stopping) }
    if Task.isCancelled { return .failure(CancellationError()) }
    if state.running.count < width, !state.running.contains(question.person) {
      state.running.insert(question.person)
      return .success(())
    }
    let own = state.waiting.count { $0.person == question.person }
    guard state.waiting.count < settings.waiting, own < settings.waitingPerPerson else {
      return .failure(Problem.tooManyQuestions)
    }
    state.waiting.append(question)
    return nil
  }

  /// Lets the next one begin whose person has none.
  private func leave(_ person: Principal.Person) {
    let next = state.withLock { state -> Waiting? in
      state.running.remove(person)
      let index = state.waiting.firstIndex { !state.running.contains($0.person) }
      guard let index else { return nil }
      let next = state.waiting.remove(at: index)
      state.running.insert(next.person)
      return next
    }
    next?.turn.resume()
  }
}

extension Problem {
  /// The server ends.
  static let stopping = Problem(503, "stopping", "the server is stopping; try again")

  /// As many costly questions wait as may.
  fileprivate static var tooManyQuestions: Problem {
    var problem = Problem(
      429,
      "too_many_questions",
      "as many costly questions wait as may; ask one after another",
    )
    problem.retryAfter = 1
    return problem
  }
}
