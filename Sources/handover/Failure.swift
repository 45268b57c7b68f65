import ArgumentParser
import ConversationLedger
import Conversations
import Foundation
import LedgerExchange
import LedgerHTTP

/// A failure as people and scripts see it: a sentence, and an exit code of sysexits.
struct Failure {
  /// The exit code.
  let exitCode: Int32
  private let sentence: String

  /// Exit codes (sysexits.h), and 1 for a check that said no.
  enum Code {
    static let checkSaidNo: Int32 = 1
    static let badData: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let internalFault: Int32 = 70
    static let cannotCreate: Int32 = 73
    static let inputOutput: Int32 = 74
    static let tryAgain: Int32 = 75
    static let notPermitted: Int32 = 77
    static let configuration: Int32 = 78
  }

  init(_ exitCode: Int32, _ sentence: String) {
    self.exitCode = exitCode
    self.sentence = sentence
  }

  /// Translates an error; `nil` for those the argument parser reports itself.
  init?(_ error: any Error) {
    switch error {
    case let error as LedgerError: self.init(Self.code(for: error.kind), error.description)
    case let error as SourceError:
      self.init(error.isMissing ? Code.noInput : Code.badData, error.description)
    case let refusal as Refusal:
      self.init(
        Self.code(for: refusal.code),
        "refused (\(refusal.code.name)): \(refusal.sentence)",
      )
    case let error as ConfigurationError: self.init(Code.configuration, error.description)
    case let failure as CommandFailure: self = failure.failure
    case is ExitCode, is CleanExit, is ValidationError: return nil
    default:
      guard (error as NSError).domain == NSCocoaErrorDomain || error is POSIXError else {
        return nil
      }
      self.init(Code.inputOutput, error.localizedDescription)
    }
  }

  /// Says what failed on standard error.
  func report() {
    guard !sentence.isEmpty else { return }
    Terminal.note("handover: \(sentence)")
  }

  private static func code(for kind: LedgerError.Kind) -> Int32 {
    switch kind {
    case .noLedger, .notFound: Code.noInput
    case .readOnly, .notPermitted: Code.notPermitted
    case .anotherWriter, .clockAhead: Code.tryAgain
    case .cannotCreate: Code.cannotCreate
    // A log that lost its end is damaged, whoever cut it off; so are keys that are an older copy.
    case .inputOutput, .damaged, .behindCheckpoint, .olderKeys: Code.inputOutput
    case .malformedQuery, .cursorExpired: Code.badData
    case .unavailable: Code.unavailable
    case .cutOff: Code.tryAgain
    }
  }

  private static func code(for code: Refusal.Code) -> Int32 {
    switch code {
    case .wrongExpectedPosition: Code.tryAgain
    case .malformedBody, .tooLarge, .idempotencyKeyReused: Code.badData
    default: Code.notPermitted
    }
  }
}

/// A failure a command decided on itself.
struct CommandFailure: Error {
  let failure: Failure

  init(_ exitCode: Int32, _ sentence: String = "") {
    failure = Failure(exitCode, sentence)
  }
}
