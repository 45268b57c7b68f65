import Synchronization

/// Commands that somebody wants ordered and applied together, and who waits for the answers.
package struct Proposal<Command: Sendable, Answer: Sendable>: Sendable {
  /// The commands, applied in this order with nothing in between.
  package let commands: [Command]
  /// Where the nonces of its events are counted from.
  package let nonces: NonceBase
  /// Takes, for each command, the answer once it is on disk, or why it is not.
  package let answer: @Sendable ([Result<Answer, any Error>]) -> Void

  /// Makes a proposal; its nonces are drawn here, before anything orders it.
  package init(
    _ commands: [Command],
    nonces: NonceBase = .drawn(),
    answer: @escaping @Sendable ([Result<Answer, any Error>]) -> Void,
  ) {
    self.commands = commands
    self.nonces = nonces
    self.answer = answer
  }
}

/// Commands in their final place.
package struct OrderedProposal<Command: Sendable, Answer: Sendable>: Sendable {
  /// The place in the order, from 1 on.
  package let place: UInt64
  /// The clock when the place was given, in microseconds since 1970; never less than before.
  package let time: Int64
  /// What was ordered.
  package let proposal: Proposal<Command, Answer>

  package init(place: UInt64, time: Int64, proposal: Proposal<Command, Answer>) {
    self.place = place
    self.time = time
    self.proposal = proposal
  }
}

/// The border between those who ask and the state machine: it gives commands their order.
///
/// What is not a function of the log (identifiers, nonces, the clock) is in the proposal before it
/// is ordered. A replicated log can take the place of the local one; the rules and the format stay.
package protocol CommandLog<Command, Answer>: AnyObject, Sendable {
  associatedtype Command: Sendable
  associatedtype Answer: Sendable

  /// Orders commands; they are answered once they are applied and flushed.
  func propose(_ proposal: Proposal<Command, Answer>)

  /// Takes the ordered commands behind those taken before.
  ///
  /// - Parameter limit: The most commands, unless one proposal alone has more.
  /// - Returns: The proposals, none if nothing was ordered; and whether more wait.
  func takeOrdered(limit: Int) -> (taken: [OrderedProposal<Command, Answer>], areMoreWaiting: Bool)

  /// How many ordered commands wait to be taken.
  var waitingCount: Int { get }

  /// Says whom to call when commands wait where none waited, and once more when many do.
  ///
  /// - Parameter signal: Hears whether many wait, so that they are worth waking another thread.
  func whenOrdered(_ signal: @escaping @Sendable (_ areMany: Bool) -> Void)
}

/// The order of one machine: a queue in memory, without a second log on disk.
package final class LocalCommandLog<Command: Sendable, Answer: Sendable>: CommandLog {
  private typealias Taken = (taken: [OrderedProposal<Command, Answer>], areMoreWaiting: Bool)

  private struct State: Sendable {
    var waiting: [Proposal<Command, Answer>] = []
    var waitingCommands = 0
    var nextPlace: UInt64 = 1
    var time = Int64.min
    var signal: (@Sendable (Bool) -> Void)?

    var areManyWaiting: Bool { waitingCommands >= manyCommands }
  }

  private let state = Mutex(State())
  private let clock: @Sendable () throws -> Int64

  /// Makes an empty queue.
  ///
  /// - Parameter clock: Microseconds since 1970; read when a command is ordered. What it throws is
  ///   the answer to all that waits.
  package init(clock: @escaping @Sendable () throws -> Int64) { self.clock = clock }

  package func propose(_ proposal: Proposal<Command, Answer>) {
    let signal = state.withLock { state -> (@Sendable () -> Void)? in
      let (wasEmpty, wereMany) = (state.waiting.isEmpty, state.areManyWaiting)
      state.waiting.append(proposal)
      state.waitingCommands += proposal.commands.count
      let areMany = state.areManyWaiting
      guard let signal = state.signal, wasEmpty || areMany != wereMany else { return nil }
      return { signal(areMany) }
    }
    signal?()
  }

  package func takeOrdered(
    limit: Int
  ) -> (taken: [OrderedProposal<Command, Answer>], areMoreWaiting: Bool) {
    var refused: (proposals: [Proposal<Command, Answer>], reason: any Error)?
    let result = state.withLock { state -> Taken in
      guard !state.waiting.isEmpty else { return ([], false) }
      do {
        state.time = max(state.time, try clock())
      } catch {
        refused = (state.waiting, error)
        (state.waiting, state.waitingCommands) = ([], 0)
        return ([], false)
      }
      var count = 1
      var commands = state.waiting[0].commands.count
      while count < state.waiting.count,
        commands + state.waiting[count].commands.count <= limit
      {
        commands += state.waiting[count].commands.count
        count += 1
      }
      let taken = state.waiting.prefix(count).enumerated().map { offset, proposal in
        OrderedProposal(
          place: state.nextPlace + UInt64(offset),
          time: state.time,
          proposal: proposal,
        )
      }
      state.waiting.removeFirst(count)
      state.waitingCommands -= commands
      state.nextPlace += UInt64(count)
      return (taken, !state.waiting.isEmpty)
    }
    guard let refused else { return result }
    for proposal in refused.proposals {
      proposal.answer(proposal.commands.map { _ in .failure(refused.reason) })
    }
    return result
  }

  package var waitingCount: Int { state.withLock { $0.waitingCommands } }

  package func whenOrdered(_ signal: @escaping @Sendable (Bool) -> Void) {
    let areManyWaiting = state.withLock { state in
      state.signal = signal
      return state.waiting.isEmpty ? nil : state.areManyWaiting
    }
    if let areManyWaiting { signal(areManyWaiting) }
  }
}

/// How many commands make it worth to wake a thread that decides them while a batch before them is
/// being written; fewer are decided when that is done, by a thread that is awake anyway.
private let manyCommands = 32
