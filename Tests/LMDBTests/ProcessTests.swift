import Glibc
import LMDB
import Testing

/// What becomes of an environment that more than one process has open, or that one was killed in.
@Suite(.inTemporaryFolder)
struct `An environment shared by processes` {
  let path = TemporaryFolder.path

  @Test
  func `is read by another process while this one writes`() async throws {
    let shelf = try Shelf()
    try shelf.put(Entry("a", "one"))
    try shelf.environment.write { transaction in
      try transaction.put(Entry("a", "not committed"), in: shelf.table)
    }
    try shelf.put(Entry("a", "two"))
    await #expect(processExitsWith: .success) { [path = path as String] in
      let entries = try Shelf(at: path, for: .reading).entries()
      #expect(entries == [Entry("a", "two")])
    }
    try shelf.put(Entry("a", "three"))
    #expect(try shelf.value("a") == "three")
  }

  @Test
  func `holds nothing of a transaction whose process was killed`() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let shelf = try Shelf(at: path)
      try shelf.put(Entry("a", "one"))
      try shelf.environment.write { transaction in
        for number in 0..<5_000 {
          try transaction.put(Entry("\(number)", "lost"), in: shelf.table)
        }
        kill(getpid(), SIGKILL)
      }
    }
    let shelf = try Shelf()
    #expect(try shelf.entries() == [Entry("a", "one")])
    try shelf.put(Entry("b", "two"))
    #expect(try shelf.entries() == [Entry("a", "one"), Entry("b", "two")])
  }

  /// The lock of the dead writer is taken over, though the environment was open all the time.
  @Test
  func `lets the next writer in when one is killed`() async throws {
    let shelf = try Shelf()
    try shelf.put(Entry("a", "one"))
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let shelf = try Shelf(at: path)
      try shelf.environment.write { transaction in
        try transaction.put(Entry("a", "lost"), in: shelf.table)
        kill(getpid(), SIGKILL)
      }
    }
    try shelf.put(Entry("b", "two"))
    #expect(try shelf.entries() == [Entry("a", "one"), Entry("b", "two")])
  }

  @Test
  func `gives the reader slots of the dead to the next process that opens it`() async throws {
    let shelf = try Shelf(readerLimit: 2)
    try shelf.put(Entry("a", "one"))
    for _ in 0..<3 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let shelf = try Shelf(at: path, for: .reading)
        try shelf.environment.read { _ in _ = kill(getpid(), SIGKILL) }
      }
    }
    await #expect(processExitsWith: .success) { [path = path as String] in
      let entries = try Shelf(at: path, for: .reading).entries()
      #expect(entries == [Entry("a", "one")])
    }
    #expect(try shelf.entries() == [Entry("a", "one")])
  }

  /// The limit on the size of files stands for a disk that is full: writing answers an error.
  @Test
  func `survives a commit for which there was no room on the disk`() async {
    await #expect(processExitsWith: .success) { [path = path as String] in
      let shelf = try Shelf(at: path)
      try shelf.put(Entry("a", "one"))
      let large = Entry("large", String(repeating: "x", count: 1 << 20))
      try withFileSizeLimit(of: shelf.environment.usage().usedInBytes) {
        let failure = #expect(throws: CommitError.self) { try shelf.put(large) }
        let causes: [StorageError.Code?] = [.fileTooLarge, .inputOutput]
        #expect(causes.contains(failure?.cause.code))
        #expect(failure?.cause.operation == "mdb_txn_commit")
        let entries = try shelf.entries()
        #expect(entries == [Entry("a", "one")])
      }
      try shelf.put(large)
      #expect(try shelf.entries() == [Entry("a", "one"), large])
    }
  }
}

/// Runs a body during which no file of this process can grow past a size.
///
/// It concerns the whole process, so it belongs into one of its own.
private func withFileSizeLimit(of byteCount: Int, _ body: () throws -> Void) throws {
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit()
  #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
  let whole = limit.rlim_cur
  limit.rlim_cur = rlim_t(byteCount)
  #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
  defer {
    limit.rlim_cur = whole
    #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
  }
  try body()
}
