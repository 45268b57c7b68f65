import Foundation
import Testing

/// Looks at a ledger from outside and compares it with what its writers acknowledged.
struct Witness {
  let ledger: LedgerFolder
  private(set) var story: Story
  /// The events of the story that were seen in the log, by position; their keys are unique.
  private var seen: [UInt64: Seen] = [:]
  private var positions: [String: UInt64] = [:]
  /// The position up to which the log was read.
  private(set) var head: UInt64

  /// An event as `follow` prints it.
  struct Seen: Decodable {
    var position: UInt64
    var type: String
    var conversationId: String?
    var text: String?
    var reason: String?
    var author: String?

    /// The order's text, wherever its event keeps it.
    func mark(of verb: String) -> String? {
      switch verb {
      case "start": author
      case "handOver": reason
      default: text
      }
    }

    /// The key at the beginning of what the event says.
    var key: String? {
      for words in [text, reason, author] {
        if let words, words.hasPrefix("<"), let end = words.firstIndex(of: ">") {
          return String(words[...end])
        }
      }
      return nil
    }
  }

  /// Looks at a ledger that has a network of bots and no event of the story yet.
  init(_ ledger: LedgerFolder, _ story: Story) throws {
    self.ledger = ledger
    self.story = story
    head = try ledger.status().position
  }

  /// Takes note of what a writer said, and holds it against what was said before.
  mutating func hear(_ report: Writer.Report, _ orders: [Story.Order]) {
    let orders = Dictionary(uniqueKeysWithValues: orders.map { ($0.key, $0) })
    for (key, acknowledgement) in report.acknowledgements {
      guard let order = orders[key] else {
        Issue.record("\(key) was acknowledged and never ordered")
        continue
      }
      if let first = story.acknowledged[key] {
        #expect(acknowledgement.position == first.position, "\(key)")
        #expect(acknowledgement.conversation == first.conversation, "\(key)")
        #expect(acknowledgement.isRepeated, "\(key) was done twice")
        continue
      }
      if let position = positions[key] {
        // It was on disk when the process died that had not said so.
        #expect(acknowledgement.position == position, "\(key)")
        #expect(acknowledgement.isRepeated, "\(key) was done twice")
      }
      story.acknowledge(acknowledgement, of: order)
    }
  }

  /// Begins a round; the orders are those of the round before and `count` new ones for each caller.
  mutating func beginRound(new count: Int) -> [Story.Order] {
    story.beginRound()
    return story.orders(new: count)
  }

  /// Opens the ledger and reads what is new in it: every acknowledged event is there with its
  /// words, and besides them at most what was not answered.
  mutating func look() throws {
    try ledger.run("verify")
    let status = try ledger.status()
    #expect(status.writerProcess == nil)
    try #require(status.position >= head)
    for event in try events(after: head, count: Int(status.position - head)) { take(event) }
    for (key, acknowledgement) in story.acknowledged where positions[key] == nil {
      Issue.record("\(key) was acknowledged at \(acknowledgement.position) and is gone")
    }
  }

  /// The new events; their positions have no gap.
  private mutating func events(after last: UInt64, count: Int) throws -> [Seen] {
    guard count > 0 else { return [] }
    let call = ["follow", "--json", "--after", "\(last)", "--limit", "\(count)"]
    let events = try ledger.run(call).jsonLines(Seen.self)
    #expect(events.map(\.position) == Array(last + 1...last + UInt64(count)))
    head = last + UInt64(count)
    return events
  }

  private mutating func take(_ event: Seen) {
    guard let key = event.key else {
      Issue.record("an event that nobody ordered: \(event)")
      return
    }
    let place = "\(key) at \(event.position)"
    #expect(positions[key] == nil, "\(place) is there twice")
    (positions[key], seen[event.position]) = (event.position, event)
    if let acknowledgement = story.acknowledged[key] {
      #expect(acknowledgement.position == event.position, "\(place)")
      #expect(acknowledgement.conversation == event.conversationId, "\(place)")
    } else {
      #expect(story.unanswered[key] != nil, "\(place) was not ordered yet")
    }
    guard let order = order(of: key) else { return }
    #expect(event.mark(of: order.verb) == order.text, "\(place)")
  }

  private func order(of key: String) -> Story.Order? {
    let numbers = key.dropFirst().dropLast().split(separator: ".").compactMap { Int($0) }
    return numbers.count == 2 ? story.order(numbers[0], numbers[1]) : nil
  }

  /// Gives all orders again, undisturbed: nothing is done twice, and the log holds the acknowledged
  /// events and no others.
  mutating func close(_ options: Writer.Options = Writer.Options()) throws {
    let orders = story.allOrders()
    let writer = try Writer(ledger, orders, options)
    writer.tool.wait(.seconds(600))
    let report = try writer.report()
    #expect(writer.tool.exit == .code(0), "\(report.error)")
    #expect(report.failures.isEmpty, "\(report.failures.prefix(3))")
    #expect(report.isClosed)
    hear(report, orders)
    try look()
    #expect(Set(story.acknowledged.values.map(\.position)) == Set(seen.keys))
    #expect(story.acknowledged.count == orders.count)
    try expectTrueViews()
  }

  /// Compares the views with ones that are built from nothing.
  func expectTrueViews() throws {
    let verdict = try ledger.read(Shape.Verdict.self, "replay")
    #expect(verdict.same)
    #expect(verdict.position == head)
    let rebuilt = try ledger.read(Shape.Rebuilt.self, "rebuild")
    #expect(rebuilt.digest == verdict.rebuiltDigest)
  }
}
