import Crypto
import EventStore
import Foundation
import LedgerExchange
import Synchronization
import Testing

@testable import ConversationLedger

extension LedgerFolder {
  /// Imports dialogues as the tool does, so that the log's file follows from the seed, byte by
  /// byte.
  ///
  /// The tool draws keys and nonces and reads the clock; a test that damages a place of the file
  /// must find the same there when it is run again.
  func importSeeded(_ corpus: Corpus?, seed: UInt64 = Effort.seed) throws {
    let corpus = try #require(corpus)
    try withSeededLedger(seed) { ledger in
      var importer = Importer(into: ledger, run: "seeded")
      try importer.read(corpus.files, as: .sgd)
      try importer.finish()
    }
  }

  /// Opens the ledger in this process, with keys, nonces and times of a seed, and closes it.
  ///
  /// - Parameters:
  ///   - seed: What everything follows from.
  ///   - start: The time of the first command, in microseconds since 1970; each later one is a
  ///     millisecond after the one before.
  ///   - body: Works with the ledger.
  /// - Throws: What the body throws, or `LedgerError`.
  func withSeededLedger(
    _ seed: UInt64,
    from start: Int64 = 1_790_000_000_000_000,
    _ body: (Ledger) throws -> Void,
  ) throws {
    var options = Ledger.Options()
    options.mapSizeInBytes = 1 << 30
    options.acceptsClock = true
    let (ticks, draws) = (Ticks(), Ticks())
    options.clock = { start + Int64(ticks.next()) * 1_000 }
    options.drawNonces = { _ in
      var chance = Chance(seed, 101, draws.next())
      return NonceBase(.random(in: .min ... .max, using: &chance))
    }
    options.makeKey = { slot in
      var chance = Chance(seed, 102, slot)
      let bytes = (0..<44).map { _ in UInt8.random(in: .min ... .max, using: &chance) }
      guard let nonce = try? AES.GCM.Nonce(data: bytes[32...]) else {
        preconditionFailure("A nonce has twelve bytes")
      }
      return (SymmetricKey(data: bytes[..<32]), nonce)
    }
    let ledger = try Ledger(at: path, for: .writing(creating: true), options: options)
    defer { ledger.close() }
    try body(ledger)
  }
}

/// Numbers that rise by one.
private final class Ticks: Sendable {
  private let count = Atomic<UInt64>(0)

  func next() -> UInt64 { count.add(1, ordering: .acquiringAndReleasing).oldValue }
}
