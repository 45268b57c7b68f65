import ConversationLedger
import Conversations
import Foundation

extension Exporter {
  private static let columns = [
    "conversationId", "externalId", "visitorId", "visitorName", "channel", "deploymentId",
    "originBotId", "originBot", "holderBotId", "holderBot", "path", "handovers", "control", "agent",
    "status", "startedAt", "lastActivityAt", "messages", "lastMessageBy", "lastMessage", "source",
  ]

  /// Writes a row for each conversation as comma-separated values (RFC 4180, UTF-8).
  func exportCSV(_ scope: ExportScope) throws -> Int {
    let names = try ledger.registry().bots.mapValues(\.name)
    var count = 0
    if mark == .written { try write(Data("\u{FEFF}".utf8)) }
    try put(Self.columns)
    try ledger.forEachConversation(in: scope) { conversation in
      try put(Self.cells(try ledger.page(of: conversation).row, names))
      count += 1
    }
    return count
  }

  private func put(_ cells: [String]) throws {
    try write(Data((cells.map(Self.quoted).joined(separator: ",") + "\r\n").utf8))
  }

  private static func cells(_ row: InboxRow, _ names: [BotID: String]) -> [String] {
    let name = { (id: String) in BotID(id).flatMap { names[$0] } ?? "" }
    return [
      row.conversationId, row.externalId ?? "", row.visitor.id, row.visitor.name ?? "", row.channel,
      row.deploymentId, row.originBotId, name(row.originBotId), row.holderBotId,
      name(row.holderBotId), row.path.joined(separator: " "), "\(row.handovers)", row.control,
      row.agent ?? "", row.status.rawValue, row.startedAt, row.lastActivityAt, "\(row.messages)",
      row.lastMessage?.authorKind ?? "", row.lastMessage?.preview ?? "", row.source,
    ]
  }

  /// A cell, quoted where the format needs it.
  ///
  /// A spreadsheet runs what begins like a formula, and visitors choose their names and words; an
  /// apostrophe in front makes it a text (OWASP, CSV Injection).
  private static func quoted(_ cell: String) -> String {
    // Scalars, because a quote with an accent is another character but still a quote.
    var text = cell.unicodeScalars
    if text.beginsLikeFormula { text.insert("'", at: text.startIndex) }
    guard text.contains(where: "\",\r\n".unicodeScalars.contains) else { return String(text) }
    let quote = CollectionOfOne<Unicode.Scalar>("\"")
    let inner = text.flatMap { $0 == "\"" ? [$0, $0] : [$0] }
    return String(String.UnicodeScalarView(quote + inner + quote))
  }
}

extension String.UnicodeScalarView {
  /// The signs that begin a formula, and their full-width and small forms.
  private static let signs = Set("=+-@＝＋－＠﹦﹢﹣﹫".unicodeScalars)

  /// Whether a spreadsheet may take the text for a formula: it begins with a tab or a line break,
  /// or with such a sign behind nothing that shows.
  fileprivate var beginsLikeFormula: Bool {
    if let first, "\t\r\n".unicodeScalars.contains(first) { return true }
    return first { !$0.isBlank }.map(Self.signs.contains) == true
  }
}

extension Unicode.Scalar {
  /// Whether nothing of the scalar shows: spaces, control characters, joiners.
  private var isInvisible: Bool {
    properties.isDefaultIgnorableCodePoint || properties.generalCategory == .control
      || properties.generalCategory == .format
  }

  fileprivate var isBlank: Bool { properties.isWhitespace || isInvisible }
}
