import ConversationLedger
import Conversations
import Testing

@Suite
struct `Following the log` {
  @Test
  func `gives every event once, in log order, while many write`() async throws {
    let network = try await Network()
    let start = try network.ledger.headPosition()
    let (writers, posts) = (8, 25)
    let expected = writers * (posts + 1)
    let follower = Task {
      var positions: [UInt64] = []
      for try await event in network.ledger.follow(after: start) {
        positions.append(event.position)
        if positions.count == expected { break }
      }
      return positions
    }
    try await withThrowingTaskGroup { group in
      for writer in 0..<writers {
        group.addTask {
          let visitor = VisitorID(UInt128(100 + writer))
          let conversation = try await network.start(visitor)
          for number in 0..<posts {
            try await network.ask(
              conversation,
              .post(as: .visitor(visitor), EventBody(text: "\(number)")),
            )
          }
        }
      }
      try await group.waitForAll()
    }
    let end = start + UInt64(expected)
    #expect(try await follower.value == Array(start + 1...end))
  }

  @Test
  func `goes on behind any position`() async throws {
    let network = try await Network()
    let head = try network.ledger.headPosition()
    for position in 0..<head {
      var iterator = network.ledger.follow(after: position).makeAsyncIterator()
      #expect(try await iterator.next()?.position == position + 1)
    }
  }

  @Test
  func `ends when the ledger is closed`() async throws {
    let network = try await Network()
    let head = try network.ledger.headPosition()
    async let next = network.ledger.headPosition(beyond: head)
    network.ledger.close()
    #expect(try await next == nil)
  }

  @Test
  func `ends when its task is cancelled`() async throws {
    let network = try await Network()
    let head = try network.ledger.headPosition()
    let waiting = Task { try await network.ledger.headPosition(beyond: head) }
    waiting.cancel()
    #expect(try await waiting.value == nil)
  }

  @Test
  func `is counted: commits, their events, and nothing that waits`() async throws {
    let network = try await Network()
    let statistics = try network.ledger.statistics()
    #expect(statistics.commits.events.sum == Double(statistics.position))
    #expect(statistics.commits.seconds.count == statistics.commits.events.count)
    #expect(statistics.commits.seconds.sum > 0)
    #expect(statistics.queuedProposals == 0)
    #expect(statistics.usedBytes > 0 && statistics.usedBytes < statistics.mapBytes)
  }
}
