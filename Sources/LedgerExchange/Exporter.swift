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

  let ledger: Ledger
  let write: (Data) throws -> Void

  /// Begins an export.
  ///
  /// - Parameters:
  ///   - ledger: What to export.
  ///   - write: Takes the bytes of each line, row or transcript, its last line break included.
  public init(of ledger: Ledger, write: @escaping (Data) throws -> Void) {
    self.ledger = ledger
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
  /// Walks over the conversations of a scope, inbox by inbox, the latest activity first.
  func forEachConversation(
    in scope: ExportScope,
    _ body: (ConversationID) throws -> Void,
  ) throws {
    switch scope {
    case .conversation(let conversation): try body(conversation)
    case .inbox(let bot): try forEachConversation(inInboxOf: bot, body)
    case .all:
      for bot in try registry().bots.keys.sorted() {
        try forEachConversation(inInboxOf: bot, body)
      }
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
