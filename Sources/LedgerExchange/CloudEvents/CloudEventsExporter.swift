public import ConversationLedger
import Conversations
public import Foundation

/// Writes events as CloudEvents 1.0, one JSON object a line, as the live stream writes them.
public struct CloudEventsExporter {
  private let ledger: Ledger
  private let write: (Data) throws -> Void

  /// Begins an export.
  ///
  /// - Parameters:
  ///   - ledger: What to export.
  ///   - write: Takes the bytes of each line, its line break included.
  public init(of ledger: Ledger, write: @escaping (Data) throws -> Void) {
    self.ledger = ledger
    self.write = write
  }

  /// Exports up to the head at the time of the call; all of it is the log, administration too.
  ///
  /// - Returns: How many events were written.
  /// - Throws: `LedgerError` if an event cannot be read; what `write` throws.
  public func export(_ scope: ExportScope) throws -> Int {
    guard try ledger.headPosition() > 0 else { return 0 }
    let source = try ledger.cloudEventSource()
    var holders: [ConversationID: BotID] = [:]
    var count = 0
    try ledger.forEachEvent(in: scope) { event in
      let former = event.conversation.flatMap { holders[$0] }
      let holder = event.newHolder ?? former
      if let conversation = event.conversation { holders[conversation] = holder }
      let line = CloudEvent(event, source: source, holder: holder, formerHolder: former)
      try write(Data(try JSONText.bytes(of: line) + [UInt8(ascii: "\n")]))
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
