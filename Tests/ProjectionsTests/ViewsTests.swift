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
        let inbox = plain.filter { $0.holder == bot }.sorted { $0.lastPosition > $1.lastPosition }
        #expect(try heads(live.snapshot, bot, before: nil) == inbox)
        let bound = UInt64.random(in: 0...UInt64(index + 2), using: &generator)
        #expect(
          try heads(live.snapshot, bot, before: bound) == inbox.filter { $0.lastPosition < bound }
        )
        let took = try live.snapshot.heads(tookPart: bot).map(PlainHead.init)
        #expect(took == plain.filter { $0.path.contains(bot) }.reversed())
        let count = try live.snapshot.count(ofInboxOf: bot)
        #expect(Int(count.conversations) == inbox.count)
        #expect(count.messages == inbox.reduce(0) { $0 + Int64($1.messages) })
      }
      try expectAll(plain, in: live.snapshot)
      if generator.once(in: 9) {
        try live.views.write([live.overlay], root: [1])
        if generator.once(in: 2) { live.overlay.forget(through: live.overlay.position) }
      }
    }
  }

  private func heads(
    _ snapshot: ViewSnapshot,
    _ bot: BotID,
    before bound: UInt64?,
  ) throws -> [PlainHead] {
    var heads: [PlainHead] = []
    try snapshot.forEachHead(inInboxOf: bot, before: bound) { head in
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
    try live.snapshot.forEachHead(inInboxOf: History.bots[0], before: nil) { _ in
      visited += 1
      return visited < 2
    }
    #expect(visited == 2)
  }
}
