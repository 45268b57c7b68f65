public import ConversationLedger
public import Conversations

/// What a reader of a foreign format yields: history in the words of the domain.
public enum SourceItem: Sendable {
  /// A row that adds to the registry, which the rows that follow refer to.
  case registry(RegistryCommand, row: Int)
  /// A row of the source.
  case row(SourceRow)
  /// A row that cannot be understood, and why.
  case unreadable(row: Int, reason: String)
}

/// The smallest source record that yields events.
public struct SourceRow: Sendable {
  /// Its number in its file, from 1.
  public var number: Int
  /// The conversation it belongs to.
  public var conversation: ConversationID
  /// What it says, and its identity in the conversation.
  public var content: ImportedRow
  /// What it needs in the registry and names only by the way; gives way to what is there.
  public var registrations: [RegistryCommand] = []
  /// Whether neither an identity nor a time tells the row from one of another file that says the
  /// same.
  public var isAmbiguous = false
}

/// A format the ledger reads.
public enum SourceFormat: String, Sendable, CaseIterable {
  /// The Schema-Guided Dialogue data set.
  case sgd
  /// The neutral format of this ledger (docs/jsonl.md).
  case jsonl

  /// Reads a file of this format.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - body: Takes one item after the other; what it threw is thrown on.
  /// - Throws: `SourceError` if the file cannot be read, or what follows cannot be understood.
  public func read(_ path: String, _ body: (SourceItem) throws -> Void) throws {
    switch self {
    case .sgd: try SGDReader(path: path).read(body)
    case .jsonl: try JSONLinesReader(path: path).read(body)
    }
  }

  /// Reads what files say of the registry; a file that cannot be read says nothing.
  ///
  /// Only `jsonl` has rows that say something of it alone.
  func survey(_ paths: [String]) -> SourceSurvey {
    switch self {
    case .sgd: SourceSurvey()
    case .jsonl: JSONLinesSurvey.survey(of: paths)
    }
  }
}

/// A file that cannot be read or understood.
public struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whether the file is missing or cannot be opened, as against being malformed.
  public let isMissing: Bool
  /// What failed, on what, what was expected.
  public let description: String

  init(_ description: String, isMissing: Bool = false) {
    self.isMissing = isMissing
    self.description = description
  }
}
