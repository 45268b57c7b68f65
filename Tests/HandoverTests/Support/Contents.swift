import Foundation
import Testing

/// What people see in a ledger, without what may differ from one ledger to the next: positions,
/// and times that nobody claims.
struct Contents: Equatable {
  var bots: [Shape.Bot]
  /// The inboxes, by bot, in their order.
  var inboxes: [String: [Row]]

  struct Row: Equatable {
    var conversation: String
    var externalId: String?
    var visitor: Shape.Row.Visitor
    var icon: String
    var path: [String]
    var control: String
    var messages: Int
    var preview: String?
  }

  struct Entry: Equatable {
    var kind: String
    var text: String
    var author: String?
    var from: String?
    var to: String?
    var module: UInt32?
    var reason: String?
    var variables: [String: String]?
  }
}

extension LedgerFolder {
  /// The bots and all rows of all inboxes.
  func contents() throws -> Contents {
    let bots = try read([Shape.Bot].self, "bots")
    let rows = try bots.map { bot in
      let page = try read(Shape.Inbox.self, "inbox", bot.botId, "--limit", "100000")
      return (bot.botId, page.rows.map(Contents.Row.init))
    }
    return Contents(bots: bots, inboxes: Dictionary(rows) { $1 })
  }

  /// The transcript of a conversation.
  func entries(of conversation: String) throws -> [Contents.Entry] {
    try read(Shape.Transcript.self, "transcript", conversation).entries.map(Contents.Entry.init)
  }

  /// Where the log stands and what it holds.
  func status() throws -> Shape.Status { try read(Shape.Status.self, "status") }

  /// Writes the ledger, or one conversation of it, down in the neutral format and returns the
  /// file's path.
  func export(of conversation: String? = nil) throws -> String {
    let scope = conversation.map { ["--conversation", $0] } ?? []
    return try file(
      "export.jsonl",
      try run(["export", "--to", "jsonl"] + scope).standardOutput,
    )
  }
}

extension Contents.Row {
  fileprivate init(_ row: Shape.Row) {
    conversation = row.conversationId
    externalId = row.externalId
    visitor = row.visitor
    icon = row.icon
    path = row.path
    control = row.control
    messages = row.messages
    preview = row.lastMessage?.preview
  }
}

extension Contents.Entry {
  fileprivate init(_ entry: Shape.Entry) {
    kind = entry.kind
    text = entry.text
    author = "\(entry.author.kind) \(entry.author.name ?? "")"
    from = entry.from
    to = entry.to
    module = entry.module
    reason = entry.reason
    variables = entry.content?.variables
  }
}
