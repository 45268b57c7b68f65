import Conversations
import EventStore
import LMDB
import Projections
import Testing

@Suite(.inTemporaryFolder)
struct `The views` {
  /// Views and what they lag behind, moved on as the writer does it.
  private struct Live {
    let views: Views
    var overlay = Overlay()

    init(_ name: String) throws {
      views = try Views(at: TemporaryFolder.path + "/" + name, for: .writing)
    }

    mutating func fold(_ events: some Sequence<(header: RecordHeader, key: [UInt8])>) throws {
      for (header, key) in events {
        try overlay.fold(header, idempotencyKey: key) { try views.head(start: $0) }
      }
    }

    var snapshot: ViewSnapshot {
      ViewSnapshot(overlay: overlay, views: views, registry: Registry(), time: 0)
    }
  }

  /// The digest of views that were written in one go.
  private func digest(of history: History, at position: Int) throws -> [UInt8] {
    var live = try Live("whole \(position)")
    try live.fold(history.events.prefix(position))
    try live.views.write([live.overlay], root: [1])
    return try live.views.digest()
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `have one digest at a position, in however many steps they got there`(
    seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let history = History(seed: seed, count: 400)
    var live = try Live("live")
    var position = 0
    while position < history.events.count {
      let end = min(position + .random(in: 1...25, using: &generator), history.events.count)
      try live.fold(history.events[position..<end])
      position = end
      // What is written can be older than what is folded by the time it is forgotten.
      let written = live.overlay
      if generator.once(in: 3) {
        let next = min(position + 5, history.events.count)
        try live.fold(history.events[position..<next])
        position = next
      }
      try live.views.write([written], root: [1])
      #expect(try live.views.digest() == digest(of: history, at: Int(written.position)))
      if generator.once(in: 4) {
        let checkpoint = try live.views.checkpoint()
        live.overlay = Overlay(base: checkpoint.position, totals: checkpoint.totals)
        try live.fold(history.events[Int(checkpoint.position)..<position])
      } else {
        live.overlay.forget(through: written.position)
      }
    }
  }

  @Test(arguments: [4, 5] as [UInt64])
  func `and the changes since answer as if every event was looked at again`(
    seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: seed)
    let history = History(seed: seed, count: 300)
    var live = try Live("live")
    for (index, event) in history.events.enumerated() {
      try live.fold([event])
      let plain = PlainHead.all(in: history, at: index + 1)
      for bot in History.bots {
        let inbox = plain.filter { $0.holder == bot }.sorted { $0.place > $1.place }
        #expect(try heads(live.snapshot, bot, behind: nil) == inbox)
        let bound = InboxPlace(
          activity: plain.randomElement(using: &generator)?.activity ?? 0,
          position: UInt64.random(in: 0...UInt64(index + 2), using: &generator),
        )
        #expect(
          try heads(live.snapshot, bot, behind: bound) == inbox.filter { $0.place < bound }
        )
        let took = try live.snapshot.heads(tookPart: bot).map(PlainHead.init)
        #expect(took == plain.filter { $0.path.contains(bot) }.sorted { $0.place > $1.place })
        try expectCounts(inbox, live.snapshot, bot)
      }
      try expectAll(plain, in: live.snapshot)
      if generator.once(in: 9) {
        try live.views.write([live.overlay], root: [1])
        if generator.once(in: 2) { live.overlay.forget(through: live.overlay.position) }
      }
    }
  }

  /// Compares every count of an inbox with a plain one.
  private func expectCounts(
    _ inbox: [PlainHead],
    _ snapshot: ViewSnapshot,
    _ bot: BotID,
  ) throws {
    let count = try snapshot.count(ofInboxOf: bot)
    #expect(count == (try snapshot.counts()[bot] ?? InboxCount()))
    #expect(count.conversations() == inbox.count)
    #expect(count.messages == inbox.reduce(0) { $0 + Int64($1.messages) })
    for number in UInt8(0)..<16 {
      let traits = InboxTraits(rawValue: number)
      let plain = inbox.count { head in
        head.isEnded == traits.contains(.ended) && head.hadAgent == traits.contains(.hadAgent)
          && (head.path.count > 1) == traits.contains(.handedOver)
          && head.isWithAgent == traits.contains(.agentInControl)
      }
      #expect(count.conversations { $0 == traits } == plain)
    }
  }

  private func heads(
    _ snapshot: ViewSnapshot,
    _ bot: BotID,
    behind place: InboxPlace?,
  ) throws -> [PlainHead] {
    var heads: [PlainHead] = []
    try snapshot.forEachHead(inInboxOf: bot, behind: place) { head in
      heads.append(PlainHead(head))
      return true
    }
    return heads
  }

  private func expectAll(_ plain: [PlainHead], in snapshot: ViewSnapshot) throws {
    var all: [PlainHead] = []
    try snapshot.forEachHead { all.append(PlainHead($0)) }
    #expect(Set(all.map(\.conversation)) == Set(plain.map(\.conversation)))
    for head in plain {
      #expect(try snapshot.head(of: head.conversation).map(PlainHead.init) == head)
    }
  }

  @Test
  func `stop where they are told to, and stay as they are if others are further`() throws {
    let history = History(seed: 6, count: 200)
    var live = try Live("live")
    try live.fold(history.events.prefix(100))
    let older = live.overlay
    try live.fold(history.events.dropFirst(100))
    try live.views.write([live.overlay], root: [1])
    let digest = try live.views.digest()
    try live.views.write([older], root: [2])
    #expect(try live.views.digest() == digest)
    #expect(try live.views.checkpoint().position == 200)
    var visited = 0
    try live.snapshot.forEachHead(inInboxOf: History.bots[0], behind: nil) { _ in
      visited += 1
      return visited < 2
    }
    #expect(visited == 2)
  }
}
