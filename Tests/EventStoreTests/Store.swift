import Crypto
import EventStore
import Foundation
import LMDB
import Synchronization
import Testing

typealias Outcome = Result<Streams.Answer, any Error>
typealias KeyMaker = @Sendable (UInt64) -> (key: SymmetricKey, nonce: AES.GCM.Nonce)
typealias Commands = any CommandLog<Streams.Addition, Streams.Answer>

/// A log with its keys and its writer, put together as the façade does it; closed when it goes.
final class Store: Sendable {
  let log: EventLog
  let keys: KeyRing
  let commands: Commands
  let writer: EventWriter<Streams>

  /// How a store is opened.
  struct Options {
    var path = TemporaryFolder.path
    var mapSizeInBytes: Int?
    var clock: @Sendable () -> Int64 = { 1_700_000_000_000_000 }
    /// What orders the commands; a queue with the clock if there is none.
    var commands: Commands?
    var hearDecision: Streams.Hearing = { _ in nil }
    /// Hears of each event that is laid out, whether it is written or not.
    var hearEvent: @Sendable (RecordHeader) -> Void = { _ in }
    var makeKey: KeyMaker = seededKeys(1)
  }

  init(_ options: Options = Options()) throws {
    log = try EventLog(
      at: options.path + "/log",
      for: .writing,
      mapSizeInBytes: options.mapSizeInBytes,
    )
    keys = try KeyRing(
      at: options.path + "/keys",
      for: .writing,
      masterKey: .ofTests,
      makeKey: options.makeKey,
    )
    try keys.provision(upTo: KeyRing.ledgerSlot)
    commands = options.commands ?? LocalCommandLog(clock: options.clock)
    writer = try EventWriter(
      log: log,
      keys: keys,
      commands: commands,
      machine: Streams(
        log: log,
        hearDecision: options.hearDecision,
        hearEvent: options.hearEvent,
      ),
    )
  }

  deinit { writer.stop() }

  /// Has commands applied together and waits until they are answered.
  func submit(_ additions: Streams.Addition...) async -> [Outcome] {
    await withCheckedContinuation { continuation in
      commands.propose(Proposal(additions) { continuation.resume(returning: $0) })
    }
  }

  /// Appends what must succeed; answers the positions.
  @discardableResult
  func append(_ addition: Streams.Addition) async throws -> [UInt64] {
    let outcome = try #require(await submit(addition).first)
    guard case .appended(let positions) = try outcome.get() else { return [] }
    return positions
  }

  /// The text of the event at a position.
  func text(at position: UInt64) throws -> String? {
    try keys.open(log.record(at: position)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The texts of all events, in log order, each checked against its leaf.
  func texts() throws -> [String?] {
    var texts: [String?] = []
    try log.forEachRecord(from: 1, through: log.head().position) { record in
      texts.append(try keys.open(record).map { String(decoding: $0, as: UTF8.self) })
    }
    return texts
  }
}

/// Makes the keys of a ring follow from a seed, so that two rings have the same.
func seededKeys(_ seed: UInt64) -> KeyMaker {
  { slot in
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: slot >> (8 * $0)) }
    let key = bytes + [UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: 24)
    return (SymmetricKey(data: key), AES.GCM.Nonce(of: Array(key.prefix(12))))
  }
}

extension AES.GCM.Nonce {
  /// A nonce of twelve bytes; any others are a mistake of the test.
  init(of bytes: [UInt8]) {
    self.init()
    do { try self.init(data: bytes) } catch { Issue.record(error) }
  }
}

extension MasterKey {
  /// The master key of these tests: the bytes 0 to 31.
  static var ofTests: Self { Self(SymmetricKey(data: Array(UInt8(0)..<32))) }
}

extension Outcome {
  /// The answer; `nil` for a failure.
  var answer: Streams.Answer? {
    guard case .success(let answer) = self else { return nil }
    return answer
  }

  /// The failure; `nil` for an answer.
  var failure: (any Error)? {
    guard case .failure(let error) = self else { return nil }
    return error
  }
}
