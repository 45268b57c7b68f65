import ConversationCoding
import EventStore
import Foundation
import LMDB
import Projections

/// A fault: the ledger, its storage or its keys cannot do what was asked.
///
/// Nothing was lost.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of fault, for whoever translates it.
  public let kind: Kind
  /// What failed, on what, and what to do.
  public let description: String

  /// The kinds of fault.
  public enum Kind: Hashable, Sendable {
    /// There is no ledger, or a part of it is missing.
    case noLedger
    /// The ledger is open for reading.
    case readOnly
    /// Another process writes.
    case anotherWriter
    /// The ledger cannot be made.
    case cannotCreate
    /// The device or the file system failed, or is full.
    case inputOutput
    /// The file system does not let this process in.
    case notPermitted
    /// What is stored is not what was written.
    case damaged
    /// The log is not the one that was signed: an older copy, or one that took another course.
    case behindCheckpoint
    /// The data keys are older than the log, so some that it names are missing.
    case olderKeys
    /// Somebody who was asked for something does not give it.
    case unavailable
    /// What was asked for is not there.
    case notFound
    /// The question is not one the ledger answers.
    case malformedQuery
    /// The clock is further ahead than it can be; try again when it is right.
    case clockAhead
    /// The cursor of a page is too old: too much has happened since the first page.
    case cursorExpired
    /// The question took longer than whoever asked was ready to wait.
    case cutOff
  }

  /// Reports a fault.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  static func noLedger(at path: String) -> LedgerError {
    LedgerError(.noLedger, "there is no ledger at \(path); make one with: handover init")
  }

  static func unfinished(at path: String) -> LedgerError {
    LedgerError(
      .noLedger,
      "the making of the ledger at \(path) was interrupted; finish it with: handover init",
    )
  }

  static func noKeys(in folder: String) -> LedgerError {
    LedgerError(
      .noLedger,
      "the keys are missing: there is no \(folder)/data.mdb and no ring in \(folder); put the "
        + "newest copy of the keys there, or go on without every word they opened with: handover "
        + "keys accept-older",
    )
  }

  static func olderKeys(in folder: String, than slot: UInt64) -> LedgerError {
    LedgerError(
      .olderKeys,
      "the keys in \(folder) do not reach slot \(slot), which the log uses: they are an older "
        + "copy; put the newest copy there, or go on without the words that the missing ones "
        + "opened with: handover keys accept-older",
    )
  }

  /// Runs a body and gives the faults of the storage their kind and sentence.
  static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as StorageError {
      throw LedgerError(kind(of: error), error.description)
    } catch let error as CommitError {
      throw LedgerError(kind(of: error.cause), error.cause.description)
    } catch let error as AnotherWriter {
      let fault = StorageError(StorageError.Code(rawValue: error.code), during: error.path)
      throw LedgerError(error.isThere ? .anotherWriter : kind(of: fault), error.description)
    } catch let error as MovedFolder {
      throw LedgerError(.inputOutput, error.description)
    } catch let error as KeyError {
      throw LedgerError(kind(of: error), error.description)
    } catch let error as CheckpointError {
      throw LedgerError(kind(of: error), error.description)
    } catch let error as UnknownOutcome {
      throw LedgerError(
        .inputOutput,
        "it is not known whether this was recorded: \(error.cause); open the ledger again and "
          + "repeat it under its idempotency key",
      )
    } catch let leap as ClockLeap {
      throw LedgerError(.clockAhead, leap.sentence)
    } catch let error as CodingError {
      throw LedgerError(
        .damaged,
        "a stored body is malformed: expected \(error.expected); \(remedy)",
      )
    } catch let error as DamagedViews {
      throw LedgerError(
        .damaged,
        "\(error.description); nothing is lost by that: whoever writes the ledger next builds them "
          + "anew from the log",
      )
    } catch let error as DamagedRecord {
      throw LedgerError(.damaged, "position \(error.position): \(error.reason); \(remedy)")
    }
  }

  /// What to do when something stored is not what was written.
  private static let remedy = "run verify to see how much is damaged, then restore a backup"

  private static func kind(of error: KeyError) -> Kind {
    switch error {
    case .twoMasterKeys: .malformedQuery
    case .unreadable(_, let code): kind(of: StorageError(code, during: ""))
    case .missingSuccessor: .olderKeys
    case .noMasterKey, .malformedMasterKey, .failedCommand, .wrongMasterKey: .noLedger
    }
  }

  private static func kind(of error: CheckpointError) -> Kind {
    switch error {
    case .noKey: .noLedger
    case .damaged: .damaged
    case .conflict: .behindCheckpoint
    case .noConflict: .notFound
    case .malformedOrigin, .otherOrigin: .malformedQuery
    case .busy: .anotherWriter
    }
  }

  /// The kind of a fault of the storage.
  static func kind(of error: StorageError) -> Kind {
    switch error.code {
    case .notPermitted, .notAllowed, .readOnlyFileSystem, .link: .notPermitted
    case .noSuchFile: .noLedger
    case .corrupted, .pageNotFound, .truncated, .versionMismatch, .notAnEnvironment: .damaged
    default: .inputOutput
    }
  }
}
