import EventStore
import Synchronization

/// An order that was written down beforehand: which commands, when, and how many at a time.
///
/// It stands for a replicated log, from which every machine takes the same commands, though not in
/// the same portions.
final class ScriptedCommandLog: CommandLog {
  typealias Command = Streams.Addition
  typealias Answer = Streams.Answer

  /// The commands of one place.
  struct Line: Sendable {
    let time: Int64
    let commands: [Command]
    /// Where its nonces are counted from; follows from the place if `nil`.
    var nonces: UInt128?
  }

  private struct State: Sendable {
    var lines: [Line]
    var place: UInt64
    var portions: [Int]
    var outcomes: [UInt64: [Outcome]] = [:]
  }

  private let state: Mutex<State>

  /// Takes over an order.
  ///
  /// - Parameters:
  ///   - lines: What was ordered.
  ///   - place: The place of the first line.
  ///   - portions: How many lines are given out at a time; when they are used up, one.
  init(_ lines: [Line], from place: UInt64 = 1, portions: [Int] = []) {
    state = Mutex(State(lines: lines, place: place, portions: portions))
  }

  /// The answers so far, in the order of the commands.
  ///
  /// Two commits may be answered by two threads at once, so the answers come in any order.
  var outcomes: [Outcome] {
    state.withLock(\.outcomes).sorted { $0.key < $1.key }.flatMap(\.value)
  }

  func propose(_ proposal: Proposal<Command, Answer>) {
    preconditionFailure("What is ordered was written down beforehand")
  }

  func takeOrdered(
    limit: Int
  ) -> (taken: [OrderedProposal<Command, Answer>], areMoreWaiting: Bool) {
    state.withLock { state in
      let portion = state.portions.isEmpty ? 1 : state.portions.removeFirst()
      let taken = state.lines.prefix(portion).enumerated().map { offset, line in
        let place = state.place + UInt64(offset)
        let proposal = Proposal<Command, Answer>(
          line.commands,
          nonces: NonceBase(line.nonces ?? UInt128(place) << 64),
        ) { [weak self] outcomes in
          self?.state.withLock { $0.outcomes[place] = outcomes }
        }
        return OrderedProposal(place: place, time: line.time, proposal: proposal)
      }
      state.lines.removeFirst(taken.count)
      state.place += UInt64(taken.count)
      return (taken, !state.lines.isEmpty)
    }
  }

  var waitingCount: Int { state.withLock { $0.lines.map(\.commands.count).reduce(0, +) } }

  func whenOrdered(_ signal: @escaping @Sendable (Bool) -> Void) { signal(true) }
}
