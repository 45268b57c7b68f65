public import ConversationLedger
public import Conversations
public import Foundation

/// Writes conversations in a format for elsewhere.
public struct Exporter {
  /// The formats (docs/exports.md).
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// The neutral format, which an import reads back.
    case jsonl
    /// CloudEvents 1.0, one JSON object a line.
    case cloudevents
    /// A row for each conversation.
    case csv
    /// The transcripts.
    case text
  }

  /// Whether a CSV says by its first bytes that it is UTF-8, which spreadsheets need.
  public enum ByteOrderMark: Hashable, Sendable {
    /// It does.
    case written
    /// It does not, for programs that take the mark for a part of the first name.
    case leftOut
  }

  let ledger: Ledger
  let mark: ByteOrderMark
  let write: (Data) throws -> Void

  /// Begins an export.
  ///
  /// - Parameters:
  ///   - ledger: What to export.
  ///   - mark: Whether a CSV begins with a byte order mark.
  ///   - write: Takes the bytes of each line, row or transcript, its last line break included.
  public init(
    of ledger: Ledger,
    mark: ByteOrderMark = .written,
    write: @escaping (Data) throws -> Void,
  ) {
    self.ledger = ledger
    self.mark = mark
    self.write = write
  }

  /// Exports up to the head at the time of the call.
  ///
  /// - Returns: How many lines, events or conversations were written.
  /// - Throws: `LedgerError` if something cannot be read; what `write` throws.
  public func export(_ scope: ExportScope, as format: Format) throws -> Int {
    switch format {
    case .jsonl: try exportJSONLines(scope)
    case .cloudevents: try exportCloudEvents(scope)
    case .csv: try exportCSV(scope)
    case .text: try exportText(scope)
    }
  }

  /// Writes a value as a line of JSON.
  func putLine(_ value: some Encodable) throws {
    try write(Data(try JSONText.bytes(of: value) + [UInt8(ascii: "\n")]))
  }
}

/// What to export.
public enum ExportScope: Sendable, Hashable {
  /// Everything.
  case all
  /// The conversations of an inbox.
  case inbox(BotID)
  /// One conversation.
  case conversation(ConversationID)
}

extension Ledger {
  /// Walks over the conversations of a scope: all in the order they began, whoever holds them, or
  /// those of an inbox, the latest activity first.
  func forEachConversation(
    in scope: ExportScope,
    _ body: (ConversationID) throws -> Void,
  ) throws {
    switch scope {
    case .conversation(let conversation): try body(conversation)
    case .inbox(let bot): try forEachConversation(inInboxOf: bot, body)
    case .all: try forEachConversation(body)
    }
  }

  /// Walks over the events of a scope: the whole log in its order, or one conversation after the
  /// other.
  func forEachEvent(in scope: ExportScope, _ body: (RecordedEvent) throws -> Void) throws {
    guard scope != .all else {
      return try forEachEvent(from: 1, through: try headPosition(), body)
    }
    try forEachConversation(in: scope) { conversation in
      for event in try events(of: conversation).events { try body(event) }
    }
  }
}
