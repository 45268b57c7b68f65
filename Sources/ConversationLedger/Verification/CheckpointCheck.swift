import EventStore
import TransparencyLog

/// A signed checkpoint that was kept elsewhere, such as by an auditor.
public struct KeptCheckpoint: Hashable, Sendable {
  /// The checkpoint as it was given out: a signed note.
  public var note: [UInt8]
  /// The key that must have signed it, in the text form of c2sp.org/signed-note; the ledger's own
  /// if `nil`.
  public var vkey: String?
  /// What it is called in findings, such as its file.
  public var name: String

  /// Takes a checkpoint.
  public init(_ note: [UInt8], vkey: String? = nil, name: String) {
    (self.note, self.vkey, self.name) = (note, vkey, name)
  }
}

/// Compares the log with signed checkpoints.
///
/// Everything else in a ledger can be made anew by whoever can write its files, so that it fits. A
/// checkpoint cannot, without the key; and one that is kept elsewhere cannot be taken away either.
struct CheckpointCheck {
  private(set) var tally = CheckTally(.checkpoint)
  private(set) var unchecked: [String] = []
  private let log: EventLog
  private let head: LogHead

  init(_ log: EventLog, _ head: LogHead) { (self.log, self.head) = (log, head) }

  /// Compares the log with the last checkpoint that the ledger signed itself.
  mutating func compare(with signer: CheckpointSigner) {
    do {
      guard let signed = try signer.latest()?.tree else {
        return unchecked.append("the log with a checkpoint of its own: none was signed yet")
      }
      compare(with: signed, "the last signed checkpoint")
    } catch {
      tally.checked += 1
      tally.fail(at: head.position, "the last signed checkpoint: \(error)")
    }
  }

  /// Compares the log with a checkpoint that was kept elsewhere.
  ///
  /// - Throws: `LedgerError` `.malformedQuery` if it is no signed checkpoint, or the key is none.
  mutating func compare(with kept: KeptCheckpoint, _ signer: CheckpointSigner) throws {
    let note: SignedNote
    let key: VerificationKey
    do {
      note = try SignedNote(parsing: kept.note)
      _ = try Checkpoint(parsing: note.text)
      key = try kept.vkey.map { try VerificationKey(parsing: $0) } ?? signer.verificationKey()
    } catch let error as FormatError {
      throw LedgerError(.malformedQuery, "\(kept.name): \(error)")
    }
    do {
      compare(with: try Checkpoint(opening: note, of: key.name, with: key), kept.name)
    } catch {
      tally.checked += 1
      tally.fail(at: head.position, "\(kept.name): \(error)")
    }
  }

  private mutating func compare(with signed: Checkpoint, _ name: String) {
    tally.checked += 1
    do {
      guard let conflict = try CheckpointConflict(between: signed, and: log, at: head.position)
      else { return }
      let isShorter = conflict.isShorter
      tally.fail(
        at: isShorter ? head.position : signed.size,
        "\(name): \(conflict)",
        against: isShorter ? .completeness : .integrity,
      )
    } catch {
      let reason = (error as? DamagedRecord)?.reason ?? "\(error)"
      tally.fail(at: signed.size, "\(name) cannot be compared: \(reason)")
    }
  }
}
