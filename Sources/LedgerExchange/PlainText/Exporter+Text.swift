import ConversationLedger
import Conversations
import Foundation

extension Exporter {
  /// Writes transcripts as plain text (R16), each under a line that says whose it is; one alone
  /// needs none.
  func exportText(_ scope: ExportScope) throws -> Int {
    if case .conversation(let conversation) = scope {
      try write(Data(try ledger.transcript(of: conversation).plainText.utf8))
      return 1
    }
    let names = try ledger.registry().bots.mapValues(\.name)
    var count = 0
    try ledger.forEachConversation(in: scope) { conversation in
      let heading = try heading(of: conversation, names)
      try write(Data((heading + ledger.transcript(of: conversation).plainText).utf8))
      count += 1
    }
    return count
  }

  /// The line above a transcript.
  private func heading(of id: ConversationID, _ names: [BotID: String]) throws -> String {
    let row = try ledger.page(of: id).row
    let path = row.path.map { BotID($0).flatMap { names[$0] } ?? $0 }.joined(separator: " → ")
    let words = [id.description, row.visitor.name ?? row.visitor.id, path, row.status.rawValue]
    let line = words.joined(separator: " · ").split(whereSeparator: \.isNewline)
    return "=== \(line.joined(separator: " ")) ===\n"
  }
}
