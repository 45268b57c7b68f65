import EventStore
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A log with a full map` {
  private static let mapSizeInBytes = 1 << 20

  private var options: Store.Options {
    var options = Store.Options()
    options.mapSizeInBytes = Self.mapSizeInBytes
    return options
  }

  @Test
  func `refuses events while room is left, and loses none it has taken`() async throws {
    let store = try Store(options)
    let texts = try await fill(store)
    #expect(texts.count > 50)
    let usage = try store.log.usage()
    #expect(usage.usedInBytes < usage.mapSizeInBytes)
    for _ in 0..<3 { try await expectFull(store, .saying("refused")) }
    #expect(try store.texts() == texts)
    #expect(try store.hasTrueRoot())
  }

  @Test
  func `still answers commands that append nothing`() async throws {
    let store = try Store(options)
    let count = try await fill(store).count
    let outcome = await store.submit(.saying("x").expecting(length: 0)).first
    #expect(outcome?.answer == .refused(length: UInt32(count)))
  }

  @Test
  func `goes on where it was when it is opened larger`() async throws {
    let texts = try await fill(Store(options))
    var larger = options
    larger.mapSizeInBytes = 4 * Self.mapSizeInBytes
    do {
      let store = try Store(larger)
      #expect(try store.texts() == texts)
      let addition = Streams.Addition.saying("more").expecting(length: UInt32(texts.count))
      #expect(try await store.append(addition) == [UInt64(texts.count) + 1])
      #expect(try store.texts() == texts + ["more"])
      #expect(try store.hasTrueRoot())
    }
    let store = try Store(options)
    try await expectFull(store, .saying("refused"))
    #expect(try store.texts() == texts + ["more"])
  }

  @Test
  func `takes small events after one that was too large`() async throws {
    let store = try Store(options)
    try await store.append(.saying("a"))
    let large = String(repeating: "x", count: Self.mapSizeInBytes)
    try await expectFull(store, .saying("b", large))
    #expect(try await store.append(.saying("c").expecting(length: 1)) == [2])
    #expect(try store.texts() == ["a", "c"])
    #expect(try store.hasTrueRoot())
  }

  @Test
  func `tells the machine of each batch whether it was written`() async throws {
    let written = Notes<UInt64?>()
    var options = options
    options.hearDecision = { _ in { written.add($0?.position) } }
    let store = try Store(options)
    let large = String(repeating: "x", count: Self.mapSizeInBytes)
    for text in ["a", large, "b"] { _ = await store.submit(.saying(text)) }
    store.writer.stop()
    #expect(written.all.filter { $0 != 0 } == [1, nil, 2])
  }

  /// Commands of many callers share commits with some that cannot be written.
  ///
  /// Whoever is told that an event is there finds it, and whoever is told that it is not does not.
  @Test
  func `tells every one of many callers the truth`() async throws {
    let large = String(repeating: "x", count: Self.mapSizeInBytes)
    let store = try Store(options)
    let kept = await withTaskGroup { group in
      for caller in 0..<80 {
        group.addTask {
          let text = caller.isMultiple(of: 7) ? large : "\(caller)"
          let outcome = await store.submit(.saying(text, in: UInt128(caller) + 1)).first
          guard let failure = outcome?.failure else { return text as String? }
          #expect((failure as? StorageError)?.code == .mapFull)
          return nil
        }
      }
      return await group.reduce(into: []) { kept, text in text.map { kept.append($0) } }
    }
    #expect(!kept.contains(large))
    #expect(try Set(store.texts()) == Set(kept))
    #expect(try store.log.head().position == UInt64(kept.count))
    #expect(try store.hasTrueRoot())
    #expect(try await store.append(.saying("after")) == [UInt64(kept.count) + 1])
  }

  /// Appends one event per commit until even a small one is refused; answers the texts of those
  /// taken.
  private func fill(_ store: Store) async throws -> [String] {
    var texts: [String] = []
    for length in [4_000, 1] {
      var failure: (any Error)?
      while failure == nil {
        let text = "\(texts.count) " + String(repeating: "x", count: length)
        failure = await store.submit(.saying(text)).first?.failure
        if failure == nil { texts.append(text) }
      }
      #expect((failure as? StorageError)?.code == .mapFull)
    }
    return texts
  }

  private func expectFull(_ store: Store, _ addition: Streams.Addition) async throws {
    let failure = await store.submit(addition).first?.failure
    #expect((failure as? StorageError)?.code == .mapFull)
  }
}
