import LMDB
import Testing

@testable import EventStore

@Suite(.inTemporaryFolder)
struct `A batch` {
  @Test
  func `takes all events of a command, one behind the other`() throws {
    let batch = PendingBatch(keys: try ring(slots: 2))
    batch.begin(after: 6, time: 5)
    let headers = try batch.append([.saying("a"), .saying("", in: 2), .saying("b", keySlot: 2)])
    #expect(headers.map(\.position) == [7, 8, 9])
    #expect(headers.map(\.sealedLength) == [17, 0, 17])
    #expect(try batch.append([]).isEmpty)
    #expect((batch.count, batch.nextPosition) == (3, 10))
  }

  @Test(arguments: 0..<4)
  func `takes no event of a command one of whose keys is not there`(place: Int) throws {
    let batch = PendingBatch(keys: try ring(slots: 1))
    batch.begin(after: 0, time: 5)
    try batch.append(.saying("before"))
    var events = (0..<4).map { ProposedEvent.saying("\($0)") }
    let empty = UInt64(1) << 40
    events[place].header.keySlot = empty
    let (count, bytes) = (batch.count, batch.byteCount)
    #expect(throws: DestroyedKey(slot: empty)) { try batch.append(events) }
    #expect(throws: DestroyedKey(slot: empty)) { try batch.append(events[place]) }
    #expect((batch.count, batch.byteCount, batch.nextPosition) == (count, bytes, 2))
  }

  private func ring(slots: UInt64) throws -> KeyRing {
    let keys = try KeyRing(
      at: TemporaryFolder.path + "/keys",
      for: .writing,
      masterKey: .ofTests,
      makeKey: seededKeys(1),
    )
    try keys.provision(upTo: slots)
    return keys
  }
}
