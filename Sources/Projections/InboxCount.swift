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

  func adding(_ other: InboxCount) -> InboxCount {
    var sum = self
    for place in conversations.indices { sum.conversations[place] += other.conversations[place] }
    sum.messages += other.messages
    return sum
  }

  /// Whether there is nothing.
  package var isEmpty: Bool { messages == 0 && conversations.allSatisfy { $0 == 0 } }

  init(decoding bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    messages = Int64(bitPattern: try reader.longNumber())
    for place in conversations.indices {
      conversations[place] = Int64(bitPattern: try reader.longNumber())
    }
  }

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 8 * (conversations.count + 1))
    writer.put(UInt64(bitPattern: messages))
    for count in conversations { writer.put(UInt64(bitPattern: count)) }
    return writer.bytes
  }
}
