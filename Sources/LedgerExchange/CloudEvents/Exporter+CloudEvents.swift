import ConversationLedger
import Conversations

extension Exporter {
  /// Writes events as CloudEvents 1.0, as the live streams write them; everything is the log,
  /// administration too.
  func exportCloudEvents(_ scope: ExportScope) throws -> Int {
    guard try ledger.headPosition() > 0 else { return 0 }
    let source = try ledger.cloudEventSource()
    var holders: [ConversationID: BotID] = [:]
    var count = 0
    try ledger.forEachEvent(in: scope) { event in
      let former = event.conversation.flatMap { holders[$0] }
      let holder = event.newHolder ?? former
      if let conversation = event.conversation { holders[conversation] = holder }
      try putLine(CloudEvent(event, source: source, holder: holder, formerHolder: former))
      count += 1
    }
    return count
  }
}

extension RecordedEvent {
  /// The bot that holds the conversation from this event on; `nil` if that stays as it was.
  fileprivate var newHolder: BotID? {
    switch event {
    case .started(let bot, _, _), .handedOver(_, let bot, _): bot
    default: nil
    }
  }
}
