import Conversations
import Foundation
import Testing

@testable import ConversationLedger

@Suite
struct `A part of a transcript` {
  /// A conversation with messages, notes, handovers and events that are no entries, among those of
  /// another one.
  private func eventful(
    _ network: Network,
    seed: UInt64,
    length: Int,
  ) async throws -> ConversationID {
    var random = SeededGenerator(seed: seed)
    let (conversation, other) = (try await network.start(), try await network.start(VisitorID(32)))
    let visitor = Author.visitor(VisitorID(31))
    var holder = 0
    for number in 0..<length {
      let command: ConversationCommand
      switch Int.random(in: 0..<6, using: &random) {
      case 0: command = .setVariables(as: visitor, EventBody(variables: ["n": .integer(1)]))
      case 1:
        holder = 1 - holder
        command = .handOver(HandOver(to: network.bots[holder], landingOn: network.module))
      default: command = .post(as: visitor, EventBody(text: "message \(number)"))
      }
      try await network.ask(conversation, command)
      // A visitor's word lets the next handover through.
      try await network.ask(conversation, .post(as: visitor, EventBody(text: "and \(number)")))
      if random.once(in: 3) {
        let words = ConversationCommand.post(as: .visitor(VisitorID(32)), EventBody(text: "else"))
        try await network.ask(other, words)
      }
    }
    return conversation
  }

  private func part(
    _ network: Network,
    _ conversation: ConversationID,
    _ place: TranscriptPlace,
    _ limit: Int,
    asOf: Moment? = nil,
  ) throws -> (entries: [TranscriptEntry], window: TranscriptWindow) {
    var entries: [TranscriptEntry] = []
    let window = try network.ledger.transcript(
      of: conversation,
      at: place,
      limit: limit,
      asOf: asOf,
    ) { entries.append($0) }
    return (entries, window)
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func `is what the whole has there, wherever it is read`(seed: UInt64) async throws {
    let network = try await Network()
    let conversation = try await eventful(network, seed: seed, length: 40)
    let head = try network.ledger.headPosition()
    for moment in [nil, .position(head / 2), .position(head - 3)] as [Moment?] {
      let whole = try network.ledger.transcript(of: conversation, asOf: moment).entries
      for limit in [1, 2, 7, 1_000] {
        // Back from the end, part by part, nothing is missing and nothing comes twice.
        var (place, read) = (TranscriptPlace.end, [TranscriptEntry]())
        while true {
          let (entries, window) = try part(network, conversation, place, limit, asOf: moment)
          read = entries + read
          #expect(entries.count <= limit)
          guard let earlier = window.earlier else { break }
          place = .before(earlier)
        }
        #expect(read == whole, "seed \(seed), \(limit) at a time")
        for position in stride(from: UInt64(1), through: head + 2, by: 3) {
          let around = try part(network, conversation, .around(position), limit, asOf: moment)
          let start = around.entries.first.flatMap { first in whole.firstIndex(of: first) } ?? 0
          let end = start + around.entries.count
          #expect(around.entries == Array(whole[start..<end]))
          #expect(around.window.earlier == (start > 0 ? around.entries.first?.position : nil))
          #expect(around.window.later == (end < whole.count ? whole[end].position : nil))
          #expect(
            limit < 2 || !whole.contains { $0.position == position }
              || around.entries.contains { $0.position == position }
          )
        }
      }
    }
  }

  @Test
  func `says which events of how many it has`() async throws {
    let network = try await Network()
    let conversation = try await network.start()
    for number in 0..<20 {
      let words = EventBody(text: "\(number)")
      try await network.ask(conversation, .post(as: .visitor(VisitorID(31)), words))
    }
    let last = try part(network, conversation, .end, 5)
    #expect(last.entries.map(\.text) == (15..<20).map(String.init))
    #expect(last.window.numbers == 17...21)
    #expect(last.window.events == 21)
    #expect(last.window.later == nil)
    let earlier = try #require(last.window.earlier)
    let before = try part(network, conversation, .before(earlier), 5)
    #expect(before.window.numbers == 12...16)
    #expect(before.window.later == earlier)
    #expect(throws: LedgerError.self) { try part(network, ConversationID(7), .end, 5) }
    let elsewhere = try await network.start(VisitorID(32))
    let text = try network.ledger.event(at: earlier, of: conversation)?.text
    #expect(text == "15")
    #expect(try network.ledger.event(at: earlier, of: elsewhere) == nil)
    #expect(try network.ledger.event(at: .max, of: conversation) == nil)
    #expect(try network.ledger.event(at: 0, of: conversation) == nil)
  }

  @Test
  func `reads nothing of what lies before it`() async throws {
    let network = try await Network()
    let conversation = try await network.start()
    var positions: [UInt64] = []
    for number in 0..<50 {
      let words = EventBody(text: "\(number)")
      let command = ConversationCommand.post(as: .visitor(VisitorID(31)), words)
      positions.append(try await network.ask(conversation, command).position)
    }
    network.ledger.close()
    let copy = network.path + "-copy"
    try FileManager.default.copyItem(atPath: network.path, toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    // The sealed words of an old message are damaged: whoever opens them hears of it.
    let forger = Forger(path: copy)
    try forger.withRows { rows in
      let last = try #require(rows[positions[10]]?.indices.last)
      rows[positions[10]]?[last] ^= 1
    }
    let ledger = try Ledger(at: copy, for: .reading, options: .small)
    defer { ledger.close() }
    var words: [String] = []
    _ = try ledger.transcript(of: conversation, at: .end, limit: 20) { words.append($0.text) }
    #expect(words == (30..<50).map(String.init))
    _ = try ledger.transcript(of: conversation, at: .before(positions[10]), limit: 5) { _ in }
    #expect(throws: LedgerError.self) { try ledger.transcript(of: conversation) }
    #expect(throws: LedgerError.self) {
      try ledger.transcript(of: conversation, at: .around(positions[10]), limit: 5) { _ in }
    }
  }

  @Test(arguments: [21, 22] as [UInt64])
  func `of a replay has the steps of the whole`(seed: UInt64) async throws {
    let network = try await Network()
    let conversation = try await eventful(network, seed: seed, length: 30)
    let agent = AgentID(5)
    for command in [
      .takeOver(agent, EventBody()), .note(as: .agent(agent), EventBody(text: "beware")),
      .handBack(agent, EventBody()),
    ] as [ConversationCommand] { try await network.ask(conversation, command) }
    let whole = try network.ledger.replay(try network.ledger.events(of: conversation).events)
    let positions = whole.map(\.event.position)
    for position in [0, 1, positions[0], positions[7] + 1, positions[20], UInt64.max] {
      var steps: [ReplayStep] = []
      let window = try network.ledger.replay(of: conversation, at: position, within: 4) {
        steps.append($0)
      }
      #expect(steps == Array(whole[window.range]))
      #expect(window.here == max(0, positions.count { $0 <= position } - 1))
      #expect(window.count == whole.count)
      #expect(window.ends == positions[0]...positions[positions.count - 1])
    }
  }

  @Test
  func `of the reasons has the first, the one that counts, and the latest`() async throws {
    let network = try await Network()
    let conversation = try await eventful(network, seed: 31, length: 30)
    let why = try network.ledger.why(conversation)
    let because = try network.ledger.page(of: conversation).row.because
    for limit in [1, 3, 1_000] {
      var rows: [EventRow] = []
      let isWhole = try network.ledger.latestReasons(
        of: conversation,
        because: because,
        limit: limit,
      ) { rows.append($0) }
      #expect(rows.first == why.events.first)
      #expect(rows.contains { $0.position == because })
      #expect(rows.allSatisfy(why.events.contains))
      #expect(rows.suffix(limit) == why.events.suffix(limit))
      #expect(isWhole == (limit == 1_000))
      if isWhole { #expect(rows == why.events) }
    }
  }
}

extension Ledger.Options {
  /// A map that takes little of the address space.
  fileprivate static var small: Self {
    var options = Self()
    options.mapSizeInBytes = 1 << 30
    return options
  }
}

extension EventBody {
  /// A body of variables alone.
  fileprivate init(variables: JSONObject) {
    self.init()
    self.variables = variables
  }
}
