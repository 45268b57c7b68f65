import ConversationCoding
import Conversations

/// Where a conversation stands in a list that shows the latest activity first.
package struct InboxPlace: Hashable, Sendable, Comparable {
  /// The latest of all times the conversation shows, in microseconds since 1970.
  package let activity: Int64
  /// The position of its last event; orders those of one time.
  package let position: UInt64

  package init(activity: Int64, position: UInt64) {
    self.activity = activity
    self.position = position
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.activity, left.position) < (right.activity, right.position)
  }

  /// The key of a row: whose inbox, then the place, so that byte order is the order of places.
  func key(inInboxOf bot: BotID) -> [UInt8] {
    var writer = ByteWriter(capacity: 32)
    writer.put(bot.value)
    writer.put(UInt64(bitPattern: activity) ^ 1 << 63)
    writer.put(position)
    return writer.bytes
  }

  /// The key before which every row of an inbox lies, if there is no place to begin at.
  static func endKey(ofInboxOf bot: BotID) -> [UInt8] {
    identifierKey(bot.value) + [UInt8](repeating: 0xFF, count: 16)
  }
}

extension Head {
  /// Where it stands in a list.
  package var place: InboxPlace { InboxPlace(activity: lastActivityAt, position: lastPosition) }

  /// What lists are filtered by.
  package var traits: InboxTraits {
    var traits: InboxTraits = []
    if state.isEnded { traits.insert(.ended) }
    if handovers > 0 { traits.insert(.handedOver) }
    if hadAgent { traits.insert(.hadAgent) }
    if case .agent = state.control { traits.insert(.agentInControl) }
    return traits
  }

  /// What it adds to the counts of its holder's inbox.
  var share: InboxShare {
    InboxShare(holder: state.holder, traits: traits, messages: messages)
  }
}
