import Conversations
import Crypto
import EventStore
import Foundation
import Synchronization

@testable import ConversationLedger

/// A clock that stands still until it is set.
final class HandClock: Sendable {
  private let time = Atomic<Int64>(1_700_000_000_000_000)

  var now: Int64 { time.load(ordering: .acquiring) }

  func advance(by microseconds: Int64) {
    _ = time.add(microseconds, ordering: .acquiringAndReleasing)
  }
}

/// The nonces of a run of commands: the same for the same commands, however they are proposed.
final class CountedNonces: Sendable {
  private struct State {
    var commands: UInt64 = 0
    var areCounted = false
  }

  private let state = Mutex(State())

  /// How many commands had theirs; set it back to go back.
  var commands: UInt64 {
    get { state.withLock { $0.commands } }
    set { state.withLock { $0.commands = newValue } }
  }

  /// Where those of the next commands are counted from.
  func draw(for commands: Int) -> NonceBase {
    state.withLock { state in
      if !state.areCounted { state.commands += UInt64(commands) }
      return NonceBase(UInt128(state.commands - UInt64(commands)) << 32)
    }
  }

  /// Counts the commands of a submission once, however often they are proposed: those proposed
  /// again, because the machine had to know more, are its last ones and keep their numbers.
  func counting<Answers>(
    _ commands: Int,
    _ submit: () throws -> Answers,
  ) rethrows -> Answers {
    state.withLock { state in
      state.commands += UInt64(commands)
      state.areCounted = true
    }
    defer { state.withLock { $0.areCounted = false } }
    return try submit()
  }
}

/// A ledger with keys that are the same in every run and a clock set by hand, which can be closed
/// and opened again.
final class LedgerBench {
  let path: String
  let clock = HandClock()
  let nonces = CountedNonces()
  private let rules: Rules
  private var opened: Ledger?

  init(_ name: String, rules: Rules = Rules()) {
    path = TemporaryFolder.path + "/" + name
    self.rules = rules
  }

  deinit { opened?.close() }

  /// The ledger, opened if it is not.
  func ledger() throws -> Ledger {
    if let opened { return opened }
    var options = Ledger.Options.bench(clock, nonces)
    options.rules = rules
    let ledger = try Ledger(at: path, for: .writing(creating: true), options: options)
    opened = ledger
    return ledger
  }

  /// Closes the ledger, and lets go of it: its folder is free then.
  func close() {
    opened?.close()
    opened = nil
  }

  func submit(_ commands: [LedgerCommand]) throws -> [LedgerAnswer] {
    try ledger().submitAndWait(commands)
  }
}

extension Ledger.Options {
  static func bench(_ clock: HandClock, _ nonces: CountedNonces = CountedNonces()) -> Self {
    var options = Self()
    options.clock = { clock.now }
    options.drawNonces = { nonces.draw(for: $0) }
    options.makeKey = { slot in
      let digest = Array(SHA256.hash(data: Array("slot \(slot)".utf8)))
      guard let nonce = try? AES.GCM.Nonce(data: digest.prefix(12)) else {
        preconditionFailure("A nonce has twelve bytes")
      }
      return (SymmetricKey(data: digest), nonce)
    }
    return options
  }
}
