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

  /// Whether a command may take of the room that is kept when the ledger is full.
  func mayUseReserve(_ command: Command) -> Bool

  /// Applies commands one after the other; what a command that failed has appended is taken back.
  ///
  /// The machine has this loop, and not the writer, so that it is compiled for the machine's own
  /// commands: with those of any machine, each would be copied through its type's table.
  mutating func apply(
    _ commands: [Command],
    to batch: PendingBatch,
  ) -> [Result<Answer, any Error>]

  /// Goes back to the state at the log's head: a batch that was decided was not written.
  mutating func reset() throws

  /// Hears that a batch is decided and will be committed next.
  ///
  /// - Parameter position: The last position of the batch.
  /// - Returns: Work to do, off the path of the commits, once the batch is committed; it takes the
  ///   head after the batch, or `nil` if the commit failed.
  mutating func batchDecided(through position: UInt64) -> (@Sendable (LogHead?) -> Void)?
}

extension StateMachine {
  /// No command may.
  package func mayUseReserve(_ command: Command) -> Bool { false }

  @inlinable
  package mutating func apply(
    _ commands: [Command],
    to batch: PendingBatch,
  ) -> [Result<Answer, any Error>] {
    var answers: [Result<Answer, any Error>] = []
    answers.reserveCapacity(commands.count)
    for command in commands { answers.append(applyNext(command, to: batch)) }
    return answers
  }

  /// Applies the next command of a proposal: with the nonces and the room that are its own, and
  /// what it has appended is taken back if it fails.
  @inlinable
  package mutating func applyNext(
    _ command: Command,
    to batch: PendingBatch,
  ) -> Result<Answer, any Error> {
    let mark = batch.mark
    batch.beginCommand(usingReserve: mayUseReserve(command))
    do {
      return .success(try apply(command, to: batch))
    } catch {
      batch.rewind(to: mark)
      return .failure(error)
    }
  }
}
