import ConversationCoding
import LMDB

/// Views that are not what was written.
///
/// Nothing is lost by that: whoever meets it drops the views and folds the log.
package struct DamagedViews: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was found.
  package let description: String

  package init(_ description: String) { self.description = description }

  /// The damage that an error of the views' own tables tells of; `nil` for what says nothing of
  /// the file: a full disk, a device that fails, too many readers, no memory.
  init?(_ error: any Error) {
    switch error {
    case let damage as DamagedViews: self = damage
    case let error as StorageError where error.code.saysDamage:
      self.init("the views cannot be read (\(error.operation), code \(error.code.rawValue))")
    case let error as CommitError where error.cause.code.saysDamage:
      self.init("the views cannot be written (code \(error.cause.code.rawValue))")
    case let error as CodingError:
      self.init("a row of the views is malformed: expected \(error.expected)")
    default: return nil
    }
  }
}

/// Views that were written beyond what a snapshot covers, after it was taken: take another one.
package struct ViewsMovedOn: Error {}

/// An error of whoever walks over the views, to be told from the views' own.
struct ErrorOutside: Error { let error: any Error }

extension StorageError.Code {
  /// Whether the file is not what the library wrote.
  fileprivate var saysDamage: Bool {
    switch self {
    case .mapFull, .diskFull, .inputOutput, .readersFull, .noMemory, .notPermitted: false
    default: true
    }
  }
}
