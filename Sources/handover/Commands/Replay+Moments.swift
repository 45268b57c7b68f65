import ArgumentParser
import ConversationLedger
import Conversations

extension Replay {
  /// The most rows of an inbox that is shown whole.
  private static let inboxLimit = 1_000_000

  /// Shows an inbox as it was.
  func showInbox(of bot: BotID, _ ledger: Ledger) throws {
    var query = InboxQuery(of: bot)
    query.asOf = try moment(asOf)
    query.limit = Self.inboxLimit
    let page = try ledger.inbox(query)
    if options.json { return try printJSON(page) }
    page.show(try ledger.registry())
  }

  /// Shows what changed between two moments.
  func showDifference(_ ledger: Ledger) throws {
    let moments = try difference.map { try moment($0, "--difference") }
    let names = BotNames(try ledger.registry())
    var table = Table(
      ["conversation", "change", "from", "to", "events", "messages", "control", "because"],
      flexible: 3,
      rightAligned: [4, 5, 7],
    )
    let found = try ledger.difference(from: moments[0], to: moments[1]) { change in
      if options.json { return try printJSON(change) }
      let control = change.ended ? "ended" : change.controlAfter
      table.add([
        change.conversationId, change.change, names.name(change.from), names.name(change.to),
        "\(change.events)", "\(change.messages)", control, "\(change.because)",
      ])
    }
    if options.json { return try printJSON(found) }
    table.print()
    show(found, names, try ledger.registry())
  }

  private func show(_ found: MomentDifference, _ names: BotNames, _ registry: Registry) {
    Terminal.print("")
    var inboxes = Table(
      ["inbox", "came", "went", "conversations", "messages"],
      flexible: 0,
      rightAligned: [1, 2, 3, 4],
    )
    for inbox in found.inboxes {
      inboxes.add([
        names.name(inbox.botId), "\(inbox.came)", "\(inbox.went)",
        "\(inbox.conversationsBefore) → \(inbox.conversationsAfter)",
        "\(inbox.messagesBefore) → \(inbox.messagesAfter)",
      ])
    }
    inboxes.print()
    if !found.registry.isEmpty {
      Terminal.print("")
      var events = EventTable.table()
      for event in found.registry { events.add(EventTable.cells(event, registry)) }
      events.print()
    }
    Terminal.note(
      "\(found.events) events between position \(found.from) and \(found.to): "
        + "\(found.messages) messages, \(found.conversations) conversations, "
        + "\(found.started) of them new, \(found.moved) moved, \(found.ended) ended"
    )
  }
}

/// The names of bots, for tables.
struct BotNames {
  private let registry: Registry

  init(_ registry: Registry) { self.registry = registry }

  /// The name of a bot, or its identifier if it has none; nothing for none.
  func name(_ bot: String?) -> String {
    guard let bot else { return "" }
    return BotID(bot).flatMap { registry.bots[$0]?.name } ?? bot
  }
}
