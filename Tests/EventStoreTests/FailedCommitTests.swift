import EventStore
import Glibc
import LMDB
import Testing

/// A commit whose outcome is unknown until the log was closed and opened.
///
/// A limit on the size of files stands for a full disk: writing beyond it answers an error. It
/// concerns the whole process, so every test has one of its own.
@Suite(.inTemporaryFolder)
struct `A commit that fails` {
  @Test
  func `is answered as a failure, and the log goes on without it`() async {
    await #expect(processExitsWith: .success) { [path = TemporaryFolder.path as String] in
      do {
        let store = try Store(Store.Options(path: path))
        try await store.append(.saying("a", "b"))
        let limit = FileSizeLimit(try store.log.usage().usedInBytes)
        for _ in 0..<3 {
          let failure = await store.submit(.saying("c", large)).first?.failure
          #expect(limit.explains(failure))
          let texts = try store.texts()
          #expect(texts == ["a", "b"])
        }
        limit.lift()
        let positions = try await store.append(.saying("d", large).expecting(length: 2))
        #expect(positions == [3, 4])
        #expect(try store.texts() == ["a", "b", "d", large])
        #expect(try store.hasTrueRoot())
      }
      let store = try Store(Store.Options(path: path))
      let texts = try store.texts()
      #expect(texts == ["a", "b", "d", large])
    }
  }

  /// Some commands share a commit that fails, others are decided while it fails: all that are
  /// answered as kept are there, and no others.
  @Test
  func `leaves every one of many callers with the truth`() async {
    await #expect(processExitsWith: .success) { [path = TemporaryFolder.path as String] in
      let store = try Store(Store.Options(path: path))
      try await store.append(.saying("a"))
      let limit = FileSizeLimit(try store.log.usage().usedInBytes + 1 << 16)
      let kept = await withTaskGroup { group in
        for caller in 0..<60 {
          group.addTask {
            let text = caller.isMultiple(of: 5) ? "\(caller)" + large : "\(caller)"
            let outcome = await store.submit(.saying(text, in: UInt128(caller) + 2)).first
            guard let failure = outcome?.failure else { return text as String? }
            #expect(limit.explains(failure))
            return nil
          }
        }
        return await group.reduce(into: []) { kept, text in text.map { kept.append($0) } }
      }
      limit.lift()
      #expect(!kept.contains { $0.hasSuffix(large) })
      let texts = try store.texts()
      #expect(Set(texts) == Set(kept + ["a"]))
      #expect(texts.count == kept.count + 1)
      try await store.append(.saying("z").expecting(length: 1))
      #expect(try store.hasTrueRoot())
    }
  }
}

/// A text for which the file must grow.
private let large = String(repeating: "x", count: 1 << 20)

/// The size past which no file of this process can grow.
private struct FileSizeLimit {
  private let before: rlim_t

  init(_ byteCount: Int) {
    // Writing past the limit is to answer an error rather than end the process.
    signal(SIGXFSZ, SIG_IGN)
    before = Self.exchange(rlim_t(byteCount))
  }

  /// Lifts the limit again.
  func lift() { _ = Self.exchange(before) }

  /// Whether a failure is what the limit leads to: the write was refused, or cut short.
  func explains(_ failure: (any Error)?) -> Bool {
    guard let failure = failure as? StorageError else { return false }
    return failure.code == .inputOutput || failure.code.rawValue == EFBIG
  }

  private static func exchange(_ byteCount: rlim_t) -> rlim_t {
    var limit = rlimit()
    #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
    let before = limit.rlim_cur
    limit.rlim_cur = byteCount
    #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
    return before
  }
}
