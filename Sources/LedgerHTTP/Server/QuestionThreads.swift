import NIOCore
import NIOPosix

/// The threads that questions are answered on.
struct QuestionThreads: Sendable {
  /// For questions that are answered at once.
  let readers = NIOThreadPool(numberOfThreads: max(System.coreCount, 2))
  /// For questions whose cost grows with the ledger.
  let costly: CostlyQuestions
  /// For those who watch the server, and for its end: nothing else waits here.
  let watchers = NIOThreadPool(numberOfThreads: 1)

  /// Starts them.
  init(_ settings: ServeConfiguration.QuestionSettings) {
    costly = CostlyQuestions(settings)
    readers.start()
    watchers.start()
  }

  /// Ends them.
  func shutDown() async throws {
    try await costly.shutDown()
    try await readers.shutdownGracefully()
    try await watchers.shutdownGracefully()
  }
}
