/// What turns ordered commands into events: a function of the log before it, and of nothing else.
///
/// No clock, no randomness, no environment, no dictionary order: the same commands in the same
/// order give the same bytes and the same root on any machine.
package protocol StateMachine {
  associatedtype Command: Sendable
  associatedtype Answer: Sendable

  /// Applies a command: appends the events it causes to the batch, or none, and answers.
  ///
  /// - Parameters:
  ///   - command: What was ordered.
  ///   - batch: Where the events go; its `time` is the command's.
  /// - Returns: The answer.
  /// - Throws: A fault of the storage; the machine is then as it was before the call.
  mutating func apply(_ command: Command, to batch: PendingBatch) throws -> Answer

  /// Goes back to the state at the log's head: a batch that was decided was not written.
  mutating func reset() throws

  /// Hears that a batch is decided and will be committed next.
  ///
  /// - Parameter position: The last position of the batch.
  /// - Returns: Work to do, off the path of the commits, once the batch is committed; it takes the
  ///   head after the batch, or `nil` if the commit failed.
  mutating func batchDecided(through position: UInt64) -> (@Sendable (LogHead?) -> Void)?
}
