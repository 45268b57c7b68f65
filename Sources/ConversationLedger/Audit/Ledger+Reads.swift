public import Conversations
import EventStore
import Projections

/// Who read and exported what, the newest first.
public struct ReadsPage: Codable, Hashable, Sendable {
  /// The log position it was computed at.
  public var position: UInt64
  /// Whether these are all.
  public var complete: Bool
  /// How many there are.
  public var count: Int
  /// Whether it is recorded who opens a transcript.
  public var audit: Bool
  /// How many notes wait for the writer, and are not among these.
  public var waiting: Int
  /// The readings.
  public var reads: [ReadRow]
}

/// A reading as it is listed.
public struct ReadRow: Codable, Hashable, Sendable {
  /// The log position of its event.
  public var position: UInt64
  /// `opened` or `exported`.
  public var kind: Reading.Kind
  /// The account that read; `null` if the key of the ledger's own events is gone.
  @ExplicitNull public var reader: String?
  /// The command or call, or the format of the export.
  public var means: String
  /// When it was, by the clock of the process that read.
  public var at: String
  /// When it was recorded.
  public var recordedAt: String
  /// The conversation, if it was one.
  public var conversationId: String?
  /// The bot, if it was an inbox.
  public var botId: String?
  /// The log position up to which was read.
  public var through: UInt64
  /// How many conversations were exported.
  public var conversations: Int64?
}

extension Ledger {
  /// Lists who read and exported what.
  ///
  /// - Parameters:
  ///   - conversation: Only readings of this conversation; all if `nil`.
  ///   - limit: The most readings.
  /// - Returns: The newest readings.
  /// - Throws: `LedgerError` if the log cannot be read.
  public func reads(of conversation: ConversationID? = nil, limit: Int = .max) throws -> ReadsPage {
    try answering { snapshot in
      var (rows, next) = ([ReadRow](), snapshot.audit.tail.last)
      while next > 0, rows.count < limit {
        let event = try RecordedEvent(log.record(at: next), keys: keys)
        let previous = try log.record(at: next).header.previous
        guard previous < next else {
          throw DamagedRecord(at: next, "the chain of its stream does not go back")
        }
        next = previous
        guard let row = ReadRow(event) else { continue }
        if conversation == nil || row.conversationId == conversation?.description {
          rows.append(row)
        }
      }
      return ReadsPage(
        position: snapshot.position,
        complete: next == 0,
        count: rows.count,
        audit: snapshot.registry.isReadAuditOn,
        waiting: spool.notes().notes.count,
        reads: rows,
      )
    }
  }
}

extension ReadRow {
  fileprivate init?(_ event: RecordedEvent) {
    guard let reading = event.registryEvent.flatMap({ Reading($0, event.body) }) else { return nil }
    position = event.position
    kind = reading.kind
    reader = event.body?.authorID
    means = reading.means
    at = event.shownAt.text
    recordedAt = event.recordedAt.text
    through = reading.position
    conversations = reading.conversations
    switch reading.scope {
    case .log: break
    case .inbox(let bot): botId = bot.description
    case .conversation(let id): conversationId = id.description
    }
  }
}
