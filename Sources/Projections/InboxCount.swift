import ConversationCoding
import Conversations

/// What lists are filtered by, and conversations are therefore counted by.
package struct InboxTraits: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It has ended.
  package static let ended = InboxTraits(rawValue: 1)
  /// It was handed over.
  package static let handedOver = InboxTraits(rawValue: 2)
  /// An agent was in control.
  package static let hadAgent = InboxTraits(rawValue: 4)
  /// An agent is in control.
  package static let agentInControl = InboxTraits(rawValue: 8)

  /// All combinations.
  fileprivate static let all = (0..<16).map { InboxTraits(rawValue: $0) }
}

/// What one conversation adds to the counts of an inbox.
struct InboxShare: Hashable, Sendable {
  let holder: BotID
  let traits: InboxTraits
  let messages: UInt32
}

/// How many conversations and messages an inbox has, or by how many it changed.
package struct InboxCount: Hashable, Sendable {
  /// The conversations of each combination of traits.
  private var conversations = [Int64](repeating: 0, count: InboxTraits.all.count)
  /// The messages of all of them.
  package private(set) var messages: Int64 = 0
  /// The conversations the bot held at some time; of written counts alone.
  private(set) var tookPart: Int64 = 0

  package init() {}

  /// How many conversations there are whose traits fit.
  package func conversations(
    where fits: (InboxTraits) -> Bool = { _ in true }
  ) -> Int {
    InboxTraits.all.reduce(0) { sum, traits in
      fits(traits) ? sum + Int(conversations[Int(traits.rawValue)]) : sum
    }
  }

  mutating func add(_ share: InboxShare) {
    conversations[Int(share.traits.rawValue)] += 1
    messages += Int64(share.messages)
  }

  mutating func subtract(_ share: InboxShare) {
    conversations[Int(share.traits.rawValue)] -= 1
    messages -= Int64(share.messages)
  }

  /// Counts a conversation that the bot has come to hold for the first time.
  mutating func addPart() { tookPart += 1 }

  func adding(_ other: InboxCount) -> InboxCount {
    var sum = self
    for place in conversations.indices { sum.conversations[place] += other.conversations[place] }
    sum.messages += other.messages
    sum.tookPart += other.tookPart
    return sum
  }

  /// The same without what is no part of the inbox.
  var ofInbox: InboxCount {
    var count = self
    count.tookPart = 0
    return count
  }

  /// Whether there is nothing.
  var isEmpty: Bool { messages == 0 && tookPart == 0 && conversations.allSatisfy { $0 == 0 } }

  init(decoding bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    messages = Int64(bitPattern: try reader.longNumber())
    tookPart = Int64(bitPattern: try reader.longNumber())
    for place in conversations.indices {
      conversations[place] = Int64(bitPattern: try reader.longNumber())
    }
  }

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 8 * (conversations.count + 2))
    writer.put(UInt64(bitPattern: messages))
    writer.put(UInt64(bitPattern: tookPart))
    for count in conversations { writer.put(UInt64(bitPattern: count)) }
    return writer.bytes
  }
}
