import Conversations
import Foundation
import Testing

@testable import ConversationLedger

/// A page of the views is not what was written: what is shown is right all the same.
@Suite(.inTemporaryFolder)
struct `Views that are damaged` {
  /// What becomes of the file.
  enum Damage: CaseIterable {
    case zeroedPage, flippedBit, foreignPage

    /// Changes the file in place, as a device does.
    func befall(_ file: String, _ generator: inout SeededGenerator) throws {
      let handle = try FileHandle(forUpdating: URL(filePath: file))
      defer { try? handle.close() }
      let pages = Int(try handle.seekToEnd()) / Self.pageByteCount
      // The first two pages only say which commit counts.
      let page = Int.random(in: 2..<pages, using: &generator)
      switch self {
      case .zeroedPage: try write(Data(count: Self.pageByteCount), page, handle)
      case .foreignPage:
        let other = Int.random(in: 2..<pages, using: &generator)
        try write(try read(other, handle), page, handle)
      case .flippedBit:
        var bytes = try read(page, handle)
        bytes[Int.random(in: 0..<Self.pageByteCount, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
        try write(bytes, page, handle)
      }
    }

    private static let pageByteCount = 4_096

    private func read(_ page: Int, _ handle: FileHandle) throws -> Data {
      try handle.seek(toOffset: UInt64(page * Self.pageByteCount))
      return try handle.read(upToCount: Self.pageByteCount) ?? Data()
    }

    private func write(_ bytes: Data, _ page: Int, _ handle: FileHandle) throws {
      try handle.seek(toOffset: UInt64(page * Self.pageByteCount))
      try handle.write(contentsOf: bytes)
    }
  }

  /// All that somebody can see of a ledger.
  private struct Contents: Equatable {
    var bots: [BotRow]
    var inboxes: [InboxPage]
    var conversations: [String?]

    init(_ ledger: Ledger, _ conversations: [ConversationID]) throws {
      bots = try ledger.bots()
      inboxes = try RandomCommands.bots.flatMap { bot in
        var query = InboxQuery(of: bot)
        query.limit = 1_000
        var took = query
        took.tookPart = true
        return try [ledger.inbox(query), ledger.inbox(took)]
      }
      self.conversations = try conversations.map { id in
        do {
          return try ledger.page(of: id).row.holderBotId
        } catch let error as LedgerError where error.kind == .notFound {
          return nil
        }
      }
    }
  }

  private let path = TemporaryFolder.path + "/ledger"
  private let clock = HandClock()
  /// Go on when the ledger is opened again.
  private let nonces = CountedNonces()
  private var commands = RandomCommands(seed: 51)

  private var data: String { path + "/views/data.mdb" }

  private func open(_ access: Ledger.Access) throws -> Ledger {
    try Ledger(at: path, for: access, options: .bench(clock, nonces))
  }

  /// Makes a ledger whose views have all there is but a few events.
  private mutating func make() throws -> Contents {
    let ledger = try open(.writing(creating: true))
    defer { ledger.close() }
    _ = try ledger.submitAndWait(RandomCommands.network)
    for _ in 0..<60 { _ = try ledger.submitAndWait((0..<20).map { _ in commands.next() }) }
    _ = try ledger.settle()
    _ = try ledger.submitAndWait((0..<20).map { _ in commands.next() })
    return try Contents(ledger, commands.conversations)
  }

  @Test(arguments: Damage.allCases)
  mutating func `give way to the log when a ledger is opened`(damage: Damage) throws {
    let contents = try make()
    let whole = try Data(contentsOf: URL(filePath: data))
    var generator = SeededGenerator(seed: 52)
    for turn in 0..<40 {
      try whole.write(to: URL(filePath: data))
      try damage.befall(data, &generator)
      let ledger = try open(.reading)
      #expect(try Contents(ledger, commands.conversations) == contents, "turn \(turn)")
    }
  }

  @Test(arguments: Damage.allCases)
  mutating func `give way to the log while a ledger is read`(damage: Damage) throws {
    let contents = try make()
    let whole = try Data(contentsOf: URL(filePath: data))
    var generator = SeededGenerator(seed: 53)
    for turn in 0..<20 {
      try whole.write(to: URL(filePath: data))
      let ledger = try open(.reading)
      #expect(try ledger.bots() == contents.bots)
      try damage.befall(data, &generator)
      for _ in 0..<2 {
        let found = try Contents(ledger, commands.conversations)
        #expect(found.bots == contents.bots, "turn \(turn)")
        #expect(found.inboxes == contents.inboxes, "turn \(turn)")
      }
    }
  }

  @Test(arguments: [Damage.zeroedPage, .flippedBit])
  mutating func `are built anew by a writer, which goes on`(damage: Damage) throws {
    _ = try make()
    var generator = SeededGenerator(seed: 54)
    let plain = try Ledger(
      at: TemporaryFolder.path + "/plain",
      for: .writing(creating: true),
      options: .bench(clock),
    )
    defer { plain.close() }
    // The same commands to a ledger whose views are whole.
    _ = try plain.submitAndWait(RandomCommands.network)
    var again = RandomCommands(seed: 51)
    for _ in 0..<61 { _ = try plain.submitAndWait((0..<20).map { _ in again.next() }) }
    let ledger = try open(.writing(creating: false))
    defer { ledger.close() }
    for turn in 0..<25 {
      try damage.befall(data, &generator)
      let next = (0..<10).map { _ in commands.next() }
      let wanted = try plain.submitAndWait(next)
      #expect(try ledger.submitAndWait(next) == wanted, "turn \(turn)")
      let contents = try Contents(plain, commands.conversations)
      #expect(try Contents(ledger, commands.conversations) == contents, "turn \(turn)")
      if turn.isMultiple(of: 5) {
        #expect(try ledger.settle().digest == plain.settle().digest, "turn \(turn)")
      }
    }
    #expect(try ledger.compareViews().same)
    #expect(try ledger.status().root == plain.status().root)
  }

  @Test
  mutating func `are nothing that a backup is needed for`() throws {
    let contents = try make()
    let size = try Data(contentsOf: URL(filePath: data)).count
    let ledger = try open(.writing(creating: false))
    defer { ledger.close() }
    let handle = try FileHandle(forUpdating: URL(filePath: data))
    try handle.seek(toOffset: 8_192)
    try handle.write(contentsOf: Data(count: size - 8_192))
    try handle.close()
    #expect(try ledger.statistics().position == ledger.headPosition())
    #expect(try Contents(ledger, commands.conversations) == contents)
    #expect(try ledger.settle().position == ledger.headPosition())
    #expect(try ledger.statistics().viewsPosition == ledger.headPosition())
    #expect(try !ledger.statistics().isBuildingViews)
  }
}
