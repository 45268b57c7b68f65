import EventStore
import Foundation
import LMDB
import Testing

/// A stream cipher gives two texts away that it sealed with one key and one nonce: their sealed
/// bytes differ where they do.
@Suite(.inTemporaryFolder)
struct `A nonce` {
  @Test
  func `is not shared by two copies of a folder whose clocks stand at the same moment`()
    async throws
  {
    let path = TemporaryFolder.path
    try await Store(Store.Options(path: path + "/one")).append(.saying("before"))
    try FileManager.default.copyItem(atPath: path + "/one", toPath: path + "/two")
    let texts = ["meet at the bridge", "stay where you are"]
    var sealed: [[UInt8]] = []
    var nonces: [BodyNonce] = []
    for (folder, text) in zip(["/one", "/two"], texts) {
      let store = try Store(Store.Options(path: path + folder))
      try await store.append(.saying(text))
      let record = try store.log.record(at: 2)
      sealed.append(Array(record.bytes.suffix(text.utf8.count + 16).dropLast(16)))
      nonces.append(record.header.nonce)
      #expect(try store.texts() == ["before", text])
    }
    #expect(nonces[0] != nonces[1])
    let difference = zip(texts[0].utf8, texts[1].utf8).map { $0 ^ $1 }
    #expect(zip(sealed[0], sealed[1]).map { $0 ^ $1 } != difference)
  }

  @Test
  func `of a batch that was not written does not come again, though the clock stands still`()
    async throws
  {
    let laidOut = Notes<RecordHeader>()
    var options = Store.Options()
    options.mapSizeInBytes = 1 << 20
    options.hearEvent = { laidOut.add($0) }
    let store = try Store(options)
    let large = String(repeating: "x", count: 1 << 20)
    for text in ["a", large, large, "b"] { _ = await store.submit(.saying(text, text)) }
    #expect(try store.texts() == ["a", "a", "b", "b"])
    #expect(laidOut.all.map(\.position) == [1, 2, 3, 4, 3, 4, 3, 4])
    #expect(Set(laidOut.all.map(\.recordedAt)).count == 1)
    #expect(Set(laidOut.all.map(\.nonce)).count == laidOut.all.count)
  }

  @Test
  func `of an event that was taken back does not come again`() async throws {
    let laidOut = Notes<RecordHeader>()
    var options = Store.Options()
    options.hearEvent = { laidOut.add($0) }
    let store = try Store(options)
    _ = await store.submit(
      .saying("a", "b"),
      .saying("c", "d", "e").failing,
      .saying("f"),
      .bare(2).failing,
      .saying("g"),
    )
    #expect(laidOut.all.count == 9)
    #expect(Set(laidOut.all.map(\.nonce)).count == 9)
    try store.log.forEachRecord(from: 1, through: 4) { record in
      #expect(laidOut.all.contains(record.header))
    }
  }

  /// Where a command's nonces begin does not depend on what became of those before it.
  @Test
  func `follows from its proposal, its command and its event alone`() throws {
    let base: UInt128 = 1 << 96 - 2
    var nonces: [[BodyNonce]] = []
    for (folder, isFailing) in [("/one", false), ("/two", true)] {
      let second = Streams.Addition.saying("c", "d")
      let line = ScriptedCommandLog.Line(
        time: 1,
        commands: [.saying("a", "b", "b"), isFailing ? second.failing : second, .saying("e")],
        nonces: base,
      )
      var options = Store.Options(path: TemporaryFolder.path + folder)
      options.commands = ScriptedCommandLog([line])
      let store = try Store(options)
      store.writer.stop()
      let last = try store.log.head().position
      nonces.append(try (1...last).map { try store.log.record(at: $0).header.nonce })
    }
    let first = [base, base + 1, 0].map(BodyNonce.init)
    let (second, third) = (base + 1 << 32, BodyNonce(base + 2 << 32))
    #expect(nonces[0] == first + [BodyNonce(second), BodyNonce(second + 1), third])
    #expect(nonces[1] == first + [third])
  }

  @Test
  func `is drawn for each proposal`() {
    let bases = (0..<1_000).map { _ in Proposal<Int, Int>([], answer: { _ in }).nonces }
    #expect(Set(bases).count == bases.count)
  }
}
